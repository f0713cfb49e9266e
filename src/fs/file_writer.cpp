#include "ftpfs/fs/file_writer.hpp"

#include "ftpfs/fs/path_failure.hpp"

namespace ftpfs::fs {
namespace {

std::chrono::sys_seconds current_time()
{
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
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
    names().forget_time(path_);
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

}  // namespace ftpfs::fs
