// What a server tells of the quota of the user who asks. Pure functions; nobody specified these answers.
#pragma once

#include "ftpfs/proto/reply.hpp"

#include <cstdint>
#include <optional>

namespace ftpfs::proto {

struct quota {
    std::uint64_t used = 0;              // bytes; may be more than the limit
    std::optional<std::uint64_t> limit;  // bytes; absent where there is none

    std::uint64_t available() const noexcept { return limit && *limit > used ? *limit - used : 0; }
    bool operator==(const quota&) const = default;
};

// XQUOTA (WS_FTP Server and others that announce it): a 213 with lines "Disk usage: 1532791" and "Disk limit: 2048000"
// or "unlimited", in bytes. Nothing for any other reply.
std::optional<quota> parse_xquota_reply(const reply& answer);

// SITE QUOTA (ProFTPD with mod_quotatab): a 200 with a line "Uploaded Mb: 0.50/976.56" or "Uploaded Mb: unlimited". The
// unit is the server's choice: bytes, Kb, Mb, Gb, each 1024 of the one before. Nothing for any other reply.
std::optional<quota> parse_site_quota_reply(const reply& answer);

}  // namespace ftpfs::proto
