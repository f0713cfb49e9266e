#include "ftpfs/fs/open_files.hpp"

namespace ftpfs::fs {
namespace {

// About 10,000 files: more than have blocks in memory at a time, unless they are tiny.
constexpr std::uint64_t closed_limit = std::uint64_t{2} << 20;
constexpr std::uint64_t closed_charge = sizeof(content_identity) + 64;

}  // namespace

open_files::open_files(reading& services) : services_{services}, closed_{closed_limit} {}

open_files::opened open_files::open(inode_id inode, const remote_path& path, const file_attributes& attributes)
{
    opened answer;
    if (const auto known = current_.find(inode); known != current_.end()) {
        if (known->second->content().matches(attributes)) {
            answer.reader = known->second;
            answer.same_as_before = true;
        }
    } else if (const auto* before = closed_.find(inode)) {
        auto reader = std::make_shared<file_reader>(services_, path, *before);
        if (reader->content().matches(attributes)) {
            answer.reader = std::move(reader);
            answer.same_as_before = true;
        } else {
            services_.blocks.forget(before->number);
        }
        closed_.erase(inode);
    } else {
        answer.reader = take_ahead(path, attributes);
    }
    drop_ahead(path);
    if (!answer.reader) {
        answer.reader = std::make_shared<file_reader>(services_, path, identity_of(attributes));
    }
    answer.same_as_before = renewed_.erase(inode) == 0 && answer.same_as_before;
    current_[inode] = answer.reader;
    answer.reader->add_handle();
    return answer;
}

content_identity open_files::identity_of(const file_attributes& attributes)
{
    content_identity fresh;
    fresh.number = next_number_++;
    fresh.listed = version_of(attributes);
    fresh.size = fresh.listed.size;
    return fresh;
}

void open_files::close(inode_id inode, const std::shared_ptr<file_reader>& reader)
{
    if (!reader->remove_handle()) {
        return;
    }
    reader->close();
    const auto current = current_.find(inode);
    if (current == current_.end() || current->second != reader) {
        services_.blocks.forget(reader->content().identity().number);
        return;
    }
    if (!reader->content().is_stale()) {
        closed_.put(inode, reader->content().identity(), closed_charge);
    }
    current_.erase(current);
}

std::shared_ptr<file_reader> open_files::begin_ahead(const remote_path& path, const file_attributes& attributes)
{
    auto& reader = ahead_[path];
    if (reader) {
        return nullptr;
    }
    reader = std::make_shared<file_reader>(services_, path, identity_of(attributes));
    reader->content().set_ahead(true);
    return reader;
}

std::shared_ptr<file_reader> open_files::take_ahead(const remote_path& path, const file_attributes& attributes)
{
    const auto found = ahead_.find(path);
    if (found == ahead_.end() || !found->second->content().matches(attributes)) {
        return nullptr;
    }
    auto reader = std::move(found->second);
    ahead_.erase(found);
    reader->content().set_ahead(false);
    return reader;
}

void open_files::drop_ahead(const remote_path& path)
{
    if (const auto found = ahead_.extract(path)) {
        auto& content = found.mapped()->content();
        content.set_ahead(false);
        found.mapped()->close();
        services_.blocks.forget(content.identity().number);
    }
}

void open_files::renew(inode_id inode)
{
    if (const auto* before = closed_.find(inode)) {
        services_.blocks.forget(before->number);
        closed_.erase(inode);
    }
    if (current_.erase(inode) > 0) {
        renewed_.insert(inode);
    }
}

void open_files::close_all()
{
    for (const auto& [inode, reader] : current_) {
        reader->close();
    }
    for (const auto& [path, reader] : ahead_) {
        reader->content().set_ahead(false);
        reader->close();
    }
}

}  // namespace ftpfs::fs
