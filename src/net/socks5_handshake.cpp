#include "socks5_handshake.hpp"

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include <utility>

namespace ftpfs::net {
namespace {

// RFC 1928 §3 to §6, RFC 1929 §2.
constexpr char version = 5;
constexpr char login_version = 1;
constexpr unsigned no_login = 0;
constexpr unsigned with_password = 2;
constexpr char connect = 1;
constexpr unsigned ipv4 = 1;
constexpr unsigned name = 3;
constexpr unsigned ipv6 = 4;
constexpr std::size_t port_size = 2;

unsigned at(std::string_view bytes, std::size_t index)
{
    return static_cast<unsigned char>(bytes[index]);
}

std::string counted(std::string_view text)
{
    return static_cast<char>(static_cast<unsigned char>(text.size())) + std::string{text};
}

failure refusal(unsigned code)
{
    switch (code) {
    case 2: return {errc::unreachable, "its rules do not allow this connection"};
    case 3: return {errc::unreachable, "the network is unreachable from there"};
    case 4: return {errc::unreachable, "the host is unreachable from there, or its name is unknown there"};
    case 5: return {errc::connection_refused, "the host refuses the connection"};
    case 6: return {errc::timed_out, "the host does not answer"};
    case 7: return {errc::unreachable, "it does not know the command CONNECT"};
    case 8: return {errc::unreachable, "it does not know this kind of address"};
    default: return {errc::unreachable, fmt::format("it failed (SOCKS code {})", code)};
    }
}

failure nonsense(std::string_view where)
{
    return {errc::protocol_violation, fmt::format("its {} is none of SOCKS5", where)};
}

}  // namespace

socks5_handshake::socks5_handshake(const proxy& via, std::string host, std::uint16_t port)
    : host_{std::move(host)}, port_{port}, user_{via.user}, password_{via.password},
      output_{user_.empty() ? std::string_view{"\x05\x01\x00", 3} : std::string_view{"\x05\x02\x00\x02", 4}}
{
}

secret socks5_handshake::take_output()
{
    return std::exchange(output_, {});
}

result<> socks5_handshake::feed(std::string_view bytes)
{
    input_ += bytes;
    while (input_.size() == needed_ && needed_ > 0) {
        FTPFS_CHECK(take());
    }
    return {};
}

void socks5_handshake::expect(step next, std::size_t bytes)
{
    step_ = next;
    input_.clear();
    needed_ = bytes;
}

// One step is complete.
result<> socks5_handshake::take()
{
    switch (step_) {
    case step::method:
        if (input_[0] != version) {
            return nonsense("first answer");
        }
        return choose_method(at(input_, 1));
    case step::login:
        if (input_[0] != login_version) {
            return nonsense("answer to the password");
        }
        if (input_[1] != 0) {
            return failure{errc::unreachable, "it refuses the user or the password of proxy="};
        }
        output_ = secret{request()};
        expect(step::answer, 4);
        return {};
    case step::answer: return judge_answer();
    case step::length: expect(step::address, at(input_, 0) + port_size); return {};
    case step::address: expect(step::address, 0); return {};
    }
    return {};
}

result<> socks5_handshake::choose_method(unsigned method)
{
    if (method == no_login) {
        output_ = secret{request()};
        expect(step::answer, 4);
        return {};
    }
    if (method == with_password && !user_.empty()) {
        output_ = secret{login_version + counted(user_) + counted(password_.reveal())};
        expect(step::login, 2);
        return {};
    }
    return failure{errc::unreachable, user_.empty() ? "it wants a login: write proxy=socks5://USER:PASSWORD@HOST"
                                                    : "it accepts no login by user and password"};
}

result<> socks5_handshake::judge_answer()
{
    if (input_[0] != version) {
        return nonsense("answer");
    }
    if (input_[1] != 0) {
        return refusal(at(input_, 1));
    }
    switch (at(input_, 3)) {
    case ipv4: expect(step::address, 4 + port_size); return {};
    case ipv6: expect(step::address, 16 + port_size); return {};
    case name: expect(step::length, 1); return {};
    default: return nonsense("answer");
    }
}

std::string socks5_handshake::request() const
{
    boost::system::error_code not_numeric;
    const auto address = boost::asio::ip::make_address(host_, not_numeric);
    std::string text{version, connect, '\0'};
    const auto append = [&](unsigned kind, const auto& bytes) {
        text += static_cast<char>(kind);
        for (const auto byte : bytes) {
            text += static_cast<char>(byte);
        }
    };
    if (not_numeric) {
        append(name, counted(host_));
    } else if (address.is_v4()) {
        append(ipv4, address.to_v4().to_bytes());
    } else {
        append(ipv6, address.to_v6().to_bytes());
    }
    text += static_cast<char>(port_ >> 8);
    text += static_cast<char>(port_ & 0xFF);
    return text;
}

}  // namespace ftpfs::net
