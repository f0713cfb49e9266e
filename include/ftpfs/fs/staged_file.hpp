// A file that is changed in a copy on this machine: it holds what was touched; the rest is fetched when needed.
//
// Bytes come from three places: from the copy (written or fetched), from the version on the server that it is based
// on (below base_size(), not yet fetched), and from nowhere (zeros). One call at a time (the owner's turn), except
// read_local(), which may run beside anything. File I/O on the helper thread; all else on the loop.
#pragma once

#include "ftpfs/core/shared_bytes.hpp"
#include "ftpfs/fs/file_reader.hpp"
#include "ftpfs/fs/interval_set.hpp"
#include "ftpfs/fs/local_file.hpp"
#include "ftpfs/fs/writing.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace ftpfs::fs {

class staged_file {
public:
    // `base` reads the version on the server; null where all comes from here (base_size 0).
    static awaitable<result<std::shared_ptr<staged_file>>> make(writing& services, std::shared_ptr<file_reader> base,
                                                                std::uint64_t base_size);
    staged_file(writing& services, std::shared_ptr<local_file> file, std::shared_ptr<file_reader> base,
                std::uint64_t base_size);

    std::uint64_t size() const noexcept { return size_; }
    // Changed since the last mark_sent()?
    bool is_dirty() const noexcept { return dirty_; }
    // Nothing before `offset` was changed since then.
    bool is_unchanged_before(std::uint64_t offset) const noexcept { return changed_from_ >= offset; }

    awaitable<result<>> write(std::uint64_t offset, std::vector<shared_bytes> pieces);
    awaitable<result<>> resize(std::uint64_t size);
    // Fetches what is missing of [begin, end).
    awaitable<result<>> complete(std::uint64_t begin, std::uint64_t end);
    bool is_complete(std::uint64_t begin, std::uint64_t end) const;
    // Bytes that are complete; fewer than `size` at the end of the file.
    awaitable<result<shared_bytes>> read_local(std::uint64_t offset, std::size_t size);

    // There is something to send even if nothing was written.
    void mark_changed() { mark_changed_from(0); }
    void mark_changed_from(std::uint64_t offset);
    // The server has it all.
    void mark_sent();
    // Keeps the copy for recovery; answers where.
    awaitable<result<std::string>> keep(remote_path path, failure why);

    const std::shared_ptr<file_reader>& base() const noexcept { return base_; }

private:
    std::string note(const remote_path& path, const failure& why) const;

    writing& writing_;
    std::shared_ptr<local_file> file_;
    std::shared_ptr<file_reader> base_;
    std::uint64_t base_size_;
    std::uint64_t size_;
    interval_set local_;
    std::uint64_t changed_from_;
    bool dirty_ = false;
};

}  // namespace ftpfs::fs
