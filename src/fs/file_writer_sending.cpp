// How the changes of a file get to the server, and what becomes of those that don't.
#include "ftpfs/core/utf8.hpp"
#include "ftpfs/fs/apart.hpp"
#include "ftpfs/fs/file_writer.hpp"
#include "ftpfs/fs/path_failure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>

namespace ftpfs::fs {
namespace {

// What is read from the copy and given to the network at a time.
constexpr std::size_t step = std::size_t{1} << 20;

// What files are shown with whose server tells no modes.
constexpr std::uint16_t usual_mode = 0644;

// ".NAME.ftpfs-XXXXXXXX", at most 255 bytes, in the same directory: renaming it is one step on every server.
result<remote_path> temporary_beside(const remote_path& path)
{
    constexpr std::size_t most_of_name = 235;
    static std::mt19937_64 random{std::random_device{}()};
    const auto name = file_name::make(
        fmt::format(".{}.ftpfs-{:08x}", utf8_prefix(path.name(), most_of_name), random() & 0xFFFFFFFFU));
    if (!name) {
        return name.error();
    }
    return path.parent() / *name;
}

}  // namespace

// --- flush ---

bool file_writer::is_just_created() const noexcept
{
    const bool empty = exists_ && stream_ && stream_->starts_anew() && !stream_->why() && stream_->buffer().high() == 0;
    const bool nothing_to_set =
        !deferred_time_ && deferred_mode_.value_or(usual_mode) == base_.mode.value_or(usual_mode);
    return empty && nothing_to_set && !failure_;
}

awaitable<result<>> file_writer::flush(std::shared_ptr<file_writer> self)
{
    auto work = [](std::shared_ptr<file_writer> writer) -> awaitable<result<>> {
        const auto mine = co_await writer->turn_.take();
        co_return co_await writer->flush_in_turn();
    }(self);
    auto& services = self->writing_.services;
    return apart<void>(services.where, services.tasks, std::move(work));
}

awaitable<result<>> file_writer::flush_in_turn()
{
    if (failure_) {
        co_return *failure_;
    }
    if (orphaned_) {
        co_return result<>{};
    }
    const bool had_unsent = has_unsent();
    if (stream_) {
        auto done = co_await finish_stream();
        if (!done) {
            co_return fail(std::move(done).error());
        }
    }
    if (staged_ && staged_->is_dirty()) {
        auto done = co_await send_staged();
        if (!done) {
            co_return fail(std::move(done).error());
        }
    }
    if (had_unsent) {
        co_await apply_deferred();
    }
    co_return result<>{};
}

// The mode of a new file is a wish; a time is remembered at least.
awaitable<> file_writer::apply_deferred()
{
    auto& remote = writing_.services.remote;
    auto shown = base_;
    const auto mode = std::exchange(deferred_mode_, std::nullopt);
    const auto time = std::exchange(deferred_time_, std::nullopt);
    if (mode && *mode != base_.mode.value_or(usual_mode) && !writing_.mode_is_unsupported) {
        remote::attribute_change change;
        change.mode = mode;
        const auto changed = co_await remote.change_attributes(path_, change);
        writing_.mode_is_unsupported = !changed && changed.error() == errc::unsupported;
        if (changed) {
            base_.mode = mode;
        }
    }
    const bool has_time = time && base_.modified == file_time{*time, time_precision::second, time_source::fact};
    if (time && !has_time) {
        remote::attribute_change change;
        change.modified = time;
        const auto changed = co_await remote.change_attributes(path_, change);
        if (changed) {
            base_.modified = {*time, time_precision::second, time_source::fact};
        } else {
            writing_.services.journal.debug("{}: its time is only remembered: {}", printable(path_.str()),
                                            to_string(changed.error()));
            names().remember_time(path_, *time, base_.modified);
        }
    }
    if (!mode && !time) {
        co_return;
    }
    shown = base_;
    if (shown.modified.precision == time_precision::unknown) {
        shown.modified.value = time.value_or(changed_at_);
    }
    names().put(path_, std::move(shown));
    if (time && writing_.on_new_version) {
        writing_.on_new_version(inode_);
    }
}

awaitable<result<>> file_writer::send_staged()
{
    const auto old_size = base_.size.value_or(0);
    if (may_append() && base_reader_ && staged_->size() > old_size && staged_->is_unchanged_before(old_size)) {
        auto done = co_await send_tail();
        if (done || done.error() != errc::unsupported) {
            co_return done;
        }
    }
    co_return co_await send_whole();
}

awaitable<result<>> file_writer::send_tail()
{
    remote::upload_request request{path_};
    request.start = remote::upload_start::append;
    request.offset = base_.size.value_or(0);
    request.expected = version_of(base_);
    auto seen = co_await send(std::move(request));
    if (!seen) {
        co_return seen.error();
    }
    // The copy lacks what belongs to a version that is no longer there.
    drop_staged();
    sent(*std::move(seen));
    co_return result<>{};
}

awaitable<result<>> file_writer::send_whole()
{
    auto& remote = writing_.services.remote;
    FTPFS_CO_CHECK(co_await staged_->complete(0, staged_->size()));
    FTPFS_CO_TRY(const auto temporary, temporary_beside(path_));
    names().hide(temporary);
    auto seen = co_await send(remote::upload_request{temporary});
    result<> renamed{};
    if (!seen) {
        renamed = seen.error();
    } else {
        if (exists_ && base_.mode && seen->mode != base_.mode && !writing_.mode_is_unsupported) {
            remote::attribute_change change;
            change.mode = base_.mode;
            const auto changed = co_await remote.change_attributes(temporary, change);
            writing_.mode_is_unsupported = !changed && changed.error() == errc::unsupported;
            seen->mode = changed ? base_.mode : seen->mode;
        }
        renamed = co_await remote.rename(temporary, path_, remote::existing_target::replace);
    }
    if (!renamed) {
        const auto ignored = co_await remote.remove(temporary);
    }
    names().clear_overlay(temporary);
    names().erase(temporary);
    if (!renamed) {
        co_return renamed;
    }
    staged_->mark_sent();
    if (base_reader_) {
        writing_.files.close(inode_, std::exchange(base_reader_, nullptr));
    }
    sent(*std::move(seen));
    co_return result<>{};
}

awaitable<result<file_attributes>> file_writer::send(remote::upload_request request)
{
    const auto oldest = request.offset;
    resumable_upload upload{writing_, std::move(request)};
    const auto staged = staged_;
    for (;;) {
        failure why;
        if (!upload.is_open()) {
            FTPFS_CO_CHECK(co_await upload.open(oldest));
        }
        if (upload.position() < staged->size()) {
            auto block = co_await staged->read_local(upload.position(), step);
            if (!block) {
                co_return block.error();
            }
            if (block->empty()) {
                co_return failure{errc::io_failure, "the copy in staging_dir is shorter than it should be"};
            }
            bytes pieces;
            pieces.push_back(*std::move(block));
            auto written = co_await upload.write(std::move(pieces));
            if (written) {
                continue;
            }
            why = std::move(written).error();
        } else {
            auto done = co_await upload.finish(deferred_time_);
            if (done) {
                co_return done;
            }
            why = std::move(done).error();
        }
        FTPFS_CO_CHECK(co_await upload.recover(std::move(why), oldest));
    }
}

// --- what could not be sent ---

awaitable<> file_writer::keep_copy()
{
    if (kept_ || orphaned_ || !staged_ || !staged_->is_dirty()) {
        co_return;
    }
    kept_ = true;
    const auto why = failure_.value_or(failure{errc::io_failure});
    const auto staged = staged_;  // the last handle may be closed meanwhile
    const auto where = co_await staged->keep(path_, why);
    auto& journal = writing_.services.journal;
    if (where) {
        journal.warning("{}: could not be sent ({}); the changed copy is kept as {}", printable(path_.str()),
                        to_string(why), printable(*where));
    } else {
        journal.error("{}: could not be sent ({}), and its copy could not be kept: {}", printable(path_.str()),
                      to_string(why), to_string(where.error()));
    }
}

awaitable<> file_writer::close(std::shared_ptr<file_writer> self)
{
    const auto mine = co_await self->turn_.take();
    if (self->has_handles()) {
        co_return;
    }
    if (!self->failure_ && self->has_unsent()) {
        const auto done = co_await self->flush_in_turn();
    }
    if (self->has_handles()) {
        co_return;
    }
    if (self->failure_) {
        co_await self->keep_copy();
    }
    if (self->stream_) {
        co_await std::exchange(self->stream_, nullptr)->drop();
    }
    self->drop_staged();
}

awaitable<> file_writer::give_up(failure why)
{
    if (!has_unsent() && !(failure_ && staged_)) {
        co_return;
    }
    const auto failed = fail(std::move(why));
    if (staged_) {
        co_await keep_copy();
    } else {
        writing_.services.journal.error("{}: could not be sent completely: {}", printable(path_.str()),
                                        to_string(failed));
    }
}

// --- names ---

awaitable<result<>> file_writer::settle()
{
    if (failure_ || orphaned_) {
        co_return result<>{};
    }
    if (stream_ || !exists_) {
        co_return co_await flush_in_turn();
    }
    co_return result<>{};
}

void file_writer::move(remote_path path)
{
    const bool shown = has_unsent() && !failure_;
    names().clear_overlay(path_);
    path_ = std::move(path);
    if (base_reader_) {
        base_reader_->content().move(path_);
    }
    if (shown) {
        names().overlay(path_, attributes());
    }
}

void file_writer::rebase(file_attributes seen)
{
    drop_staged();
    base_ = std::move(seen);
}

awaitable<> file_writer::prepare_removal()
{
    if (failure_ || orphaned_ || !stream_) {
        co_return;
    }
    if (stream_->starts_anew() && stream_->has_all() && !stream_->why()) {
        const auto staged = co_await stage_stream();
        if (!staged) {
            fail(staged.error());
        }
        co_return;
    }
    const auto settled = co_await settle();
}

awaitable<> file_writer::orphan()
{
    if (orphaned_) {
        co_return;
    }
    names().clear_overlay(path_);
    orphaned_size_ = size();
    if (stream_) {
        co_await std::exchange(stream_, nullptr)->drop();
    }
    orphaned_ = true;
    if (base_reader_) {
        base_reader_->content().orphan();
    }
    if (!staged_ && orphaned_size_ == 0 && !failure_) {
        // A temporary file of a program that removed its name at once lives on here.
        const auto staged = co_await stage_base(0);
    }
}

}  // namespace ftpfs::fs
