#include "tun_device.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace ftpfs::bench {

namespace {

// linux/virtio_net.h, which is not C++.
struct virtio_net_hdr {
    std::uint8_t flags;
    std::uint8_t gso_type;
    std::uint16_t hdr_len;
    std::uint16_t gso_size;
    std::uint16_t csum_start;
    std::uint16_t csum_offset;
};

constexpr std::uint8_t not_to_be_cut = 0;  // VIRTIO_NET_HDR_GSO_NONE

// Packets between the kernel and this program: as many as the largest window (64 MiB) without offload is cut into.
constexpr int queue_length = 65536 * 1024 / tun_device::mtu;

[[noreturn]] void fail(const char* what)
{
    throw std::system_error{errno, std::generic_category(), what};
}

// The kernel's request structure with a device's name.
ifreq request_for(const std::string& name)
{
    ifreq request{};
    name.copy(request.ifr_name, IFNAMSIZ - 1);
    return request;
}

sockaddr internet(in_addr address)
{
    sockaddr_in plain{};
    plain.sin_family = AF_INET;
    plain.sin_addr = address;
    sockaddr general{};
    std::memcpy(&general, &plain, sizeof plain);
    return general;
}

// Any socket will do to ask the kernel for changes of a device.
class control_socket {
public:
    control_socket() : descriptor_{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)}
    {
        if (descriptor_ < 0) {
            fail("socket");
        }
    }
    control_socket(const control_socket&) = delete;
    control_socket& operator=(const control_socket&) = delete;
    ~control_socket() { ::close(descriptor_); }

    void ask(unsigned long what, ifreq& request, const char* name) const
    {
        if (::ioctl(descriptor_, what, &request) != 0) {
            fail(name);
        }
    }

    void turn_on(const std::string& device) const
    {
        auto request = request_for(device);
        ask(SIOCGIFFLAGS, request, "SIOCGIFFLAGS");
        request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP | IFF_RUNNING);
        ask(SIOCSIFFLAGS, request, "SIOCSIFFLAGS");
    }

private:
    int descriptor_;
};

virtio_net_hdr header_of(std::span<const std::byte> packet)
{
    virtio_net_hdr header{};
    if (packet.size() >= sizeof header) {
        std::memcpy(&header, packet.data(), sizeof header);
    }
    return header;
}

}  // namespace

tun_device::tun_device(const std::string& pattern, bool offload)
    : descriptor_{::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC)}
{
    if (descriptor_ < 0) {
        fail("/dev/net/tun");
    }
    auto request = request_for(pattern);
    request.ifr_flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR;
    const unsigned long offloads = offload ? TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 : 0;
    if (::ioctl(descriptor_, TUNSETIFF, &request) != 0 || ::ioctl(descriptor_, TUNSETOFFLOAD, offloads) != 0) {
        const auto error = errno;
        ::close(descriptor_);
        throw std::system_error{error, std::generic_category(), "cannot make a TUN device"};
    }
    name_ = request.ifr_name;
}

tun_device::~tun_device()
{
    ::close(descriptor_);
}

void tun_device::start(in_addr address)
{
    const control_socket control;
    auto request = request_for(name_);
    request.ifr_mtu = mtu;
    control.ask(SIOCSIFMTU, request, "SIOCSIFMTU");
    request = request_for(name_);
    request.ifr_qlen = queue_length;
    control.ask(SIOCSIFTXQLEN, request, "SIOCSIFTXQLEN");
    request = request_for(name_);
    request.ifr_addr = internet(address);
    control.ask(SIOCSIFADDR, request, "SIOCSIFADDR");
    request = request_for(name_);
    request.ifr_netmask = internet({htonl(IN_CLASSC_NET)});
    control.ask(SIOCSIFNETMASK, request, "SIOCSIFNETMASK");
    control.turn_on(name_);
}

unsigned tun_device::number() const
{
    const auto digits = name_.find_first_of("0123456789");
    return digits == std::string::npos ? 0 : static_cast<unsigned>(std::strtoul(&name_[digits], nullptr, 10));
}

std::optional<std::size_t> tun_device::read(std::span<std::byte> into)
{
    const auto count = ::read(descriptor_, into.data(), into.size());
    if (count < 0) {
        if (errno == EAGAIN || errno == EINTR) {
            return std::nullopt;
        }
        fail("reading packets");
    }
    return static_cast<std::size_t>(count);
}

bool tun_device::write(std::span<const std::byte> packet)
{
    return ::write(descriptor_, packet.data(), packet.size()) >= 0;
}

void start_loopback()
{
    control_socket{}.turn_on("lo");
}

std::span<const std::byte> ip_packet(std::span<const std::byte> packet)
{
    return packet.size() > sizeof(virtio_net_hdr) ? packet.subspan(sizeof(virtio_net_hdr))
                                                  : std::span<const std::byte>{};
}

std::size_t size_on_wire(std::span<const std::byte> packet)
{
    const auto header = header_of(packet);
    const auto ip = ip_packet(packet);
    // Where TCP's checksum begins TCP begins; hdr_len is only a hint and may count data.
    const std::size_t tcp = header.csum_start;
    constexpr std::size_t length_byte = 12;  // RFC 9293: its upper half counts words of 4 bytes
    if (header.gso_type == not_to_be_cut || header.gso_size == 0 || ip.size() <= tcp + length_byte) {
        return ip.size();
    }
    const auto headers = tcp + (std::to_integer<std::size_t>(ip[tcp + length_byte]) >> 4U) * 4U;
    if (ip.size() <= headers) {
        return ip.size();
    }
    const auto payload = ip.size() - headers;
    const auto segments = (payload + header.gso_size - 1) / header.gso_size;
    return payload + segments * headers;
}

}  // namespace ftpfs::bench
