#include "ftpfs/core/remote_path.hpp"

#include <gtest/gtest.h>

#include <unordered_set>

namespace ftpfs {
namespace {

using namespace std::string_literals;

remote_path path(std::string_view bytes)
{
    return remote_path::make(bytes).value();
}

file_name name(std::string_view bytes)
{
    return file_name::make(bytes).value();
}

TEST(file_name, is_any_bytes_that_ftp_can_carry)
{
    for (const char* const bytes : {"a", " ", " a ", "...", "-rf", "~", "*", "a\\b", "\xff\xfe", "a\tb", "\x01"}) {
        EXPECT_EQ(name(bytes).str(), bytes);
    }
}

TEST(file_name, is_not_a_path_nor_a_line)
{
    for (const auto& bytes : {""s, "."s, ".."s, "a/b"s, "/"s, "a\nb"s, "a\rb"s, "a\0b"s}) {
        EXPECT_EQ(file_name::make(bytes).error(), errc::invalid_name);
    }
}

TEST(remote_path, cleans_up_what_it_is_made_of)
{
    EXPECT_EQ(path("/").str(), "/");
    EXPECT_EQ(path("//").str(), "/");
    EXPECT_EQ(path("/a/b").str(), "/a/b");
    EXPECT_EQ(path("//a///b/").str(), "/a/b");
    EXPECT_EQ(path("/./a/./b/.").str(), "/a/b");
    EXPECT_EQ(path("/a b/ c").str(), "/a b/ c");
    EXPECT_EQ(path("/.../..a").str(), "/.../..a");
    EXPECT_EQ(remote_path{}, path("/"));
}

TEST(remote_path, refuses_what_is_relative_or_leads_up_or_breaks_the_line)
{
    for (const auto& bytes : {""s, "a"s, "./a"s, "/.."s, "/a/../b"s, "/a\n"s, "/a\rb"s, "/a\0b"s}) {
        EXPECT_EQ(remote_path::make(bytes).error(), errc::invalid_name);
    }
}

TEST(remote_path, knows_its_parent_and_its_name)
{
    EXPECT_EQ(path("/a/b").parent(), path("/a"));
    EXPECT_EQ(path("/a").parent(), path("/"));
    EXPECT_EQ(path("/").parent(), path("/"));
    EXPECT_EQ(path("/a/b").name(), "b");
    EXPECT_EQ(path("/").name(), "");
    EXPECT_TRUE(path("/").is_root());
    EXPECT_FALSE(path("/a").is_root());
}

TEST(remote_path, is_joined_with_names_and_roots)
{
    EXPECT_EQ(path("/") / name("a"), path("/a"));
    EXPECT_EQ(path("/a") / name("b"), path("/a/b"));
    EXPECT_EQ(path("/a").below(path("/srv")), path("/srv/a"));
    EXPECT_EQ(path("/a").below(path("/")), path("/a"));
    EXPECT_EQ(path("/").below(path("/srv")), path("/srv"));
    EXPECT_EQ(path("/").below(path("/")), path("/"));
}

TEST(remote_path, comes_back_from_its_parent_and_name)
{
    for (const char* const bytes : {"/a", "/a/b", "/a b/ c/\xff"}) {
        const auto original = path(bytes);
        EXPECT_EQ(original.parent() / name(original.name()), original);
    }
}

TEST(remote_path, can_be_a_key)
{
    const std::unordered_set<remote_path> paths{path("/a"), path("/a/"), path("/b")};
    EXPECT_EQ(paths.size(), 2U);
    const std::unordered_set<file_name> names{name("a"), name("a"), name("b")};
    EXPECT_EQ(names.size(), 2U);
}

}  // namespace
}  // namespace ftpfs
