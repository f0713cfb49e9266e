// A port of the loopback that answers no connection attempt, as if a firewall dropped it: its backlog is full.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <sys/socket.h>

#include <array>

namespace ftpfs::test {

class silent_port {
public:
    explicit silent_port(boost::asio::io_context& loop)
        : listener_{loop}, fillers_{tcp::socket{loop}, tcp::socket{loop}, tcp::socket{loop}, tcp::socket{loop}}
    {
        listener_.open(tcp::v4());
        listener_.bind(tcp::endpoint{boost::asio::ip::address_v4::loopback(), 0});
        listener_.listen(0);
        for (auto& one : fillers_) {
            one.open(tcp::v4());
            one.non_blocking(true);
            const auto full = endpoint();
            ::connect(one.native_handle(), full.data(), static_cast<socklen_t>(full.size()));  // Asio's would wait
        }
    }

    boost::asio::ip::tcp::endpoint endpoint() const { return listener_.local_endpoint(); }

private:
    using tcp = boost::asio::ip::tcp;

    tcp::acceptor listener_;
    std::array<tcp::socket, 4> fillers_;
};

}  // namespace ftpfs::test
