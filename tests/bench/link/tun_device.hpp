// A TUN device of the network namespace it was made in: IP packets that the kernel routes to it are read here, and
// what is written here the kernel receives. It goes away with the object.
//
// Each packet has a virtio_net_hdr before it. With `offload` the kernel hands over, and takes, TCP data of up to
// 64 KiB as one packet with one checksum to be filled in, to be cut into segments of the size the header says: the
// endpoints see an ordinary MTU, and a system call moves forty segments.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include <netinet/in.h>

namespace ftpfs::bench {

class tun_device {
public:
    // What an Ethernet carries: TCP's first window and its steps are those of a real path.
    static constexpr int mtu = 1500;

    // `pattern` may hold "%d" for a free number. Down and without address. Throws std::system_error.
    tun_device(const std::string& pattern, bool offload);
    tun_device(const tun_device&) = delete;
    tun_device& operator=(const tun_device&) = delete;
    ~tun_device();

    // Gives it an address in a network of 256, and turns it on. Throws std::system_error.
    void start(in_addr address);

    // The number in its name, 0 if there is none.
    unsigned number() const;
    int descriptor() const noexcept { return descriptor_; }

    // The next packet with its header; none if there is none now. Throws std::system_error.
    std::optional<std::size_t> read(std::span<std::byte> into);
    // False if the kernel has no room for it.
    bool write(std::span<const std::byte> packet);

private:
    int descriptor_;
    std::string name_;
};

// The loopback of the present network namespace. Throws std::system_error.
void start_loopback();

// The IP packet behind the header.
std::span<const std::byte> ip_packet(std::span<const std::byte> packet);

// Bytes of all the segments into which a packet will be cut.
std::size_t size_on_wire(std::span<const std::byte> packet);

}  // namespace ftpfs::bench
