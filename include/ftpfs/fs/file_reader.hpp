// Reads of one version of one file: answers from memory, or waits for the stream that will bring the bytes.
//
// Shared by the handles of an inode that see this version. Has up to two streams, so that two readers at
// different places don't take the transfer from each other. A read that is cancelled leaves the streams alone.
// One thread; the services outlive it.
#pragma once

#include "ftpfs/core/shared_bytes.hpp"
#include "ftpfs/fs/disk_reader.hpp"
#include "ftpfs/fs/download_pump.hpp"
#include "ftpfs/fs/segment_chain.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace ftpfs::fs {

class file_reader {
public:
    file_reader(reading& services, remote_path path, content_identity identity);

    file_content& content() noexcept { return *content_; }

    // The bytes [offset, offset + size), fewer only at the end of the file. Does not suspend if they are all in
    // memory. Fails with version_changed once the content is stale, with timed_out if nothing arrives for the
    // configured time, or with what ended the stream; the next read tries again.
    static awaitable<result<std::vector<shared_bytes>>> read(std::shared_ptr<file_reader> self, std::uint64_t offset,
                                                             std::size_t size);

    // Brings the first `size` bytes into memory, for somebody who may open the file soon. Ends, too, when the content
    // is not `ahead` any more.
    static awaitable<result<void>> fetch_ahead(std::shared_ptr<file_reader> self, std::uint64_t size);

    // No more reads: ends the streams.
    void close();

    void add_handle() noexcept { ++handles_; }
    // True if that was the last one.
    bool remove_handle() noexcept { return --handles_ == 0; }

private:
    // A read on its way.
    struct progress {
        std::uint64_t offset;  // of the next byte to take
        std::uint64_t end;
        std::vector<shared_bytes> pieces;
        unsigned epoch;  // of the content the pieces are from
    };

    // Takes what is there; true if nothing is missing.
    bool advance(progress& mine, std::uint64_t begin);
    awaitable<result<void>> wait_for_bytes(std::uint64_t offset, std::uint64_t end);
    // Will a stream that is there bring the byte?
    bool is_coming(std::uint64_t offset) const;
    // Takes note of a server that says nothing.
    failure failed(failure why);
    // Tells the stream that serves this reader how far it has come.
    void credit_stream(std::uint64_t offset, std::uint64_t end, bool waited);
    // Takes over the follower whose segment begins at `offset`, or a little before.
    void take_follower(std::uint64_t offset);
    // The stream that will bring the byte at `offset`; null if all are busy with other readers.
    std::shared_ptr<download_pump> stream_for(std::uint64_t offset, std::uint64_t end);

    reading& services_;
    std::shared_ptr<file_content> content_;
    std::shared_ptr<arrivals> news_;
    std::shared_ptr<disk_reader> disk_;                  // null: there is no disk cache
    std::vector<std::shared_ptr<download_pump>> pumps_;  // in the order of their last use
    segment_chain chain_;
    std::optional<read_window> replaced_;  // of the stream that was given up last
    std::optional<failure> silence_;       // what the last read that timed out said
    std::chrono::steady_clock::time_point silent_until_;
    int handles_ = 0;
};

}  // namespace ftpfs::fs
