#include "ftpfs/net/connecting.hpp"

#include "connect_race.hpp"
#include "ftpfs/net/tcp_stream.hpp"

#include <vector>

namespace ftpfs::net {

connecting::connecting(executor where, boost::asio::ip::address local, endpoint remote,
                       std::chrono::milliseconds timeout)
    : race_{std::make_shared<connect_race>(where, std::vector<endpoint>(1, remote), local, timeout)}
{
    race_->begin();
}

connecting::~connecting()
{
    race_->give_up();
}

awaitable<result<>> connecting::wait()
{
    if (!stream_) {
        FTPFS_CO_TRY(auto socket, co_await race_->run());
        stream_ = std::make_unique<tcp_stream>(std::move(socket));
    }
    co_return result<>{};
}

awaitable<result<std::unique_ptr<byte_stream>>> connecting::get()
{
    FTPFS_CO_CHECK(co_await wait());
    co_return std::move(stream_);
}

bool connecting::usable()
{
    if (!stream_) {
        auto socket = race_->take_winner();
        if (!socket) {
            return race_->pending();
        }
        stream_ = std::make_unique<tcp_stream>(*std::move(socket));
    }
    return stream_->look() == idle_state::quiet;
}

}  // namespace ftpfs::net
