#include "traced_stream.hpp"

#include "ftpfs/net/endpoint_text.hpp"

#include <utility>

namespace ftpfs::ftp {

traced_stream::traced_stream(std::unique_ptr<net::byte_stream> stream, log logger)
    : stream_{std::move(stream)}, log_{std::move(logger)}
{
    log_.dialogue("data connection from {} to {}", net::to_string(stream_->local_endpoint()),
                  net::to_string(stream_->remote_endpoint()));
}

traced_stream::~traced_stream()
{
    tell_end();
}

awaitable<result<std::size_t>> traced_stream::read_some(std::span<std::byte> buffer)
{
    auto count = co_await stream_->read_some(buffer);
    if (count) {
        received_ += *count;
    } else {
        log_.dialogue("data connection: {}", ftpfs::to_string(count.error()));
    }
    co_return count;
}

awaitable<result<>> traced_stream::write_all(std::span<const std::byte> bytes)
{
    auto written = co_await stream_->write_all(bytes);
    if (written) {
        sent_ += bytes.size();
    } else {
        log_.dialogue("data connection: {}", ftpfs::to_string(written.error()));
    }
    co_return written;
}

void traced_stream::close(net::close_mode mode) noexcept
{
    stream_->close(mode);
    tell_end();
}

// A line that can't be written is no reason to end the mount.
void traced_stream::tell_end() noexcept
{
    if (std::exchange(told_, true)) {
        return;
    }
    try {
        const auto lasted =
            std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - since_);
        log_.dialogue("data connection to {} closed after {} ms: {} bytes received, {} sent",
                      net::to_string(stream_->remote_endpoint()), lasted.count(), received_, sent_);
    } catch (...) {
        return;
    }
}

}  // namespace ftpfs::ftp
