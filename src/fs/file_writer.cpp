#include "ftpfs/fs/file_writer.hpp"

#include "ftpfs/fs/apart.hpp"
#include "ftpfs/fs/path_failure.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>

namespace ftpfs::fs {
namespace {

std::chrono::sys_seconds current_time()
{
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

file_version version_on_server(const file_attributes& attributes)
{
    return version_of(attributes);
}

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

file_writer::file_writer(writing& services, inode_id inode, remote_path path, file_attributes base)
    : writing_{services}, inode_{inode}, path_{std::move(path)}, base_{std::move(base)}, turn_{services.services.where}
{
}

file_writer::~file_writer()
{
    drop_staged();
}

// --- what it is like ---

std::uint64_t file_writer::size() const noexcept
{
    if (staged_) {
        return staged_->size();
    }
    if (stream_) {
        return stream_->buffer().high();
    }
    return orphaned_ ? orphaned_size_ : base_.size.value_or(0);
}

bool file_writer::has_unsent() const noexcept
{
    return !orphaned_ && (stream_ || (staged_ && staged_->is_dirty()));
}

file_attributes file_writer::attributes() const
{
    auto shown = base_;
    shown.kind = file_kind::regular;
    shown.size = size();
    shown.size_is_exact = true;
    if (deferred_mode_) {
        shown.mode = deferred_mode_;
    }
    if (changed_) {
        // By the clock of this machine: good to look at, not to recognise a version by.
        shown.modified = {deferred_time_.value_or(changed_at_), time_precision::unknown, time_source::fact};
    }
    return shown;
}

bool file_writer::is_outdated(const file_attributes& seen) const
{
    return !turn_.is_taken() && !has_unsent() && !orphaned_ && !failure_ &&
           !same_version(version_of(base_), version_of(seen));
}

void file_writer::changed()
{
    changed_ = true;
    changed_at_ = current_time();
    deferred_time_.reset();
    if (!orphaned_) {
        names().overlay(path_, attributes());
    }
}

bool file_writer::defer_time(std::chrono::sys_seconds modified)
{
    if (!has_unsent() && !orphaned_) {
        return false;
    }
    changed_ = true;
    deferred_time_ = modified;
    if (!orphaned_) {
        names().overlay(path_, attributes());
    }
    return true;
}

bool file_writer::defer_mode(std::uint16_t mode)
{
    if (exists_ && !orphaned_) {
        return false;
    }
    deferred_mode_ = mode;
    if (!orphaned_) {
        names().overlay(path_, attributes());
    }
    return true;
}

void file_writer::learn(const file_attributes& base)
{
    base_.mode = base.mode;
    deferred_mode_.reset();
    if (!has_unsent()) {
        base_.modified = base.modified;
    } else {
        names().overlay(path_, attributes());
    }
}

failure file_writer::fail(failure why)
{
    if (!failure_) {
        failure_ = about(path_, std::move(why));
        writing_.trust.refused(path_);
        ++writing_.services.count.failed_files;
        writing_.services.journal.warning("{}: not written: {}", printable(path_.str()), to_string(*failure_));
        if (!orphaned_) {
            names().clear_overlay(path_);
            names().distrust(path_);
        }
        // The kernel has pages of what was written: whoever opens the file anew must see what the server has.
        if (writing_.on_new_version) {
            writing_.on_new_version(inode_);
        }
    }
    return *failure_;
}

void file_writer::sent(file_attributes seen)
{
    seen.kind = file_kind::regular;
    if (!seen.mode) {
        seen.mode = base_.mode;
    }
    base_ = std::move(seen);
    exists_ = true;
    changed_ = false;
    names().clear_overlay(path_);
    auto shown = base_;
    if (shown.modified.precision == time_precision::unknown) {
        shown.modified.value = changed_at_;
    }
    names().put(path_, std::move(shown));
    if (writing_.on_new_version) {
        writing_.on_new_version(inode_);
    }
}

void file_writer::note_created()
{
    if (creates_) {
        writing_.trust.accepted(path_, std::chrono::steady_clock::now());
    }
}

void file_writer::drop_staged()
{
    staged_.reset();
    if (base_reader_) {
        writing_.files.close(inode_, std::exchange(base_reader_, nullptr));
    }
}

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

awaitable<result<>> file_writer::start_stream(remote::upload_start start, consent how)
{
    if (stream_) {
        co_await std::exchange(stream_, nullptr)->drop();
    }
    drop_staged();
    remote::upload_request request{path_};
    request.start = start;
    const bool appends = start == remote::upload_start::append;
    if (appends) {
        request.offset = base_.size.value_or(0);
    }
    creates_ = !exists_;
    request.trusting = how == consent::trusted && creates_;
    if (exists_) {
        request.expected = version_on_server(base_);
    }
    const bool waits = !appends && !request.trusting;
    auto stream = upload_stream::start(writing_, std::move(request));
    if (waits) {
        const auto opened = co_await stream->opened();
        if (!opened) {
            writing_.trust.refused(path_);
            co_return exists_ ? fail(opened.error()) : about(path_, opened.error());
        }
        note_created();
        exists_ = true;
        base_.size = 0;
    }
    stream_ = std::move(stream);
    changed();
    co_return result<>{};
}

// --- writing ---

bool file_writer::may_append() const
{
    return exists_ && !orphaned_ && base_.size && base_.size_is_exact && !writing_.append_is_unsupported &&
           writing_.services.settings.upload == upload_mode::stream;
}

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

// --- from one state to the next ---

// The copy begins with what the server has, up to `size`.
awaitable<result<>> file_writer::stage_base(std::uint64_t size)
{
    if (size > 0) {
        base_reader_ = writing_.files.open(inode_, path_, base_).reader;
    }
    auto made = co_await staged_file::make(writing_, base_reader_, size);
    if (!made) {
        drop_staged();
        co_return made.error();
    }
    staged_ = *std::move(made);
    co_return result<>{};
}

awaitable<result<>> file_writer::stage()
{
    if (stream_) {
        return stage_stream();
    }
    return stage_base(base_.size.value_or(0));
}

awaitable<result<>> file_writer::stage_stream()
{
    const auto stream = stream_;
    const bool refused = stream->why() && *stream->why() == errc::unsupported;
    if (stream->why() && !refused) {
        co_return *stream->why();
    }
    std::uint64_t from = 0;
    if (stream->starts_anew() && stream->has_all()) {
        // Nothing of it is needed on the server: it will be replaced as a whole.
        co_await stream->drop();
        exists_ = exists_ || !stream->why();  // a file that was created on trust is there by now
    } else if (refused) {
        // The server has what was confirmed before; the rest is still here.
        if (stream->parked()) {
            base_ = *stream->parked();
        }
        from = base_.size.value_or(0);
        if (from < stream->buffer().begin()) {
            co_return *stream->why();
        }
    } else {
        co_return co_await finish_stream_and_stage();
    }
    const auto& buffer = stream->buffer();
    stream->fill_gaps();
    auto rest = buffer.pieces(from, buffer.end() - from);
    stream_.reset();
    FTPFS_CO_CHECK(co_await stage_base(from));
    FTPFS_CO_CHECK(co_await staged_->write(from, std::move(rest)));
    staged_->mark_changed_from(from);
    co_return result<>{};
}

awaitable<result<>> file_writer::finish_stream_and_stage()
{
    FTPFS_CO_CHECK(co_await finish_stream());
    if (staged_) {
        co_return result<>{};
    }
    co_return co_await stage_base(base_.size.value_or(0));
}

// Where the server can't go on, what is left becomes a staged file.
awaitable<result<>> file_writer::finish_stream()
{
    auto done = co_await stream_->finish();
    if (done) {
        stream_.reset();
        note_created();
        sent(*std::move(done));
        co_return result<>{};
    }
    if (done.error() == errc::unsupported) {
        co_return co_await stage_stream();
    }
    co_return std::move(done).error();
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
