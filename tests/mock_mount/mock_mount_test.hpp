// Where a test of a real mount begins: skips it where /dev/fuse is not to be had.
#pragma once

#include "mounted_tree.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

namespace ftpfs::test {

class mock_mount : public testing::Test {
protected:
    void SetUp() override
    {
        if (::access("/dev/fuse", R_OK | W_OK) != 0) {
            GTEST_SKIP() << "/dev/fuse can't be opened here";
        }
    }
};

}  // namespace ftpfs::test
