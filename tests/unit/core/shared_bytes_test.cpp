#include "ftpfs/core/shared_bytes.hpp"

#include <gtest/gtest.h>

#include <string_view>

namespace ftpfs {
namespace {

std::shared_ptr<std::byte[]> block_of(std::string_view text)
{
    auto block = std::make_shared<std::byte[]>(text.size());
    std::ranges::transform(text, block.get(), [](char c) { return static_cast<std::byte>(c); });
    return block;
}

std::string text_of(const shared_bytes& bytes)
{
    std::string text;
    std::ranges::transform(bytes.span(), std::back_inserter(text), [](std::byte b) { return static_cast<char>(b); });
    return text;
}

TEST(shared_bytes, cover_a_part_of_a_block)
{
    EXPECT_EQ(text_of({block_of("abcdef"), 2, 3}), "cde");
    EXPECT_TRUE(shared_bytes{}.empty());
    EXPECT_EQ(shared_bytes{}.size(), 0U);
}

TEST(shared_bytes, are_cut_within_what_is_there)
{
    const shared_bytes all{block_of("abcdef"), 1, 4};
    EXPECT_EQ(text_of(all.slice(0, 4)), "bcde");
    EXPECT_EQ(text_of(all.slice(1, 2)), "cd");
    EXPECT_EQ(text_of(all.slice(3, 100)), "e");
    EXPECT_EQ(text_of(all.slice(4, 1)), "");
    EXPECT_EQ(text_of(all.slice(100, 1)), "");
    EXPECT_EQ(text_of(shared_bytes{}.slice(0, 1)), "");
    EXPECT_EQ(text_of(all), "bcde") << "unchanged";
}

TEST(shared_bytes, keep_the_block_alive_as_long_as_a_piece_lives)
{
    auto block = block_of("abcdef");
    const std::weak_ptr<std::byte[]> watch = block;
    shared_bytes piece = shared_bytes{std::move(block), 0, 6}.slice(2, 1);
    EXPECT_FALSE(watch.expired());
    EXPECT_EQ(text_of(piece), "c");
    piece = {};
    EXPECT_TRUE(watch.expired());
}

}  // namespace
}  // namespace ftpfs
