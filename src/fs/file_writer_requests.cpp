// What programs ask of a file that is being changed: each a piece of work of its own, which goes on if they don't wait.
#include "ftpfs/fs/apart.hpp"
#include "ftpfs/fs/file_writer.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>

namespace ftpfs::fs {
namespace {

// Keeps the object of a coroutine member alive until it has ended.
template <class T>
awaitable<result<T>> holding([[maybe_unused]] std::shared_ptr<file_writer> self, awaitable<result<T>> work)
{
    co_return co_await std::move(work);
}

template <class T>
awaitable<result<T>> apart_of(const std::shared_ptr<file_writer>& self, reading& services, awaitable<result<T>> work)
{
    return apart<T>(services.where, services.tasks, holding<T>(self, std::move(work)));
}

}  // namespace

// --- creating and emptying ---

awaitable<result<>> file_writer::begin_anew(std::shared_ptr<file_writer> self, std::optional<std::uint16_t> mode,
                                            consent how)
{
    auto work = self->begin_anew_in_turn(mode, how);
    return apart_of<void>(self, self->writing_.services, std::move(work));
}

awaitable<result<>> file_writer::begin_anew_in_turn(std::optional<std::uint16_t> mode, consent how)
{
    const auto mine = co_await turn_.take();
    if (failure_) {
        co_return *failure_;
    }
    if (mode) {
        // A file that is not there yet.
        exists_ = false;
        deferred_mode_ = mode;
        base_.mode.reset();
        base_.size = 0;
        base_.size_is_exact = true;
        base_.modified = {};
    }
    if (!orphaned_ && writing_.services.settings.upload == upload_mode::stream) {
        co_return co_await start_stream(remote::upload_start::replace, how);
    }
    if (stream_) {
        co_await std::exchange(stream_, nullptr)->drop();
    }
    drop_staged();
    FTPFS_CO_CHECK(co_await stage_base(0));
    staged_->mark_changed();
    changed();
    co_return result<>{};
}

// --- writing ---

awaitable<result<>> file_writer::write(std::shared_ptr<file_writer> self, std::uint64_t offset, shared_bytes data,
                                       bool appends)
{
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    // The usual case needs nobody's turn: the next bytes of a stream.
    while (self->stream_ && !self->failure_ && !self->turn_.is_taken()) {
        const auto stream = self->stream_;
        const auto verdict = stream->offer(appends ? self->size() : offset, data);
        if (verdict == upload_stream::verdict::taken) {
            self->changed();
            co_return result<>{};
        }
        if (verdict != upload_stream::verdict::full) {
            break;
        }
        const bool notified = co_await stream->room();
        if (!notified) {
            co_return errc::cancelled;
        }
    }
    auto work = self->write_in_turn(offset, std::move(data), appends);
    co_return co_await apart_of<void>(self, self->writing_.services, std::move(work));
}

awaitable<result<>> file_writer::write_in_turn(std::uint64_t offset, shared_bytes data, bool appends)
{
    const auto mine = co_await turn_.take();
    while (mine.holds() && !failure_) {
        const auto at = appends ? size() : offset;
        if (staged_) {
            bytes pieces;
            pieces.push_back(data);
            auto written = co_await staged_->write(at, std::move(pieces));
            if (!written) {
                co_return fail(std::move(written).error());
            }
            changed();
            co_return result<>{};
        }
        if (!stream_ && orphaned_) {
            orphaned_size_ = std::max(orphaned_size_, at + data.size());
            co_return result<>{};
        }
        if (!stream_) {
            const bool at_end = at == size() && may_append();
            // Never co_await in both arms of ?: — g++ 12 destroys the answer twice.
            auto next = at_end ? start_stream(remote::upload_start::append) : stage();
            auto ready = co_await std::move(next);
            if (!ready) {
                co_return fail(std::move(ready).error());
            }
            continue;
        }
        const auto verdict = stream_->offer(at, data);
        if (verdict == upload_stream::verdict::taken) {
            changed();
            co_return result<>{};
        }
        if (verdict == upload_stream::verdict::full) {
            co_await stream_->room();
            continue;
        }
        auto staged = co_await stage();
        if (!staged) {
            co_return fail(std::move(staged).error());
        }
    }
    if (failure_) {
        co_return *failure_;
    }
    co_return errc::shutting_down;
}

awaitable<result<>> file_writer::resize(std::shared_ptr<file_writer> self, std::uint64_t size)
{
    auto work = self->resize_in_turn(size);
    return apart_of<void>(self, self->writing_.services, std::move(work));
}

awaitable<result<>> file_writer::resize_in_turn(std::uint64_t size)
{
    const auto mine = co_await turn_.take();
    if (failure_) {
        co_return *failure_;
    }
    if (size == this->size()) {
        co_return result<>{};
    }
    if (orphaned_ && !staged_) {
        orphaned_size_ = size;
        co_return result<>{};
    }
    if (size == 0 && !orphaned_ && writing_.services.settings.upload == upload_mode::stream) {
        co_return co_await start_stream(remote::upload_start::replace);
    }
    if (!staged_) {
        auto staged = co_await stage();
        if (!staged) {
            co_return fail(std::move(staged).error());
        }
    }
    auto resized = co_await staged_->resize(size);
    if (!resized) {
        co_return fail(std::move(resized).error());
    }
    changed();
    co_return result<>{};
}

// --- reading what is not on the server ---

awaitable<result<std::optional<file_writer::bytes>>> file_writer::read(std::shared_ptr<file_writer> self,
                                                                       std::uint64_t offset, std::size_t size)
{
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    if (!self->failure_ && !self->turn_.is_taken() && self->stream_) {
        if (auto found = self->from_stream(offset, size)) {
            co_return found;
        }
    }
    auto work = self->read_in_turn(offset, size);
    co_return co_await apart_of<std::optional<bytes>>(self, self->writing_.services, std::move(work));
}

std::optional<file_writer::bytes> file_writer::from_stream(std::uint64_t offset, std::size_t size) const
{
    const auto& buffer = stream_->buffer();
    const auto end = std::min<std::uint64_t>(buffer.high(), offset + size);
    if (offset >= end) {
        return bytes{};
    }
    if (offset < buffer.begin() || end > buffer.end()) {
        return std::nullopt;
    }
    return buffer.pieces(offset, end - offset);
}

awaitable<result<std::optional<file_writer::bytes>>> file_writer::read_in_turn(std::uint64_t offset, std::size_t size)
{
    const auto mine = co_await turn_.take();
    if (failure_) {
        co_return *failure_;
    }
    if (stream_) {
        if (auto found = from_stream(offset, size)) {
            co_return found;
        }
        auto done = co_await finish_stream();
        if (!done) {
            co_return fail(std::move(done).error());
        }
    }
    if (!staged_) {
        if (orphaned_) {
            co_return failure{errc::version_changed, path_.str() + " was removed"};
        }
        co_return std::optional<bytes>{};
    }
    FTPFS_CO_CHECK(co_await staged_->complete(offset, offset + size));
    auto found = co_await staged_->read_local(offset, size);
    if (!found) {
        co_return found.error();
    }
    bytes pieces;
    if (!found->empty()) {
        pieces.push_back(*std::move(found));
    }
    co_return std::optional<bytes>{std::move(pieces)};
}

}  // namespace ftpfs::fs
