// From one state to the next: a stream begins or ends, a copy on this machine takes over.
#include "ftpfs/fs/file_writer.hpp"
#include "ftpfs/fs/path_failure.hpp"

namespace ftpfs::fs {

bool file_writer::may_append() const
{
    return exists_ && !orphaned_ && base_.size && base_.size_is_exact && !writing_.append_is_unsupported &&
           writing_.services.settings.upload == upload_mode::stream;
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
        request.expected = version_of(base_);
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
    auto done = co_await stream_->finish(deferred_time_);
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

}  // namespace ftpfs::fs
