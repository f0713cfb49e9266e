#include "ftpfs/cache/disk_entry.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>

namespace ftpfs::cache {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

sys_seconds at(std::int64_t number)
{
    return sys_seconds{seconds{number}};
}

entry_header example(std::uint64_t size = 3 * block_size + 5)
{
    entry_header header;
    header.key = {"ftp.example.org:21 me /", "/dir/file"};
    header.version.size = size;
    header.version.listed = {{at(1'700'000'040), time_precision::minute, time_source::listing}, at(1'700'000'500)};
    header.version.fact = {{at(1'700'000'077), time_precision::second, time_source::fact}, at(1'700'000'600)};
    header.identity = 0x1234'5678'9ABC'DEF0;
    return header;
}

std::vector<std::byte> some_bytes(std::size_t size, unsigned seed = 1)
{
    std::mt19937 random{seed};
    std::vector<std::byte> bytes(size);
    for (auto& byte : bytes) {
        byte = static_cast<std::byte>(random());
    }
    return bytes;
}

TEST(disk_entry, names_differ_with_server_and_path)
{
    const auto name = entry_name({"a", "b"});
    EXPECT_TRUE(is_entry_name(name)) << name;
    EXPECT_EQ(name, entry_name({"a", "b"}));
    EXPECT_NE(name, entry_name({"a", "c"}));
    EXPECT_NE(name, entry_name({"b", "b"}));
    EXPECT_NE(entry_name({"ab", "c"}), entry_name({"a", "bc"}));
    EXPECT_FALSE(is_entry_name("lock"));
    EXPECT_FALSE(is_entry_name(name + "0"));
    EXPECT_FALSE(is_entry_name(std::string(32, 'g')));
}

TEST(disk_entry, a_header_comes_back)
{
    const auto bytes = encode(example()).value();
    EXPECT_EQ(decode(bytes), example());
    auto longer = bytes;
    longer.resize(4096);
    EXPECT_EQ(decode(longer), example());
}

TEST(disk_entry, no_changed_or_missing_byte_of_a_header_goes_unnoticed)
{
    const auto bytes = encode(example()).value();
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        auto wrong = bytes;
        wrong[at] ^= std::byte{1};
        EXPECT_FALSE(decode(wrong)) << at;
        EXPECT_FALSE(decode(std::span{bytes}.first(at))) << at;
        auto torn = bytes;
        std::fill(torn.begin() + static_cast<std::ptrdiff_t>(at), torn.end(), std::byte{0});
        EXPECT_FALSE(decode(torn)) << at;
    }
}

TEST(disk_entry, what_is_too_large_is_not_kept)
{
    auto header = example();
    header.key.path.assign(entry_header::max_key - header.key.server.size(), 'x');
    const auto longest = encode(header);
    ASSERT_TRUE(longest);
    EXPECT_LE(longest->size(), entry_header::max_size);
    EXPECT_EQ(decode(*longest), header);
    header.key.path += 'x';
    EXPECT_FALSE(encode(header));
    EXPECT_FALSE(encode(example((std::uint64_t{1} << 50) + 1)));
}

TEST(disk_entry, header_records_and_blocks_do_not_overlap)
{
    for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{block_size},
                                     std::uint64_t{block_size} + 1, std::uint64_t{1} << 50}) {
        const auto header = example(size);
        const auto blocks = header.blocks();
        EXPECT_EQ(blocks, (size + block_size - 1) / block_size);
        EXPECT_GE(header.record_offset(0), encode(header)->size());
        EXPECT_GE(header.block_offset(0), header.record_offset(blocks));
        EXPECT_EQ(header.block_offset(0) % 4096, 0U);
        EXPECT_EQ(header.block_offset(1) - header.block_offset(0), block_size);
        EXPECT_EQ(header.full_size(), header.block_offset(0) + size);
    }
    EXPECT_EQ(example(10).block_offset(0), 4096U) << "a small file needs one page more than its bytes";
}

TEST(disk_entry, the_last_block_is_as_long_as_the_file)
{
    const auto header = example();
    EXPECT_EQ(header.block_length(0), block_size);
    EXPECT_EQ(header.block_length(3), 5U);
    EXPECT_EQ(header.block_length(4), 0U);
    EXPECT_EQ(example(block_size).block_length(0), block_size);
}

class disk_record : public testing::Test {
protected:
    disk_record() { encode(header, 1, record, bytes); }

    const entry_header header = example();
    const block_record record{42, sys_seconds{seconds{1'700'000'600}}};
    std::array<std::byte, record_size> bytes{};
    block_record found;
};

TEST_F(disk_record, comes_back)
{
    EXPECT_EQ(decode(header, 1, bytes, found), record_state::valid);
    EXPECT_EQ(found, record);
}

TEST_F(disk_record, is_absent_in_a_hole)
{
    bytes.fill(std::byte{0});
    EXPECT_EQ(decode(header, 1, bytes, found), record_state::absent);
}

TEST_F(disk_record, no_changed_or_missing_byte_goes_unnoticed)
{
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        auto wrong = bytes;
        wrong[at] ^= std::byte{0x80};
        EXPECT_EQ(decode(header, 1, wrong, found), record_state::broken) << at;
        auto torn = bytes;
        std::fill(torn.begin() + static_cast<std::ptrdiff_t>(at), torn.end(), std::byte{0});
        EXPECT_NE(decode(header, 1, torn, found), record_state::valid) << at;
    }
}

TEST_F(disk_record, of_another_block_or_entry_is_broken)
{
    EXPECT_EQ(decode(header, 0, bytes, found), record_state::broken);
    auto other = header;
    ++other.identity;
    EXPECT_EQ(decode(other, 1, bytes, found), record_state::broken);
    EXPECT_EQ(decode(example(block_size + 1), 1, bytes, found), record_state::broken) << "another length";
}

TEST_F(disk_record, block_checksums_depend_on_bytes_place_and_entry)
{
    const auto block = some_bytes(block_size);
    auto other = block;
    other[block_size - 1] ^= std::byte{1};
    auto another = header;
    ++another.identity;
    const auto right = block_checksum(header, 1, block);
    EXPECT_EQ(right, block_checksum(header, 1, block));
    EXPECT_NE(right, block_checksum(header, 1, other));
    EXPECT_NE(right, block_checksum(header, 2, block));
    EXPECT_NE(right, block_checksum(another, 1, block));
}

}  // namespace
}  // namespace ftpfs::cache
