#include "ftpfs/net/connecting.hpp"

#include "connect_race.hpp"
#include "ftpfs/net/tcp_stream.hpp"
#include "tunnel.hpp"

#include <algorithm>

namespace ftpfs::net {

connecting::connecting(executor where, boost::asio::ip::address local, std::vector<endpoint> remotes,
                       std::chrono::milliseconds timeout)
    : remotes_{std::move(remotes)}, race_{std::make_shared<connect_race>(where, remotes_, local, timeout,
                                                                         connect_race::pace::one_by_one)}
{
    race_->begin();
}

connecting::connecting(executor where, tunnel_request request)
    : tunnel_{std::make_shared<tunnel>(where, std::move(request))}
{
    tunnel_->begin();
}

connecting::~connecting()
{
    if (race_) {
        race_->give_up();
    } else {
        tunnel_->give_up();
    }
}

void connecting::take(boost::asio::ip::tcp::socket socket)
{
    auto stream = std::make_unique<tcp_stream>(std::move(socket));
    const auto found = std::find(remotes_.begin(), remotes_.end(), stream->remote_endpoint());
    reached_ = static_cast<std::size_t>(found - remotes_.begin());
    stream_ = std::move(stream);
}

awaitable<result<>> connecting::wait()
{
    if (!stream_ && tunnel_) {
        FTPFS_CO_TRY(stream_, co_await tunnel_->get());
        reached_ = tunnel_->reached();
    }
    if (!stream_) {
        FTPFS_CO_TRY(auto socket, co_await race_->run());
        take(std::move(socket));
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
    if (!stream_ && tunnel_) {
        auto* const stream = tunnel_->stream();
        return tunnel_->pending() || (stream != nullptr && stream->look() == idle_state::quiet);
    }
    if (!stream_) {
        auto socket = race_->take_winner();
        if (!socket) {
            return race_->pending();
        }
        take(*std::move(socket));
    }
    return stream_->look() == idle_state::quiet;
}

bool connecting::connected()
{
    return usable() && (stream_ || (tunnel_ && tunnel_->stream() != nullptr));
}

}  // namespace ftpfs::net
