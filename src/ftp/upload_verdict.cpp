#include "upload_verdict.hpp"

#include <fmt/format.h>

namespace ftpfs::ftp {

namespace {

// The server, or the network, lost the connection; it did not refuse the bytes.
bool is_about_connection(const failure& why)
{
    return retryable(why) || why == errc::timed_out;
}

bool may_be_the_old_one(const file_attributes& found, const std::optional<file_version>& before)
{
    return before && before->size && same_version(*before, version_of(found));
}

}  // namespace

result<file_attributes> judge_upload(const result<>& ended, const file_attributes& found, std::uint64_t size,
                                     const std::optional<file_version>& before)
{
    const bool known = found.size && found.size_is_exact;
    if (ended) {
        if (known && *found.size != size) {
            return failure{errc::truncated,
                           fmt::format("the server confirmed the upload, but has {} of {} bytes", *found.size, size)};
        }
        return found;
    }
    const bool complete = known && *found.size == size && found.kind != file_kind::directory;
    if (is_about_connection(ended.error()) && complete && !may_be_the_old_one(found, before)) {
        return found;
    }
    return ended.error();
}

}  // namespace ftpfs::ftp
