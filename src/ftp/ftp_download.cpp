#include "ftp_download.hpp"

#include <boost/asio/this_coro.hpp>

#include <optional>

namespace ftpfs::ftp {

struct ftp_download::transfer {
    transfer(session_lease lease_, std::shared_ptr<std::uint64_t> bytes_received_)
        : lease{std::move(lease_)}, bytes_received{std::move(bytes_received_)}
    {
    }

    session_lease lease;
    std::shared_ptr<std::uint64_t> bytes_received;
    std::optional<result<std::size_t>> ended;  // how, once it has: 0 or a failure
};

ftp_download::ftp_download(session_lease lease, file_version version, std::shared_ptr<std::uint64_t> bytes_received)
    : version_{version}, until_{lease->retrieves_until()}, transfer_{std::make_shared<transfer>(
                                                               std::move(lease), std::move(bytes_received))}
{
}

awaitable<result<std::size_t>> ftp_download::read_some(std::span<std::byte> buffer)
{
    return read(transfer_, buffer);
}

awaitable<result<std::size_t>> ftp_download::read(std::shared_ptr<transfer> from, std::span<std::byte> buffer)
{
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    if (from->ended) {
        co_return *from->ended;
    }
    auto count = co_await from->lease->read_some(buffer);
    if (count) {
        *from->bytes_received += *count;
    }
    if (!count || *count == 0) {
        from->ended = count;
        from->lease.release();
    }
    co_return count;
}

}  // namespace ftpfs::ftp
