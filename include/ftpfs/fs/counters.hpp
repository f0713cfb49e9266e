// What the file system has done so far, for user.ftpfs.status and for tests. Plain values.
#pragma once

#include <cstdint>
#include <string>

namespace ftpfs::fs {

struct counters {
    std::uint64_t lookups = 0;               // answered to the kernel, "no such file" included
    std::uint64_t attribute_reads = 0;       // getattr
    std::uint64_t answered_from_memory = 0;  // of those two: without asking the server
    std::uint64_t listings = 0;              // asked of the server
    std::uint64_t stats = 0;

    std::uint64_t reads = 0;
    std::uint64_t bytes_read = 0;
    std::uint64_t reads_from_memory = 0;  // of `reads`: all bytes were there
    std::uint64_t downloads = 0;          // transfers begun
    std::uint64_t resumed_downloads = 0;  // of those: after a broken connection, at the same byte
    std::uint64_t yielded_downloads = 0;  // ended because others waited for a session
    std::uint64_t segments = 0;           // of downloads: begun in front of a sequential reader
    std::uint64_t returned_segments = 0;  // of those: given back before the reader came to them
    std::uint64_t bytes_downloaded = 0;
    std::uint64_t changed_files = 0;  // found to be another version while they were read

    std::uint64_t listed_ahead = 0;         // directories, before anybody asked
    std::uint64_t listed_ahead_used = 0;    // of those: opened then
    std::uint64_t listed_ahead_wasted = 0;  // of those: not opened in time
    std::uint64_t fetched_ahead = 0;        // files, likewise
    std::uint64_t fetched_ahead_used = 0;
    std::uint64_t fetched_ahead_wasted = 0;

    std::uint64_t disk_hits = 0;           // blocks found in the disk cache
    std::uint64_t disk_bytes_read = 0;     // of those
    std::uint64_t disk_bytes_written = 0;  // blocks kept there
    std::uint64_t disk_refused = 0;        // blocks not kept: too many at once, no space, or changed just now
    std::uint64_t disk_dropped = 0;        // files found there damaged, or of another version

    std::uint64_t writes = 0;
    std::uint64_t bytes_written = 0;
    std::uint64_t uploads = 0;          // transfers begun
    std::uint64_t resumed_uploads = 0;  // of those: after a broken one
    std::uint64_t bytes_uploaded = 0;
    std::uint64_t staged_files = 0;  // files that got a copy on this machine
    std::uint64_t failed_files = 0;  // changes that could not be sent
    std::uint64_t kept_copies = 0;   // of those: kept for recovery
};

}  // namespace ftpfs::fs
