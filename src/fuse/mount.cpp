#include "ftpfs/fuse/mount.hpp"

#include "ftpfs/fuse/kernel_options.hpp"
#include "ftpfs/fuse/mount_options.hpp"
#include "ftpfs/fuse/mount_table.hpp"
#include "ftpfs/fuse/operations.hpp"
#include "ftpfs/fuse/preconditions.hpp"

#include "libfuse_messages.hpp"
#include "proc_file.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include <spawn.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>

namespace ftpfs::fuse {

namespace asio = boost::asio;

namespace {

// Requests taken in one go before others on the loop get their turn: a busy kernel must not starve sockets.
constexpr int requests_per_turn = 16;

struct session_deleter {
    void operator()(fuse_session* session) const
    {
        fuse_session_unmount(session);
        fuse_session_destroy(session);
    }
};
using session_pointer = std::unique_ptr<fuse_session, session_deleter>;

session_pointer make_session(const config& settings, operations& requests)
{
    const auto options = "-o" + mount_options(settings);
    fuse_args arguments = FUSE_ARGS_INIT(0, nullptr);
    fuse_opt_add_arg(&arguments, "ftpfs");
    fuse_opt_add_arg(&arguments, options.c_str());
    session_pointer session{fuse_session_new(&arguments, &operations::table(), sizeof(fuse_lowlevel_ops), &requests)};
    fuse_opt_free_args(&arguments);
    return session;
}

// As "umount --lazy", which ordinary users may do by fusermount3 only.
void detach(const std::string& mount_point)
{
    if (::umount2(mount_point.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW) == 0) {
        return;
    }
    std::string program = "fusermount3";
    std::string options = "-uzq";
    std::string place = mount_point;
    std::array<char*, 4> arguments{program.data(), options.data(), place.data(), nullptr};
    pid_t process = 0;
    if (::posix_spawnp(&process, program.c_str(), nullptr, nullptr, arguments.data(), environ) == 0) {
        ::waitpid(process, nullptr, 0);
    }
}

failure from_libfuse(const config& settings, libfuse_messages& messages)
{
    auto said = messages.take();
    return failure{errc::io_failure, "mounting on " + settings.mount_point + " failed: " +
                                         (said.empty() ? std::string{"libfuse gives no reason"} : std::move(said))};
}

}  // namespace

class mount::impl {
public:
    impl(executor where, fs::file_system& files, log journal)
        : requests_{where, files, received_, journal}, device_{std::move(where)}, journal_{std::move(journal)}
    {
    }
    ~impl()
    {
        requests_.abandon();
        unmount();
    }
    impl(const impl&) = delete;
    impl& operator=(const impl&) = delete;

    result<> start(const config& settings);
    awaitable<result<mount_end>> run();
    void stop();
    const counters& counted() const noexcept { return requests_.counted(); }

private:
    enum class taken { one, none, end, failed };

    awaitable<result<mount_end>> serve();
    taken take_request();
    void after_greeting();
    void unmount();
    bool is_ours_still_there() const;

