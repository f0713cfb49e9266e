// open(2) of the mount beside open(2) of a local directory: every combination of the flags that create, empty and
// append, on what exists and what does not.
#include "local_file.hpp"
#include "mock_mount_test.hpp"

#include <fmt/format.h>

#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <linux/magic.h>

namespace ftpfs::test {
namespace {

struct named_flag {
    int value;
    const char* name;
};

constexpr std::array access_modes{named_flag{O_RDONLY, "O_RDONLY"}, named_flag{O_WRONLY, "O_WRONLY"},
                                  named_flag{O_RDWR, "O_RDWR"}};
constexpr std::array modifiers{named_flag{O_CREAT, "|O_CREAT"}, named_flag{O_EXCL, "|O_EXCL"},
                               named_flag{O_TRUNC, "|O_TRUNC"}, named_flag{O_APPEND, "|O_APPEND"},
                               named_flag{O_DIRECTORY, "|O_DIRECTORY"}};
constexpr std::array targets{"file", "missing", "folder", "link", "dangling"};

std::vector<std::pair<int, std::string>> combinations()
{
    std::vector<std::pair<int, std::string>> all;
    for (const auto& access : access_modes) {
        for (unsigned chosen = 0; chosen < 1U << modifiers.size(); ++chosen) {
            int flags = access.value;
            std::string name = access.name;
            for (std::size_t i = 0; i < modifiers.size(); ++i) {
                if ((chosen >> i & 1U) != 0) {
                    flags |= modifiers[i].value;
                    name += modifiers[i].name;
                }
            }
            all.emplace_back(flags, std::move(name));
        }
    }
    return all;
}

// What a program finds out about one combination: of opening, writing, reading, closing, and of what is left.
std::string experience(const std::string& root, const std::string& target, int flags)
{
    const auto place = root + "/" + target;
    descriptor file{place, flags};
    auto found = "open " + said(file.number());
    if (file.is_open()) {
        struct stat status {};
        ::fstat(file.number(), &status);
        found += fmt::format(", size {}", S_ISREG(status.st_mode) ? status.st_size : 0);
        found += ", write " + file.write("abc");
        found += ", read \"" + file.read_at(0, 100) + "\"";
        found += ", close " + file.close();
    }
    struct stat status {};
    found += ", then " + said(::lstat(place.c_str(), &status));
    found += S_ISREG(status.st_mode) ? fmt::format(" \"{}\"", contents(place)) : "";
    return found;
}

// Memory has files as every local disk has them.
std::string local_folder()
{
    struct statfs numbers {};
    const bool shared = ::statfs("/dev/shm", &numbers) == 0 && numbers.f_type == TMPFS_MAGIC;
    auto name = (shared ? "/dev/shm" : std::filesystem::temp_directory_path().string()) + "/ftpfs-flags-XXXXXX";
    return ::mkdtemp(name.data()) != nullptr ? name : std::string{};
}

TEST_F(mock_mount, opens_as_a_local_disk_does_with_every_combination_of_flags)
{
    mounted_tree tree{[](fake_remote& remote) {
        for (std::size_t i = 0; i < combinations().size(); ++i) {
            const auto folder = "/" + std::to_string(i);
            remote.add_file(folder + "/file", "0123456789");
            remote.add_directory(folder + "/folder");
            remote.add_file(folder + "/behind", "behind");
            remote.add_link(folder + "/link", "behind");
            remote.add_link(folder + "/dangling", "nowhere");
        }
    }};
    ASSERT_EQ(tree.problem(), "");
    const auto local = local_folder();
    ASSERT_NE(local, "");
    std::size_t number = 0;
    for (const auto& [flags, name] : combinations()) {
        const auto folder = "/" + std::to_string(number++);
        ASSERT_EQ(::mkdir((local + folder).c_str(), 0755), 0);
        ASSERT_EQ(put(local + folder + "/file", "0123456789"), "0");
        ASSERT_EQ(put(local + folder + "/behind", "behind"), "0");
        ASSERT_EQ(::mkdir((local + folder + "/folder").c_str(), 0755), 0);
        ASSERT_EQ(::symlink("behind", (local + folder + "/link").c_str()), 0);
        ASSERT_EQ(::symlink("nowhere", (local + folder + "/dangling").c_str()), 0);
        for (const auto* target : targets) {
            EXPECT_EQ(experience(tree.path(folder), target, flags), experience(local + folder, target, flags))
                << name << " of " << target;
        }
    }
    std::filesystem::remove_all(local);
}

}  // namespace
}  // namespace ftpfs::test
