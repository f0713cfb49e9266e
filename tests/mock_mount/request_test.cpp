// What `request` promises, on a mount without a file system behind it: libfuse calls the test.
#include "child.hpp"

#include "ftpfs/fuse/request.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <spdlog/sinks/ostream_sink.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <functional>
#include <sstream>
#include <thread>

namespace ftpfs::fuse {
namespace {

// Serves on a thread of its own; each getxattr of the root goes to `answer`.
class bare_mount {
public:
    explicit bare_mount(std::function<void(fuse_req_t, std::size_t)> answer) : answer_{std::move(answer)}
    {
        auto place = (std::filesystem::temp_directory_path() / "ftpfs-request-XXXXXX").string();
        mount_point_ = ::mkdtemp(place.data());
        fuse_lowlevel_ops table{};
        table.getattr = [](fuse_req_t raw, fuse_ino_t, fuse_file_info*) {
            struct stat root {};
            root.st_mode = S_IFDIR | 0755;
            root.st_nlink = 2;
            fuse_reply_attr(raw, &root, 1000);
        };
        table.getxattr = [](fuse_req_t raw, fuse_ino_t, const char*, std::size_t room) {
            static_cast<bare_mount*>(fuse_req_userdata(raw))->answer_(raw, room);
        };
        fuse_args arguments = FUSE_ARGS_INIT(0, nullptr);
        fuse_opt_add_arg(&arguments, "test");
        session_ = fuse_session_new(&arguments, &table, sizeof table, this);
        fuse_opt_free_args(&arguments);
        if (session_ != nullptr && fuse_session_mount(session_, mount_point_.c_str()) == 0) {
            server_ = std::thread{[this] { fuse_session_loop(session_); }};
        }
    }
    ~bare_mount()
    {
        if (server_.joinable()) {
            test::child{{"fusermount3", "-u", mount_point_}}.wait();
            server_.join();
        }
        fuse_session_unmount(session_);
        fuse_session_destroy(session_);
        ::rmdir(mount_point_.c_str());
    }
    bare_mount(const bare_mount&) = delete;
    bare_mount& operator=(const bare_mount&) = delete;

    bool is_mounted() const { return server_.joinable(); }
    ssize_t get(char* room, std::size_t size) const { return ::getxattr(mount_point_.c_str(), "user.x", room, size); }

private:
    std::function<void(fuse_req_t, std::size_t)> answer_;
    std::string mount_point_;
    fuse_session* session_ = nullptr;
    std::thread server_;
};

class request_on_a_mount : public testing::Test {
protected:
    void SetUp() override
    {
        if (::access("/dev/fuse", R_OK | W_OK) != 0) {
            GTEST_SKIP() << "/dev/fuse can't be opened here";
        }
    }

    std::shared_ptr<request> make(fuse_req_t raw)
    {
        return std::make_shared<request>(raw, subject{operation::extended_attributes, "getxattr", fs::root_inode},
                                         loop_.get_executor(), journal_);
    }

    boost::asio::io_context loop_;
    std::ostringstream lines_;
    log journal_{std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::ostream_sink_mt>(lines_))};
    std::array<char, 64> room_{};
};

TEST_F(request_on_a_mount, is_answered_with_EIO_and_a_log_line_when_it_is_dropped)
{
    {
        bare_mount mount{[this](fuse_req_t raw, std::size_t) { make(raw).reset(); }};
        ASSERT_TRUE(mount.is_mounted());
        EXPECT_EQ(mount.get(room_.data(), room_.size()), -1);
        EXPECT_EQ(errno, EIO);
    }  // its thread has ended
    EXPECT_THAT(lines_.str(), testing::HasSubstr("getxattr: the request was dropped without an answer"));
}

TEST_F(request_on_a_mount, takes_the_first_answer_and_ignores_the_others)
{
    bool first = false;
    bool second = true;
    {
        bare_mount mount{[&](fuse_req_t raw, std::size_t room) {
            const auto ask = make(raw);
            first = ask->attribute_value("value", room);
            second = ask->error(EACCES);
        }};
        ASSERT_TRUE(mount.is_mounted());
        EXPECT_EQ(mount.get(room_.data(), room_.size()), 5);
        EXPECT_STREQ(room_.data(), "value");
    }  // its thread has ended
    EXPECT_TRUE(first);
    EXPECT_FALSE(second);
}

TEST_F(request_on_a_mount, tells_the_size_of_an_attribute_and_refuses_too_little_room)
{
    bare_mount mount{[this](fuse_req_t raw, std::size_t room) { make(raw)->attribute_value("value", room); }};
    ASSERT_TRUE(mount.is_mounted());
    EXPECT_EQ(mount.get(nullptr, 0), 5);
    EXPECT_EQ(mount.get(room_.data(), 4), -1);
    EXPECT_EQ(errno, ERANGE);
}

TEST_F(request_on_a_mount, sends_any_number_of_pieces_as_one_answer)
{
    for (const std::size_t count : {0UL, 1UL, 3UL, 1023UL, 1024UL, 5000UL}) {
        const auto block = std::make_shared<std::byte[]>(count + 1, std::byte{'x'});
        std::vector<shared_bytes> pieces;
        for (std::size_t i = 0; i < count; ++i) {
            pieces.emplace_back(block, i, 1);
        }
        bare_mount mount{[&](fuse_req_t raw, std::size_t) { make(raw)->bytes(pieces); }};
        ASSERT_TRUE(mount.is_mounted());
        std::string room(8192, '\0');
        EXPECT_EQ(mount.get(room.data(), room.size()), static_cast<ssize_t>(count));
        EXPECT_EQ(room.substr(0, count), std::string(count, 'x'));
    }
}

}  // namespace
}  // namespace ftpfs::fuse
