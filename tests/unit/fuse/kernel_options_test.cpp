#include "ftpfs/fuse/kernel_options.hpp"

#include <gtest/gtest.h>

namespace ftpfs::fuse {
namespace {

TEST(kernel_options, takes_parallel_reads_and_listings_where_they_are_offered)
{
    fuse_conn_info connection{};
    connection.capable = ~0U;
    negotiate(connection);
    for (const int wanted : {FUSE_CAP_ASYNC_READ, FUSE_CAP_PARALLEL_DIROPS, FUSE_CAP_READDIRPLUS,
                             FUSE_CAP_READDIRPLUS_AUTO, FUSE_CAP_AUTO_INVAL_DATA, FUSE_CAP_ATOMIC_O_TRUNC}) {
        EXPECT_TRUE(connection.want & static_cast<unsigned>(wanted)) << wanted;
    }
    EXPECT_FALSE(connection.want & FUSE_CAP_WRITEBACK_CACHE);
    EXPECT_EQ(connection.max_read, 1U << 20);
    EXPECT_EQ(connection.max_write, 1U << 20);
    EXPECT_LT(connection.congestion_threshold, connection.max_background);
}

TEST(kernel_options, wants_nothing_the_kernel_does_not_offer)
{
    fuse_conn_info connection{};
    connection.capable = FUSE_CAP_ASYNC_READ;
    negotiate(connection);
    EXPECT_EQ(connection.want, static_cast<unsigned>(FUSE_CAP_ASYNC_READ));
}

TEST(kernel_options, leaves_off_what_libfuse_turned_on_to_our_harm)
{
    fuse_conn_info connection{};
    connection.capable = ~0U;
    constexpr unsigned harmful = FUSE_CAP_SPLICE_READ | FUSE_CAP_SPLICE_WRITE | FUSE_CAP_SPLICE_MOVE |
                                 FUSE_CAP_ASYNC_DIO | FUSE_CAP_WRITEBACK_CACHE | FUSE_CAP_POSIX_LOCKS |
                                 FUSE_CAP_FLOCK_LOCKS | FUSE_CAP_HANDLE_KILLPRIV;
    connection.want = harmful;
    negotiate(connection);
    EXPECT_EQ(connection.want & harmful, 0U);
}

TEST(kernel_options, says_that_nothing_is_mounted_where_the_read_ahead_should_be_raised)
{
    const auto raised = raise_read_ahead("/nothing/is/mounted/here", 1024);
    ASSERT_FALSE(raised);
    EXPECT_EQ(raised.error(), errc::not_found);
}

}  // namespace
}  // namespace ftpfs::fuse
