// What a running mount tells of itself, and of its files, through getxattr(2).
#include "ftpfs/fs/file_system.hpp"
#include "ftpfs/fs/to_stat.hpp"

#include <boost/asio/this_coro.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace ftpfs::fs {
namespace {

// A path in a URL: everything but unreserved characters and '/' as %XX (RFC 3986 §2).
std::string encoded(std::string_view path)
{
    std::string out;
    for (const char byte : path) {
        const bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                           (byte >= '0' && byte <= '9') ||
                           std::string_view{"/-._~"}.find(byte) != std::string_view::npos;
        out += plain ? std::string{byte} : fmt::format("%{:02X}", static_cast<unsigned char>(byte));
    }
    return out;
}

std::string url_of(std::string_view root, const remote_path& path)
{
    if (path.is_root()) {
        return std::string{root};
    }
    while (root.ends_with('/')) {
        root.remove_suffix(1);
    }
    return std::string{root} + encoded(path.str());
}

}  // namespace

awaitable<result<std::string>> file_system::get_extended_attribute(inode_id inode, std::string name)
{
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    FTPFS_CO_TRY(const auto path, current_path(inode));
    if (name == "user.ftpfs.status" && path.is_root()) {
        co_return status();
    }
    if (name == "user.ftpfs.url" && !url_.empty()) {
        co_return url_of(url_, path);
    }
    if (name == "user.ftpfs.facts") {
        FTPFS_CO_TRY(const auto known, co_await current_attributes(inode));
        co_return to_facts(*known.attributes);
    }
    co_return failure{errc::no_such_attribute, name + " of " + path.str()};
}

std::string file_system::status() const
{
    const auto& count = counters_;
    const auto unsent = std::ranges::count_if(writers_, [](const auto& one) { return one.second->has_unsent(); });
    return fmt::format(
        R"({{"names":{{"inodes":{},"lookups":{},"attribute_reads":{},"answered_from_memory":{},"listings":{},)"
        R"("stats":{},"listed_directories":{},"bytes":{}}},)"
        R"("reading":{{"reads":{},"bytes":{},"reads_from_memory":{},"downloads":{},"resumed_downloads":{},)"
        R"("yielded_downloads":{},"segments":{},"returned_segments":{},)"
        R"("bytes_downloaded":{},"changed_files":{},"open_files":{},"streams":{}}},)"
        R"("prefetch":{{"listings":{},"listings_used":{},"listings_wasted":{},"files":{},"files_used":{},)"
        R"("files_wasted":{}}},)"
        R"("writing":{{"unsent_files":{},"writes":{},"bytes":{},"uploads":{},"resumed_uploads":{},)"
        R"("bytes_uploaded":{},"staged_files":{},"failed_files":{},"kept_copies":{}}},)"
        R"("cache":{{"limit":{},"bytes":{},"blocks":{}}},"disk_cache":{},"remote":{}}})",
        inodes_.size(), count.lookups, count.attribute_reads, count.answered_from_memory, count.listings, count.stats,
        metadata_.listed_directories(), metadata_.bytes(), count.reads, count.bytes_read, count.reads_from_memory,
        count.downloads, count.resumed_downloads, count.yielded_downloads, count.segments, count.returned_segments,
        count.bytes_downloaded, count.changed_files, handles_.size(), reading_.streams, count.listed_ahead,
        count.listed_ahead_used, count.listed_ahead_wasted, count.fetched_ahead, count.fetched_ahead_used,
        count.fetched_ahead_wasted, unsent, count.writes, count.bytes_written, count.uploads, count.resumed_uploads,
        count.bytes_uploaded, count.staged_files, count.failed_files, count.kept_copies, reading_.blocks.limit(),
        reading_.blocks.bytes(), reading_.blocks.size(), disk_.status(), remote_status_ ? remote_status_() : "{}");
}

}  // namespace ftpfs::fs