    receive_buffer received_;
    operations requests_;
    session_pointer session_;
    asio::posix::stream_descriptor device_;
    log journal_;
    std::string mount_point_;
    std::optional<mounted_file_system> mounted_;  // as it was when it was new
    std::chrono::milliseconds verdict_limit_{};
    bool greeted_ = false;
    int read_error_ = 0;  // errno of the last read; 0: libfuse ended the session
    bool stopping_ = false;
};

result<> mount::impl::start(const config& settings)
{
    FTPFS_TRY(mount_point_, check_mountable(settings));
    verdict_limit_ = settings.verdict_limit;
    send_libfuse_messages_to(journal_);
    libfuse_messages messages;
    session_ = make_session(settings, requests_);
    if (!session_ || fuse_session_mount(session_.get(), mount_point_.c_str()) != 0) {
        return from_libfuse(settings, messages);
    }
    mounted_ = find_mount(read_file("/proc/self/mountinfo"), mount_point_);
    error_code problem;
    device_.assign(fuse_session_fd(session_.get()), problem);
    if (!problem) {
        device_.native_non_blocking(true, problem);
    }
    if (problem) {
        return failure{problem, "watching /dev/fuse"};
    }
    return {};
}

void mount::impl::unmount()
{
    if (device_.is_open()) {
        device_.release();  // libfuse closes it, which is what ends the connection
    }
    session_.reset();
    // After "umount --force" on a busy mount libfuse finds the connection ended and leaves the mount behind:
    // every access to it would fail with ENOTCONN.
    if (is_ours_still_there()) {
        detach(mount_point_);
    }
}

bool mount::impl::is_ours_still_there() const
{
    if (!mounted_) {
        return false;
    }
    const auto there = find_mount(read_file("/proc/self/mountinfo"), mount_point_);
    return there && there->major == mounted_->major && there->minor == mounted_->minor;
}

awaitable<result<mount_end>> mount::impl::run()
{
    // Whoever cancels this coroutine wants an orderly end: the waits below see it, none is cut short.
    co_await asio::this_coro::throw_if_cancelled(false);
    auto end = co_await serve();
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_await requests_.drain(verdict_limit_);
    unmount();
    co_return end;
}

awaitable<result<mount_end>> mount::impl::serve()
{
    while (!stopping_) {
        const auto [problem] = co_await device_.async_wait(asio::posix::stream_descriptor::wait_read, as_result);
        if (problem) {
            break;  // cancelled: by stop(), or with the coroutine
        }
        for (auto last = taken::one; last == taken::one && !stopping_;) {
            for (int i = 0; i < requests_per_turn && last == taken::one && !stopping_; ++i) {
                last = take_request();
            }
            if (last == taken::end) {
                co_return mount_end::unmounted;
            }
            if (last == taken::failed && !is_ours_still_there()) {
                // Unmounted while requests were queued (thousands of files had just been closed): Linux 6.18 then says
                // ECONNABORTED, not ENODEV.
                journal_.debug("the mount is gone: {}", std::strerror(read_error_));
                co_return mount_end::unmounted;
            }
            if (last == taken::failed) {
                co_return failure{errc::io_failure,
                                  fmt::format("reading from /dev/fuse failed: {}", std::strerror(read_error_))};
            }
            if (last == taken::one) {
                co_await asio::post(asio::use_awaitable);
            }
        }
    }
    co_return mount_end::stopped;
}

mount::impl::taken mount::impl::take_request()
{
    const int size = fuse_session_receive_buf(session_.get(), received_.prepare());
    if (size == -EAGAIN || size == -EINTR) {
        return taken::none;
    }
    read_error_ = size < 0 ? -size : 0;
    if (size <= 0) {
        return size == 0 ? taken::end : taken::failed;
    }
    fuse_session_process_buf(session_.get(), received_.received());
    if (!greeted_ && requests_.is_initialised()) {
        after_greeting();
    }
    return fuse_session_exited(session_.get()) != 0 ? taken::failed : taken::one;
}

void mount::impl::after_greeting()
{
    greeted_ = true;
    if (const auto raised = raise_read_ahead(mount_point_, read_ahead_kib); !raised) {
        journal_.debug("read-ahead of the kernel stays at its default: {}", to_string(raised.error()));
    }
}

void mount::impl::stop()
{
    stopping_ = true;
    error_code ignored;
    device_.cancel(ignored);
}

result<std::unique_ptr<mount>> mount::make(executor where, config settings, fs::file_system& files, log journal)
{
    auto made = std::make_unique<impl>(std::move(where), files, std::move(journal));
    FTPFS_CHECK(made->start(settings));
    return std::unique_ptr<mount>{new mount{std::move(made)}};
}

mount::mount(std::unique_ptr<impl> made) : impl_{std::move(made)} {}

mount::~mount() = default;

awaitable<result<mount_end>> mount::run()
{
    return impl_->run();
}

void mount::stop()
{
    impl_->stop();
}

const counters& mount::counted() const noexcept
{
    return impl_->counted();
}

}  // namespace ftpfs::fuse
