#include "ftpfs/fs/inode_table.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ftpfs::fs {
namespace {

file_name name(const std::string& text)
{
    return file_name::make(text).value();
}

TEST(inode_table, gives_the_same_inode_to_the_same_name_while_it_is_known)
{
    inode_table table;
    const auto first = table.look_up(root_inode, name("a"), file_kind::regular);
    EXPECT_EQ(table.look_up(root_inode, name("a"), file_kind::regular), first);
    EXPECT_NE(table.look_up(root_inode, name("b"), file_kind::regular), first);
    EXPECT_EQ(table.find(root_inode, "a"), first);
    EXPECT_EQ(table.find(root_inode, "c"), std::nullopt);
}

TEST(inode_table, finds_by_the_whole_path_what_is_known_at_every_step)
{
    inode_table table;
    const auto directory = table.look_up(root_inode, name("d"), file_kind::directory);
    const auto file = table.look_up(directory, name("f g"), file_kind::regular);
    EXPECT_EQ(table.find(remote_path{}), root_inode);
    EXPECT_EQ(table.find(remote_path::make("/d").value()), directory);
    EXPECT_EQ(table.find(remote_path::make("/d/f g").value()), file);
    EXPECT_EQ(table.find(remote_path::make("/d/other").value()), std::nullopt);
    EXPECT_EQ(table.find(remote_path::make("/other/f g").value()), std::nullopt);
}

TEST(inode_table, keeps_an_inode_until_every_lookup_is_given_back)
{
    inode_table table;
    const auto inode = table.look_up(root_inode, name("a"), file_kind::regular);
    table.look_up(root_inode, name("a"), file_kind::regular);
    table.forget(inode, 1);
    EXPECT_TRUE(table.knows(inode));
    table.forget(inode, 1);
    EXPECT_FALSE(table.knows(inode));
    EXPECT_EQ(table.size(), 1U);
}

TEST(inode_table, never_gives_a_number_twice)
{
    inode_table table;
    const auto first = table.look_up(root_inode, name("a"), file_kind::regular);
    table.forget(first, 1);
    EXPECT_NE(table.look_up(root_inode, name("a"), file_kind::regular), first);
}

TEST(inode_table, keeps_a_forgotten_parent_as_long_as_its_children)
{
    inode_table table;
    const auto directory = table.look_up(root_inode, name("d"), file_kind::directory);
    const auto file = table.look_up(directory, name("f"), file_kind::regular);
    table.forget(directory, 1);
    EXPECT_EQ(table.path_of(file).value().str(), "/d/f");
    table.forget(file, 1);
    EXPECT_FALSE(table.knows(directory));
    EXPECT_EQ(table.size(), 1U);
}

TEST(inode_table, keeps_a_forgotten_inode_while_it_is_pinned)
{
    inode_table table;
    const auto inode = table.look_up(root_inode, name("a"), file_kind::regular);
    table.pin(inode);
    table.forget(inode, 1);
    EXPECT_TRUE(table.knows(inode));
    table.unpin(inode);
    EXPECT_FALSE(table.knows(inode));
}

TEST(inode_table, gives_a_new_inode_to_a_name_that_became_another_kind_of_object)
{
    inode_table table;
    const auto file = table.look_up(root_inode, name("x"), file_kind::regular);
    const auto directory = table.look_up(root_inode, name("x"), file_kind::directory);
    EXPECT_NE(file, directory);
    EXPECT_TRUE(table.is_replaced(file));
    EXPECT_FALSE(table.is_replaced(directory));
    EXPECT_EQ(table.path_of(file).value().str(), "/x");
    table.forget(file, 1);
    EXPECT_FALSE(table.knows(file));
    EXPECT_EQ(table.find(root_inode, "x"), directory);
}

TEST(inode_table, never_forgets_the_root)
{
    inode_table table;
    table.forget(root_inode, 1'000'000);
    EXPECT_TRUE(table.knows(root_inode));
    EXPECT_EQ(table.path_of(root_inode).value().str(), "/");
    EXPECT_EQ(table.parent_of(root_inode), root_inode);
}

TEST(inode_table, survives_a_forget_of_more_than_was_counted)
{
    inode_table table;
    const auto inode = table.look_up(root_inode, name("a"), file_kind::regular);
    table.forget(inode, 100);
    table.forget(inode, 1);
    EXPECT_FALSE(table.knows(inode));
    EXPECT_FALSE(table.path_of(inode));
}

TEST(inode_table, holds_a_hundred_thousand_entries)
{
    inode_table table;
    std::vector<inode_id> all;
    for (int i = 0; i < 100'000; ++i) {
        all.push_back(table.look_up(root_inode, name("entry" + std::to_string(i)), file_kind::regular));
    }
    EXPECT_EQ(table.size(), 100'001U);
    EXPECT_EQ(table.find(root_inode, "entry99999"), all.back());
    for (const auto inode : all) {
        table.forget(inode, 1);
    }
    EXPECT_EQ(table.size(), 1U);
}

}  // namespace
}  // namespace ftpfs::fs
