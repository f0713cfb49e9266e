#include "ftpfs/fuse/operations.hpp"

#include "ftpfs/fuse/kernel_options.hpp"

#include "handlers.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include <cerrno>
#include <cstring>
#include <exception>

namespace ftpfs::fuse {

namespace asio = boost::asio;

namespace {

// Answers that say nothing about the health of mount or server.
bool is_expected(operation what, int number)
{
    switch (number) {
    case EINTR:
    case EPERM:
    case EROFS: return true;
    case ENOENT: return what == operation::lookup;
    case EEXIST: return what == operation::create || what == operation::make_directory || what == operation::rename;
    case ENOTEMPTY: return what == operation::remove_directory || what == operation::rename;
    case ENODATA: return what == operation::extended_attributes;
    case EOPNOTSUPP:
        return what == operation::extended_attributes || what == operation::set_attributes || what == operation::write;
    default: return false;
    }
}

const char* name_of(int number)
{
    const char* name = strerrorname_np(number);
    return name != nullptr ? name : "?";
}

}  // namespace

operations::operations(executor where, fs::file_system& files, receive_buffer& received, log journal)
    : where_{where}, files_{files}, received_{received}, journal_{std::move(journal)}, answered_{std::move(where)}
{
}

void operations::abandon()
{
    for (const auto& ask : waiting_) {
        ask->error(EIO);
    }
}

void operations::cancel_waiting(bool also_verdicts)
{
    // A cancelled request may end, and leave the set, at once.
    const std::vector<std::shared_ptr<request>> waiting{waiting_.begin(), waiting_.end()};
    for (const auto& ask : waiting) {
        if (also_verdicts || !ask->about().tells_verdict) {
            ask->cancel();
        }
    }
}

awaitable<> operations::drain(std::chrono::milliseconds limit)
{
    stopping_ = true;
    cancel_waiting(false);
    auto deadline = std::chrono::steady_clock::now() + limit;
    while (!waiting_.empty()) {
        const auto woken = co_await answered_.wait_until(deadline);
        if (woken == async::wake::cancelled) {
            co_return;
        }
        if (woken == async::wake::deadline) {
            deadline = std::chrono::steady_clock::time_point::max();
            cancel_waiting(true);
        }
    }
}

request& operations::accept(fuse_req_t raw, subject about)
{
    ++counted_.requests;
    ++counted_.waiting;
    const auto ask = std::make_shared<request>(raw, std::move(about), where_, journal_);
    waiting_.insert(ask);
    ask->watch_interrupts();
    return *ask;
}

void operations::run(request& ask, job work)
{
    asio::co_spawn(where_, guarded(std::move(work)),
                   asio::bind_cancellation_slot(ask.slot(),
                                                [this, kept = ask.shared_from_this()](const std::exception_ptr& escaped,
                                                                                      const result<>& outcome) {
                                                    finish(kept, escaped, outcome);
                                                }));
}

// A cancelled request is told so by what it waits for; without this, its next co_await would throw.
awaitable<result<>> operations::guarded(job work)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    co_return co_await std::move(work);
}

void operations::finish(const std::shared_ptr<request>& ask, const std::exception_ptr& escaped, const result<>& outcome)
{
    --counted_.waiting;
    if (escaped) {
        try {
            std::rethrow_exception(escaped);
        } catch (const std::exception& what) {
            report(*ask, failure{errc::io_failure, what.what()}, EIO);
        }
        ask->error(EIO);
    } else if (!outcome) {
        const auto why =
            stopping_ && outcome.error() == errc::cancelled ? failure{errc::shutting_down} : outcome.error();
        const int number = to_errno(why, ask->about().what);
        report(*ask, why, number);
        ask->error(number);
    } else if (journal_.enabled(spdlog::level::debug)) {
        journal_.debug("{} {}: ok, {} µs", ask->about().verb, path_of(ask->about()), ask->age().count());
    }
    waiting_.erase(ask);
    if (stopping_) {
        answered_.notify_all();
    }
}

void operations::report(const request& ask, const failure& why, int number)
{
    const auto& about = ask.about();
    const bool expected = is_expected(about.what, number) || why == errc::shutting_down;
    counted_.interrupts += number == EINTR ? 1 : 0;
    counted_.failures += expected ? 0 : 1;
    const auto level = expected ? spdlog::level::debug : spdlog::level::warn;
    if (!journal_.enabled(level)) {
        return;
    }
    const auto path = path_of(about);
    const auto milliseconds = ask.age().count() / 1000;
    if (expected) {
        journal_.debug("{} {}: {}: {}, {} ms", about.verb, path, name_of(number), to_string(why), milliseconds);
    } else {
        journal_.warning("{} {}: {}: {}, {} ms", about.verb, path, name_of(number), to_string(why), milliseconds);
    }
}

std::string operations::path_of(const subject& about) const
{
    auto path = files_.describe(about.inode);
    if (!about.name.empty()) {
        path.append(path.ends_with('/') ? "" : "/").append(about.name);
    }
    return printable(path);
}

// What libfuse calls about the mount itself.
struct operations::session_handlers {
    static void init(void* self, fuse_conn_info* connection)
    {
        negotiate(*connection);
        static_cast<operations*>(self)->initialised_ = true;
    }
};

// Left out on purpose: locks (flock and fcntl, which the kernel then keeps by itself for this machine), bmap, ioctl,
// poll and lseek (no server tells of holes).
const fuse_lowlevel_ops& operations::table()
{
    static const fuse_lowlevel_ops entries = [] {
        fuse_lowlevel_ops table{};
        table.init = &session_handlers::init;
        add_reading(table);
        add_writing(table);
        return table;
    }();
    return entries;
}

}  // namespace ftpfs::fuse
