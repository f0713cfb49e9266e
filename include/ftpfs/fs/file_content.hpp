// The bytes of one version of one file, as far as they are in memory, and what is known of that version.
//
// Shared by all handles of the file that see this version, and by the pumps that fill it. Never holds bytes of
// two versions: until the first byte was handed out, a newer version found on the server replaces everything
// (a new `epoch`: who collected bytes before begins anew); after that a newer version makes the content `stale`,
// for good, and reads fail. Decides, and touches memory; waits for nothing and asks nobody.
// One thread. Blocks and metadata outlive it.
#pragma once

#include "ftpfs/cache/block_cache.hpp"
#include "ftpfs/core/attributes.hpp"
#include "ftpfs/core/result.hpp"
#include "ftpfs/fs/metadata.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace ftpfs::fs {

// What is worth remembering of a content when nobody has the file open: its blocks are found by `number`.
struct content_identity {
    std::uint64_t number = 0;           // never used twice
    file_version listed;                // as the file's attributes said
    file_version transferred;           // as the server said when a transfer began; often more precise
    std::optional<std::uint64_t> size;  // absent: read until it ends
    bool handed_out = false;            // a reader, or the kernel's page cache, may have bytes of it
};

class file_content {
public:
    file_content(cache::block_cache& blocks, metadata& names, remote_path path, content_identity identity);
    file_content(const file_content&) = delete;
    file_content& operator=(const file_content&) = delete;

    const remote_path& path() const noexcept { return path_; }
    // The file was renamed here.
    void move(remote_path path) { path_ = std::move(path); }
    // Its name is gone, or stands for another file: what is in memory can still be read, the rest is version_changed.
    void orphan() noexcept { orphaned_ = true; }
    bool is_orphaned() const noexcept { return orphaned_; }
    const content_identity& identity() const noexcept { return identity_; }
    std::optional<std::uint64_t> size() const noexcept { return identity_.size; }
    bool is_stale() const noexcept { return stale_; }
    unsigned epoch() const noexcept { return epoch_; }

    // --- for readers ---

    // Appends what is here of [offset, end) from `offset` on without a gap; the number of bytes.
    std::uint64_t take(std::uint64_t offset, std::uint64_t end, std::vector<shared_bytes>& pieces);
    // `end`, or the end of the file as far as it is known.
    std::uint64_t clipped(std::uint64_t end) const noexcept;
    bool has(std::uint64_t offset) const;
    // The blocks that end in [offset, end) are read and done with: others may have their memory.
    void used_up(std::uint64_t offset, std::uint64_t end);
    void hand_out() noexcept { identity_.handed_out = true; }

    // Fetched before anybody asked for it, and nobody did since.
    void set_ahead(bool yes) noexcept { ahead_ = yes; }
    bool is_ahead() const noexcept { return ahead_; }

    // Nobody reads from this object any more, though another one may go on with the same blocks: transfers that
    // are still under way must not touch them.
    void retire() noexcept { ++epoch_; }

    // --- for the disk cache ---

    // Told of each block that is complete after bytes have come over the network: its number, its bytes, and when the
    // oldest of them was asked for.
    using block_listener = std::function<void(std::uint64_t, shared_bytes, std::chrono::sys_seconds)>;
    void set_on_block(block_listener tell) { on_block_ = std::move(tell); }
    // The blocks kept before are of this size and had this time when they were transferred (precision unknown: nothing
    // is known of it). False if they are of another version.
    bool learn(std::uint64_t size, const file_time& fact);
    // The whole block, from elsewhere than the server.
    void put(std::uint64_t index, std::shared_ptr<std::byte[]> memory, std::size_t capacity, std::size_t length);

    // --- for pumps ---

    // Are these attributes those of this version? What they add is remembered.
    bool matches(const file_attributes& attributes);

    // What a transfer must find on the server; nothing while any version will do.
    std::optional<file_version> expected() const;
    // A transfer begins with this version: it fits, or is adopted, or is version_changed.
    result<void> begin(const file_version& seen);
    // A transfer found another version although one was expected.
    void make_stale();
    // The server confirmed that the file ends here; or, where no byte came before, that it has none from here on.
    void ends_at(std::uint64_t offset);
    void has_nothing_at(std::uint64_t offset);
    // The server sent more than it had said.
    void goes_on() { names_.distrust(path_); }

    // Memory for the bytes from `offset` on, until it goes out of scope; where those bytes are here already, or
    // someone else is about to fill them in, memory that is thrown away.
    class room {
    public:
        room(file_content& owner, std::uint64_t offset);
        room(const room&) = delete;
        room& operator=(const room&) = delete;
        ~room();

        std::span<std::byte> bytes() const noexcept { return bytes_; }
        // The first `count` bytes are filled, with what was asked for at `asked`; call it once.
        void filled(std::size_t count, std::chrono::sys_seconds asked);

    private:
        friend class file_content;
        bool is_current() const noexcept { return !scratch_ && epoch_ == owner_.epoch_ && !owner_.stale_; }

        file_content& owner_;
        std::uint64_t offset_;
        unsigned epoch_;
        std::shared_ptr<std::byte[]> memory_;  // of the block, even if that leaves the cache meanwhile
        std::size_t capacity_;
        std::unique_ptr<std::byte[]> scratch_;
        std::span<std::byte> bytes_;
        std::list<const room*>::iterator place_;
    };

private:
    cache::block_key key_of(std::uint64_t offset) const noexcept;
    cache::block& block_at(std::uint64_t offset);
    std::size_t capacity_at(std::uint64_t offset) const noexcept;
    // Where the range that is here, or being filled by someone else, ends; `offset` if it is free.
    std::uint64_t taken_until(std::uint64_t offset, const cache::block& block) const;
    std::uint64_t free_until(std::uint64_t offset, const cache::block& block) const;
    void keep(const room& filled, std::size_t count, std::chrono::sys_seconds asked);
    void adopt(const file_version& seen);
    void learn_size(std::uint64_t size);

    cache::block_cache& blocks_;
    metadata& names_;
    remote_path path_;
    content_identity identity_;
    std::optional<std::uint64_t> empty_from_;  // the end lies here or before, while the size is unknown
    std::list<const room*> being_filled_;
    unsigned epoch_ = 0;
    bool stale_ = false;
    bool orphaned_ = false;
    bool ahead_ = false;
    block_listener on_block_;
};

}  // namespace ftpfs::fs
