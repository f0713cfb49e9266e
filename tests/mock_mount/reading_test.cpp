#include "mock_mount_test.hpp"

#include "ftpfs/fuse/kernel_options.hpp"
#include "ftpfs/fuse/mount_table.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <set>
#include <vector>

namespace ftpfs::test {
namespace {

constexpr std::uint64_t kib = 1024;
constexpr std::uint64_t mib = 1024 * kib;

std::vector<std::string> names_in(const std::string& folder)
{
    std::vector<std::string> names;
    DIR* directory = ::opendir(folder.c_str());
    if (directory == nullptr) {
        return {"opendir: errno " + std::to_string(errno)};
    }
    while (const auto* entry = ::readdir(directory)) {
        names.emplace_back(entry->d_name);
    }
    ::closedir(directory);
    return names;
}

// Bytes of the file at `offset`; an error is one byte short of anything.
std::string read_at(const std::string& path, std::uint64_t offset, std::size_t size, int flags = 0)
{
    std::string bytes(size, '\0');
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | flags);
    std::size_t filled = 0;
    while (filled < size) {
        const auto got = ::pread(file, bytes.data() + filled, size - filled, static_cast<off_t>(offset + filled));
        if (got <= 0) {
            break;
        }
        filled += static_cast<std::size_t>(got);
    }
    ::close(file);
    bytes.resize(filled);
    return bytes;
}

// Not repeating within the sizes of blocks and pages, so that bytes from a wrong place never look right.
std::string some_bytes(std::size_t size)
{
    std::string bytes(size, '\0');
    std::uint32_t state = 1;
    for (auto& byte : bytes) {
        state = state * 1'664'525 + 1'013'904'223;
        byte = static_cast<char>(state >> 24);
    }
    return bytes;
}

TEST_F(mock_mount, shows_the_attributes_of_files_directories_and_links)
{
    mounted_tree tree{[](fake_remote& remote) {
        remote.add_directory("/folder");
        remote.add_file("/file", some_bytes(12'345));
        remote.add_link("/link", "file");
    }};
    ASSERT_EQ(tree.problem(), "");
    struct stat status {};
    ASSERT_EQ(::stat(tree.path("/file").c_str(), &status), 0);
    EXPECT_TRUE(S_ISREG(status.st_mode));
    EXPECT_EQ(status.st_size, 12'345);
    ASSERT_EQ(::stat(tree.path("/folder").c_str(), &status), 0);
    EXPECT_TRUE(S_ISDIR(status.st_mode));
    ASSERT_EQ(::lstat(tree.path("/link").c_str(), &status), 0);
    EXPECT_TRUE(S_ISLNK(status.st_mode));
    std::array<char, 64> target{};
    ASSERT_EQ(::readlink(tree.path("/link").c_str(), target.data(), target.size()), 4);
    EXPECT_STREQ(target.data(), "file");
    EXPECT_EQ(read_at(tree.path("/link"), 0, 100), some_bytes(12'345).substr(0, 100));
}

TEST_F(mock_mount, says_that_a_missing_file_is_missing)
{
    mounted_tree tree{[](fake_remote&) {}};
    ASSERT_EQ(tree.problem(), "");
    struct stat status {};
    EXPECT_EQ(::stat(tree.path("/absent").c_str(), &status), -1);
    EXPECT_EQ(errno, ENOENT);
    EXPECT_EQ(::stat(tree.path("/a\nb").c_str(), &status), -1);
    EXPECT_EQ(errno, ENOENT);
    EXPECT_EQ(tree.counted().failures, 0U);
}

TEST_F(mock_mount, lists_directories_of_no_one_and_ten_thousand_entries)
{
    constexpr int many = 10'000;
    mounted_tree tree{[](fake_remote& remote) {
        remote.add_directory("/none");
        remote.add_directory("/one");
        remote.add_file("/one/single", some_bytes(1));
        remote.add_directory("/many");
        for (int i = 0; i < many; ++i) {
            remote.add_file("/many/a file with a longer name " + std::to_string(i), some_bytes(1));
        }
    }};
    ASSERT_EQ(tree.problem(), "");
    const std::vector<std::string> none{".", ".."};
    EXPECT_EQ(names_in(tree.path("/none")), none);
    const std::vector<std::string> one{".", "..", "single"};
    EXPECT_EQ(names_in(tree.path("/one")), one);
    const auto names = names_in(tree.path("/many"));
    EXPECT_EQ(names.size(), std::size_t{many} + 2);
    EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), names.size());
}

TEST_F(mock_mount, continues_a_listing_at_any_position_it_gave)
{
    constexpr int many = 300;
    mounted_tree tree{[](fake_remote& remote) {
        for (int i = 0; i < many; ++i) {
            remote.add_file("/file " + std::to_string(i), some_bytes(1));
        }
    }};
    ASSERT_EQ(tree.problem(), "");
    DIR* directory = ::opendir(tree.path().c_str());
    ASSERT_NE(directory, nullptr);
    std::vector<std::pair<long, std::string>> entries;
    for (long at = ::telldir(directory); const auto* entry = ::readdir(directory); at = ::telldir(directory)) {
        entries.emplace_back(at, entry->d_name);
    }
    EXPECT_EQ(entries.size(), std::size_t{many} + 2);
    std::reverse(entries.begin(), entries.end());
    for (const auto& [at, name] : entries) {
        ::seekdir(directory, at);
        const auto* entry = ::readdir(directory);
        ASSERT_NE(entry, nullptr) << name;
        EXPECT_EQ(entry->d_name, name);
    }
    ::closedir(directory);
}

TEST_F(mock_mount, answers_stats_after_a_listing_without_new_lookups)
{
    mounted_tree tree{[](fake_remote& remote) {
        for (int i = 0; i < 20; ++i) {
            remote.add_file("/file " + std::to_string(i), some_bytes(1));
        }
    }};
    ASSERT_EQ(tree.problem(), "");
    names_in(tree.path());  // the kernel asks for attributes with the first pages of a listing
    const auto before = tree.counted().requests;
    for (int i = 0; i < 20; ++i) {
        struct stat status {};
        ASSERT_EQ(::stat(tree.path("/file " + std::to_string(i)).c_str(), &status), 0);
    }
    EXPECT_EQ(tree.counted().requests, before);
}

TEST_F(mock_mount, reads_the_bytes_of_the_place_that_was_asked_for)
{
    constexpr auto size = 5 * mib + 123;
    mounted_tree tree{[](fake_remote& remote) {
        remote.add_file("/file", some_bytes(size));
        remote.add_file("/empty", some_bytes(0));
    }};
    ASSERT_EQ(tree.problem(), "");
    const auto file = tree.path("/file");
    EXPECT_TRUE(read_at(file, 0, size + 10) == some_bytes(size));
    EXPECT_TRUE(read_at(file, size - 10, 100) == some_bytes(size).substr(size - 10));
    EXPECT_EQ(read_at(file, size, 100), "");
    EXPECT_EQ(read_at(tree.path("/empty"), 0, 100), "");
}

TEST_F(mock_mount, reads_a_mebibyte_past_the_page_cache_in_one_request)
{
    mounted_tree tree{[](fake_remote& remote) { remote.add_file("/file", some_bytes(8 * mib)); }};
    ASSERT_EQ(tree.problem(), "");
    const int file = ::open(tree.path("/file").c_str(), O_RDONLY | O_DIRECT | O_CLOEXEC);
    ASSERT_GE(file, 0);
    void* memory = nullptr;
    ASSERT_EQ(::posix_memalign(&memory, 4 * kib, mib), 0);
    const auto before = tree.counted().requests;
    EXPECT_EQ(::pread(file, memory, mib, 3 * mib), static_cast<ssize_t>(mib));
    EXPECT_EQ(tree.counted().requests, before + 1);
    EXPECT_TRUE((std::string{static_cast<char*>(memory), mib} == some_bytes(8 * mib).substr(3 * mib, mib)));
    ::free(memory);
    ::close(file);
}

TEST_F(mock_mount, serves_eight_readers_at_once)
{
    constexpr auto size = 8 * mib;
    mounted_tree tree{[](fake_remote& remote) {
        for (int i = 0; i < 8; ++i) {
            remote.add_file("/file " + std::to_string(i), some_bytes(size));
        }
    }};
    ASSERT_EQ(tree.problem(), "");
    const auto expected = some_bytes(size);
    std::array<bool, 8> same{};
    std::vector<std::thread> readers;
    for (std::size_t i = 0; i < same.size(); ++i) {
        readers.emplace_back(
            [&, i] { same[i] = read_at(tree.path("/file " + std::to_string(i)), 0, size) == expected; });
    }
    for (auto& reader : readers) {
        reader.join();
    }
    EXPECT_TRUE(std::ranges::all_of(same, [](bool equal) { return equal; }));
}

TEST_F(mock_mount, reports_a_file_system_of_its_own_kind)
{
    mounted_tree tree{[](fake_remote&) {}};
    ASSERT_EQ(tree.problem(), "");
    struct statvfs numbers {};
    EXPECT_EQ(::statvfs(tree.path().c_str(), &numbers), 0);
    EXPECT_FALSE(numbers.f_flag & ST_RDONLY);
    std::ifstream table{"/proc/self/mountinfo"};
    const std::string mounts{std::istreambuf_iterator<char>{table}, {}};
    const auto mounted = fuse::find_mount(mounts, tree.path());
    ASSERT_TRUE(mounted);
    EXPECT_EQ(mounted->type, "fuse.ftpfs");
    EXPECT_EQ(mounted->source, "ftp://test,comma/");
}

TEST_F(mock_mount, lets_the_kernel_read_far_ahead_when_root_mounts)
{
    if (::geteuid() != 0) {
        GTEST_SKIP() << "only root may raise the read-ahead of a mount";
    }
    mounted_tree tree{[](fake_remote&) {}};
    ASSERT_EQ(tree.problem(), "");
    struct stat status {};
    ASSERT_EQ(::stat(tree.path().c_str(), &status), 0);  // the first answer comes after the greeting
    std::ifstream table{"/proc/self/mountinfo"};
    const std::string mounts{std::istreambuf_iterator<char>{table}, {}};
    const auto mounted = fuse::find_mount(mounts, tree.path());
    ASSERT_TRUE(mounted);
    std::ifstream knob{"/sys/class/bdi/" + std::to_string(mounted->major) + ":" + std::to_string(mounted->minor) +
                       "/read_ahead_kb"};
    unsigned found = 0;
    knob >> found;
    EXPECT_EQ(found, fuse::read_ahead_kib);
}

TEST_F(mock_mount, lists_no_attributes_and_knows_no_acls)
{
    mounted_tree tree{[](fake_remote& remote) { remote.add_file("/file", some_bytes(1)); }};
    ASSERT_EQ(tree.problem(), "");
    std::array<char, 256> room{};
    EXPECT_EQ(::listxattr(tree.path("/file").c_str(), room.data(), room.size()), 0);
    EXPECT_EQ(::listxattr(tree.path("/file").c_str(), nullptr, 0), 0);
    EXPECT_EQ(::getxattr(tree.path("/file").c_str(), "security.capability", room.data(), room.size()), -1);
    EXPECT_TRUE(errno == EOPNOTSUPP || errno == ENODATA) << errno;
    EXPECT_EQ(::getxattr(tree.path("/file").c_str(), "user.absent", room.data(), room.size()), -1);
    EXPECT_TRUE(errno == EOPNOTSUPP || errno == ENODATA) << errno;
}

}  // namespace
}  // namespace ftpfs::test
