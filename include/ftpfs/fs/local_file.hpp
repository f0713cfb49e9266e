// A temporary file on this machine, sparse and without a name: it goes with its last user, even after a crash.
//
// Calls block: they are made on the helper thread, one at a time. Failures carry the errno (no_space for ENOSPC).
#pragma once

#include "ftpfs/core/result.hpp"
#include "ftpfs/core/shared_bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace ftpfs::fs {

class local_file {
public:
    // In `directory`, which is made if it is missing, for the user alone; empty: in ftpfs-UID below $TMPDIR or
    // /var/tmp. A directory there that belongs to somebody else is refused.
    static result<std::shared_ptr<local_file>> make(const std::string& directory);
    local_file(int descriptor, std::string directory) : descriptor_{descriptor}, directory_{std::move(directory)} {}
    local_file(const local_file&) = delete;
    local_file& operator=(const local_file&) = delete;
    ~local_file();

    result<> write(std::uint64_t offset, const std::vector<shared_bytes>& pieces);
    // Zeros where nothing was written; fewer bytes only at the end of the file.
    result<shared_bytes> read(std::uint64_t offset, std::size_t size) const;
    result<> resize(std::uint64_t size);

    // Gives it a name: `recovery/NAME-…` in its directory, with `note` beside it. Answers the path.
    result<std::string> keep(const std::string& name, const std::string& note) const;

private:
    int descriptor_;
    std::string directory_;
};

}  // namespace ftpfs::fs
