#include "ftpfs/fuse/receive_buffer.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <vector>

namespace ftpfs::fuse {
namespace {

constexpr std::size_t block_size = (std::size_t{1} << 20) + 4096;  // as libfuse allocates it
constexpr std::size_t header = 80;                                 // of a write request

// What fuse_session_receive_buf does with a write of `size` times `letter`; returns where its data is.
char* receive(receive_buffer& buffer, std::size_t size, char letter)
{
    auto* raw = buffer.prepare();
    if (raw->mem == nullptr) {
        raw->mem = std::malloc(block_size);
    }
    auto* data = static_cast<char*>(raw->mem) + header;
    std::memset(data, letter, size);
    return data;
}

bool holds(const shared_bytes& bytes, std::size_t size, char letter)
{
    const std::vector<char> expected(size, letter);
    return bytes.size() == size && std::memcmp(bytes.data(), expected.data(), size) == 0;
}

TEST(receive_buffer, keeps_a_large_write_where_it_was_received)
{
    receive_buffer buffer;
    constexpr auto size = receive_buffer::worth_keeping;
    const char* first = receive(buffer, size, 'a');
    const auto kept = buffer.keep(first, size);
    EXPECT_EQ(reinterpret_cast<const char*>(kept.data()), first);
    const char* second = receive(buffer, size, 'b');
    EXPECT_NE(second, first);
    EXPECT_TRUE(holds(kept, size, 'a')) << "another request changed it";
}

TEST(receive_buffer, copies_a_small_write_and_keeps_its_block_for_the_next_request)
{
    receive_buffer buffer;
    const char* first = receive(buffer, 100, 'a');
    const auto kept = buffer.keep(first, 100);
    EXPECT_NE(reinterpret_cast<const char*>(kept.data()), first);
    EXPECT_EQ(receive(buffer, 100, 'b'), first);
    EXPECT_TRUE(holds(kept, 100, 'a'));
}

TEST(receive_buffer, takes_a_block_back_with_the_last_piece_of_it)
{
    receive_buffer buffer;
    constexpr auto size = receive_buffer::worth_keeping;
    const char* first = receive(buffer, size, 'a');
    auto kept = buffer.keep(first, size);
    auto piece = kept.slice(10, 1);
    kept = {};
    EXPECT_EQ(buffer.spare_blocks(), 0U) << "a piece is still in use";
    piece = {};
    EXPECT_EQ(buffer.spare_blocks(), 1U);
    EXPECT_EQ(receive(buffer, size, 'b'), first);
    EXPECT_EQ(buffer.spare_blocks(), 0U);
}

TEST(receive_buffer, keeps_no_more_spare_blocks_than_it_says)
{
    receive_buffer buffer;
    constexpr auto size = receive_buffer::worth_keeping;
    std::vector<shared_bytes> all;
    for (std::size_t i = 0; i < receive_buffer::spares + 3; ++i) {
        const char* data = receive(buffer, size, 'x');
        all.push_back(buffer.keep(data, size));
    }
    const auto last = all.back();
    all.clear();
    EXPECT_EQ(buffer.spare_blocks(), receive_buffer::spares);
}

TEST(receive_buffer, lets_the_spare_blocks_go_when_nothing_is_being_written)
{
    receive_buffer buffer;
    constexpr auto size = receive_buffer::worth_keeping;
    std::vector<shared_bytes> all;
    for (std::size_t i = 0; i < receive_buffer::spares; ++i) {
        const char* data = receive(buffer, size, 'x');
        all.push_back(buffer.keep(data, size));
    }
    all.clear();
    EXPECT_EQ(buffer.spare_blocks(), receive_buffer::idle_spares);
}

TEST(receive_buffer, leaves_what_was_kept_readable_when_it_goes)
{
    constexpr auto size = receive_buffer::worth_keeping;
    shared_bytes kept;
    {
        receive_buffer buffer;
        const char* data = receive(buffer, size, 'a');
        kept = buffer.keep(data, size);
    }
    EXPECT_TRUE(holds(kept, size, 'a'));
}

}  // namespace
}  // namespace ftpfs::fuse
