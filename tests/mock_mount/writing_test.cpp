// The bytes of files, written through the kernel.
#include "child.hpp"
#include "local_file.hpp"
#include "mock_mount_test.hpp"

#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <initializer_list>
#include <sstream>

namespace ftpfs::test {
namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20;

void fill(fake_remote& remote)
{
    remote.add_directory("/folder");
    remote.add_file("/file", "0123456789");
}

class writing : public mock_mount {
protected:
    void SetUp() override
    {
        mock_mount::SetUp();
        if (!IsSkipped()) {
            tree_.emplace(fill);
            ASSERT_EQ(tree_->problem(), "");
        }
    }
    std::string path(const std::string& below) const { return tree_->path(below); }
    off_t size_of(const std::string& below) const
    {
        struct stat status {};
        return ::stat(path(below).c_str(), &status) == 0 ? status.st_size : -1;
    }

    std::optional<mounted_tree> tree_;
};

// Statuses of children: 0 is a clean end.
int exit_status(child& program)
{
    const auto ended = program.wait(std::chrono::seconds{60});
    return ended && WIFEXITED(*ended) ? WEXITSTATUS(*ended) : -1;
}

TEST_F(writing, a_new_file_is_on_the_server_when_close_returns)
{
    descriptor file{path("/new"), O_WRONLY | O_CREAT | O_EXCL};
    ASSERT_TRUE(file.is_open());
    EXPECT_EQ(file.write("hello"), "0");
    EXPECT_EQ(file.close(), "0");
    EXPECT_EQ(tree_->on_server("/new"), "hello");
    EXPECT_EQ(contents(path("/new")), "hello");
    EXPECT_EQ(size_of("/new"), 5);
}

TEST_F(writing, an_empty_new_file_is_on_the_server_when_close_returns)
{
    EXPECT_EQ(put(path("/new"), ""), "0");
    EXPECT_EQ(tree_->on_server("/new"), "");
    EXPECT_EQ(size_of("/new"), 0);
}

TEST_F(writing, large_writes_arrive_byte_for_byte)
{
    const auto bytes = pattern(5 * mebibyte + 12345);
    EXPECT_EQ(put(path("/large"), bytes), "0");
    EXPECT_TRUE(tree_->on_server("/large") == bytes);
    EXPECT_TRUE(contents(path("/large")) == bytes);
}

TEST_F(writing, small_writes_arrive_byte_for_byte)
{
    const auto bytes = pattern(300'000);
    {
        descriptor file{path("/small"), O_WRONLY | O_CREAT};
        for (std::size_t at = 0; at < bytes.size(); at += 4099) {
            ASSERT_EQ(file.write(std::string_view{bytes}.substr(at, 4099)), "0");
        }
        EXPECT_EQ(file.close(), "0");
    }
    EXPECT_TRUE(tree_->on_server("/small") == bytes);
}

TEST_F(writing, what_was_written_is_read_through_the_same_descriptor)
{
    descriptor file{path("/new"), O_RDWR | O_CREAT};
    EXPECT_EQ(file.write("hello world"), "0");
    EXPECT_EQ(file.read_at(6, 100), "world");
    EXPECT_EQ(file.write_at(0, "HELLO"), "0");
    EXPECT_EQ(file.read_at(0, 100), "HELLO world");
    EXPECT_EQ(file.close(), "0");
    EXPECT_EQ(tree_->on_server("/new"), "HELLO world");
}

TEST_F(writing, a_file_is_changed_in_place)
{
    descriptor file{path("/file"), O_WRONLY};
    EXPECT_EQ(file.write_at(3, "abc"), "0");
    EXPECT_EQ(file.close(), "0");
    EXPECT_EQ(tree_->on_server("/file"), "012abc6789");
    EXPECT_EQ(contents(path("/file")), "012abc6789");
}

TEST_F(writing, a_hole_reads_as_zeros)
{
    descriptor file{path("/new"), O_WRONLY | O_CREAT};
    EXPECT_EQ(file.write_at(5, "x"), "0");
    EXPECT_EQ(file.close(), "0");
    EXPECT_EQ(tree_->on_server("/new"), std::string(5, '\0') + "x");
}

TEST_F(writing, truncation_when_opening_empties_the_file)
{
    EXPECT_EQ(put(path("/file"), "ab"), "0");
    EXPECT_EQ(tree_->on_server("/file"), "ab");
    EXPECT_EQ(size_of("/file"), 2);
    EXPECT_EQ(open_says(path("/file"), O_WRONLY | O_TRUNC), "0");
    EXPECT_EQ(tree_->on_server("/file"), "");
}

TEST_F(writing, a_file_is_cut_and_extended_by_name_and_by_descriptor)
{
    ASSERT_EQ(said(::truncate(path("/file").c_str(), 4)), "0");
    EXPECT_EQ(size_of("/file"), 4);
    EXPECT_EQ(contents(path("/file")), "0123");
    EXPECT_EQ(tree_->on_server("/file"), "0123");
    descriptor file{path("/file"), O_RDWR};
    EXPECT_EQ(said(::ftruncate(file.number(), 6)), "0");
    EXPECT_EQ(file.read_at(0, 10), std::string("0123\0\0", 6));
    EXPECT_EQ(said(::ftruncate(file.number(), 2)), "0");
    EXPECT_EQ(size_of("/file"), 2);
    EXPECT_EQ(file.close(), "0");
    EXPECT_EQ(tree_->on_server("/file"), "01");
    EXPECT_EQ(said(::truncate(path("/file").c_str(), 0)), "0");
    EXPECT_EQ(tree_->on_server("/file"), "");
}

TEST_F(writing, appends_behind_the_end)
{
    {
        descriptor file{path("/file"), O_WRONLY | O_APPEND};
        EXPECT_EQ(file.write("abc"), "0");
        EXPECT_EQ(file.write("def"), "0");
        EXPECT_EQ(file.close(), "0");
    }
    EXPECT_EQ(tree_->on_server("/file"), "0123456789abcdef");
    EXPECT_EQ(contents(path("/file")), "0123456789abcdef");
}

// "Two programs of this machine that append to one file both find their lines in it."
TEST_F(writing, two_programs_that_append_both_find_their_lines)
{
    const auto script = [&](const std::string& word) {
        return "for i in 1 2 3 4 5 6 7 8 9 10; do echo " + word + "$i >> '" + path("/log") + "' || exit 1; done";
    };
    child first{{"sh", "-c", script("first")}};
    child second{{"sh", "-c", script("second")}};
    EXPECT_EQ(exit_status(first), 0);
    EXPECT_EQ(exit_status(second), 0);
    std::istringstream lines{tree_->on_server("/log")};
    std::vector<std::string> found;
    for (std::string line; std::getline(lines, line);) {
        found.push_back(line);
    }
    std::ranges::sort(found);
    std::vector<std::string> expected;
    for (int i = 1; i <= 10; ++i) {
        expected.push_back("first" + std::to_string(i));
        expected.push_back("second" + std::to_string(i));
    }
    std::ranges::sort(expected);
    EXPECT_EQ(found, expected);
}

// What is done to the mapped first ten bytes of a file in a process of its own: munmap(2) waits for the file system
// while it locks the address space, in which this process has the file system itself.
enum class mapping_step { write, close, synchronise, unmap };

std::string map_elsewhere(const std::string& path, std::initializer_list<mapping_step> steps)
{
    const auto process = ::fork();
    if (process == 0) {
        const int file = ::open(path.c_str(), O_RDWR);
        auto* memory = static_cast<char*>(::mmap(nullptr, 10, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0));
        bool well = memory != MAP_FAILED;
        for (const auto step : steps) {
            switch (step) {
            case mapping_step::write: well = well && std::copy_n("abc", 3, memory + 4) != nullptr; break;
            case mapping_step::close: well = well && ::close(file) == 0; break;
            case mapping_step::synchronise: well = well && ::msync(memory, 10, MS_SYNC) == 0; break;
            case mapping_step::unmap: well = well && ::munmap(memory, 10) == 0; break;
            }
        }
        ::_exit(well ? 0 : errno);
    }
    int status = 0;
    if (::waitpid(process, &status, 0) != process) {
        return said(-1);
    }
    errno = WEXITSTATUS(status);
    return WIFEXITED(status) ? said(errno == 0 ? 0 : -1) : "killed";
}

TEST_F(writing, a_mapped_file_is_on_the_server_when_close_returns)
{
    using enum mapping_step;
    EXPECT_EQ(map_elsewhere(path("/file"), {write, unmap, close}), "0");
    EXPECT_EQ(tree_->on_server("/file"), "0123abc789");
}

TEST_F(writing, a_mapping_is_synchronised_when_its_file_is_closed_already)
{
    using enum mapping_step;
    EXPECT_EQ(map_elsewhere(path("/file"), {close, write, synchronise}), "0");
    EXPECT_EQ(tree_->on_server("/file"), "0123abc789");
}

TEST_F(writing, a_change_of_the_mapping_after_the_last_synchronisation_is_sent_by_itself)
{
    using enum mapping_step;
    EXPECT_EQ(map_elsewhere(path("/file"), {close, write, unmap}), "0");
    EXPECT_EQ(contents(path("/file")), "0123abc789");
    ASSERT_EQ(exit_status(*std::make_unique<child>(std::vector<std::string>{"fusermount3", "-u", path("")})), 0);
    ASSERT_TRUE(tree_->wait_for_end());
    EXPECT_EQ(tree_->on_server("/file"), "0123abc789");
}

TEST_F(writing, space_is_allocated_as_zeros)
{
    descriptor file{path("/new"), O_RDWR | O_CREAT};
    EXPECT_EQ(file.write("abc"), "0");
    EXPECT_EQ(said(::fallocate(file.number(), 0, 0, 8)), "0");
    EXPECT_EQ(file.read_at(0, 100), std::string("abc\0\0\0\0\0", 8));
    EXPECT_EQ(said(::fallocate(file.number(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 2)), "EOPNOTSUPP");
    EXPECT_EQ(file.close(), "0");
    EXPECT_EQ(tree_->on_server("/new"), std::string("abc\0\0\0\0\0", 8));
}

TEST_F(writing, a_range_is_copied_between_files)
{
    descriptor from{path("/file"), O_RDONLY};
    descriptor to{path("/copy"), O_WRONLY | O_CREAT};
    off_t begin = 2;
    EXPECT_EQ(::copy_file_range(from.number(), &begin, to.number(), nullptr, 5, 0), 5) << said(-1);
    EXPECT_EQ(to.close(), "0");
    EXPECT_EQ(tree_->on_server("/copy"), "23456");
}

TEST_F(writing, a_whole_file_is_copied_by_a_server_that_can)
{
    tree_->change([](fake_remote& remote) { remote.set_copy_supported(true); });
    descriptor from{path("/file"), O_RDONLY};
    descriptor to{path("/copy"), O_WRONLY | O_CREAT};
    EXPECT_EQ(::copy_file_range(from.number(), nullptr, to.number(), nullptr, 10, 0), 10) << said(-1);
    EXPECT_EQ(to.close(), "0");
    EXPECT_EQ(tree_->on_server("/copy"), "0123456789");
    tree_->change([](fake_remote& remote) { EXPECT_EQ(remote.count("copy"), 1U); });
}

TEST_F(writing, ordinary_tools_work)
{
    const std::vector<std::string> scripts{
        "echo one > new && echo two >> new && sed -i s/one/ONE/ new && test \"$(cat new)\" = \"$(printf 'ONE\\ntwo')\"",
        "cp file copy && cmp file copy && mv copy folder/ && cmp file folder/copy && rm folder/copy",
        "dd if=/dev/zero of=zeros bs=64k count=20 status=none && test $(stat -c %s zeros) = 1310720",
        "printf X | dd of=file bs=1 seek=3 conv=notrunc status=none && test $(cat file) = 012X456789",
        "mkdir -p a/b/c && touch a/b/c/d && rm -r a && test ! -e a",
        "truncate -s 3 file && test $(cat file) = 012",
        "cp -p file kept && test $(stat -c %Y file) = $(stat -c %Y kept)",
        "install -m 0755 file run && test -x run && test ! -x file",
        "tar c file folder | (mkdir t && cd t && tar x) && cmp file t/file",
    };
    for (const auto& script : scripts) {
        child shell{{"sh", "-ec", "cd '" + path("") + "'; " + script}};
        EXPECT_EQ(exit_status(shell), 0) << script;
    }
}

}  // namespace
}  // namespace ftpfs::test
