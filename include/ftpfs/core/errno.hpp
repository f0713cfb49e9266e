// The one table from a failure and the operation it happened in to an errno.
//
// A failure of `client_category` has one meaning; an FTP reply code depends on what was asked: 550 says
// "no such file" to one command and "not empty" to another. What stays ambiguous is settled by asking the
// server again (ftp layer) before it gets here.
#pragma once

#include "ftpfs/core/error.hpp"

namespace ftpfs {

enum class operation {
    lookup,
    stat,
    list,
    read_link,
    open,
    read,
    write,
    create,
    remove,
    make_directory,
    remove_directory,
    rename,
    set_attributes,
    extended_attributes,
    mount
};

// Always a positive errno.
int to_errno(const failure& why, operation what) noexcept;

}  // namespace ftpfs
