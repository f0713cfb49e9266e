#include "ftpfs/core/link_target.hpp"

#include <gtest/gtest.h>

namespace ftpfs {
namespace {

struct target_row {
    const char* link;
    const char* target;
    const char* root;  // of the mount, on the server
    const char* read;  // nullptr: leads out
};

constexpr target_row rows[] = {
    // inside, as they are
    {"/a/l", "b", "/", "b"},
    {"/a/l", "./b//c/", "/", "./b//c/"},
    {"/a/l", "../b", "/", "../b"},
    {"/a/b/l", "../../c", "/srv", "../../c"},
    {"/l", ".", "/", "."},
    {"/a/l", "..", "/", ".."},
    // up behind a name: the name may be a link that is less deep
    {"/a/b/l", "c/../../y", "/", "../y"},
    {"/a/l", "x/..", "/", "."},
    {"/a/l", "../a/../b", "/", "../b"},
    // absolute, on the server
    {"/a/l", "/b/c", "/", "../b/c"},
    {"/a/l", "/", "/", ".."},
    {"/l", "/", "/", "."},
    {"/l", "/x", "/", "x"},
    {"/a/l", "/srv/ftp/a/x", "/srv/ftp", "x"},
    {"/a/l", "/srv/ftp/b", "/srv/ftp", "../b"},
    {"/a/l", "/srv/ftp", "/srv/ftp", ".."},
    {"/a/l", "/srv/../srv/ftp/b", "/srv/ftp", "../b"},
    // out and in again
    {"/a/l", "../../ftp/b", "/srv/ftp", "../b"},
    {"/l", "../ftp", "/srv/ftp", "."},
    // out
    {"/l", "../x", "/srv/ftp", nullptr},
    {"/a/l", "../../../etc/passwd", "/srv/ftp", nullptr},
    {"/a/l", "/etc/passwd", "/srv/ftp", nullptr},
    {"/a/l", "/srv/ftp2/x", "/srv/ftp", nullptr},
    {"/a/l", "/srv", "/srv/ftp", nullptr},
    {"/a/l", "b/../../..", "/srv/ftp", nullptr},
    {"/l", "", "/", nullptr},
    // the root of the server is its own parent
    {"/l", "../../x", "/", "x"},
    {"/a/l", "../../../x", "/", "../x"},
    {"/a/l", "/../x", "/", "../x"},
};

TEST(contained_target, never_leads_out)
{
    for (const auto& row : rows) {
        const auto read =
            contained_target(remote_path::make(row.link).value(), row.target, remote_path::make(row.root).value());
        EXPECT_EQ(read.value_or("out"), row.read == nullptr ? "out" : row.read)
            << row.link << " -> " << row.target << " in " << row.root;
    }
}

}  // namespace
}  // namespace ftpfs
