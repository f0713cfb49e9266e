#include "ftpfs/fuse/request.hpp"

#include <boost/asio/post.hpp>

#include <fcntl.h>

#include <array>
#include <cerrno>
#include <vector>

namespace ftpfs::fuse {
namespace {

// The kernel refuses longer vectors (UIO_MAXIOV, 1024); libfuse puts its header before ours.
constexpr std::size_t longest_vector = 1023;

double seconds(std::chrono::milliseconds duration)
{
    return std::chrono::duration<double>{duration}.count();
}

std::uint64_t number(fs::handle_id handle)
{
    return static_cast<std::uint64_t>(handle);
}

fuse_file_info to_info(const fs::open_reply& file)
{
    fuse_file_info info{};
    info.fh = number(file.handle);
    info.keep_cache = file.keep_page_cache ? 1U : 0U;
    info.direct_io = file.past_page_cache ? 1U : 0U;
    return info;
}

// Spares the kernel a request where close(2) has nothing to tell: nothing was created, emptied or written.
void leave_out_flush([[maybe_unused]] fuse_file_info& info, int flags)
{
    if ((flags & (O_ACCMODE | O_TRUNC | O_CREAT)) == O_RDONLY) {
#if FUSE_MAJOR_VERSION > 3 || FUSE_MINOR_VERSION >= 11
        info.noflush = 1U;
#endif
    }
}

int send_joined(fuse_req_t raw, std::span<const shared_bytes> pieces)
{
    std::vector<char> joined;
    for (const auto& piece : pieces) {
        const auto* begin = reinterpret_cast<const char*>(piece.data());
        joined.insert(joined.end(), begin, begin + piece.size());
    }
    return fuse_reply_buf(raw, joined.data(), joined.size());
}

}  // namespace

fuse_entry_param to_entry(const fs::lookup_reply& found)
{
    fuse_entry_param entry{};
    entry.ino = static_cast<fuse_ino_t>(found.inode);
    entry.attr = found.status.attributes;
    entry.attr_timeout = seconds(found.status.valid_for);
    entry.entry_timeout = seconds(found.valid_for);
    return entry;
}

request::request(fuse_req_t raw, subject about, const executor& where, const log& journal)
    : raw_{raw}, about_{std::move(about)}, user_{fuse_req_ctx(raw)->uid}, where_{where}, journal_{journal},
      arrived_{std::chrono::steady_clock::now()}
{
}

request::~request()
{
    if (const auto raw = take()) {
        journal_.error("{}: the request was dropped without an answer; answering EIO", about_.verb);
        fuse_reply_err(raw, EIO);
    }
}

void request::watch_interrupts()
{
    fuse_req_interrupt_func(raw_, &request::on_interrupt, this);
}

// Runs under locks of libfuse, so it must not answer, and a cancelled coroutine would: only post.
void request::on_interrupt(fuse_req_t /*raw*/, void* self)
{
    auto& interrupted = *static_cast<request*>(self);
    boost::asio::post(interrupted.where_, [waiting = interrupted.weak_from_this()] {
        if (const auto still = waiting.lock(); still && !still->is_answered()) {
            still->cancel();
        }
    });
}

std::chrono::microseconds request::age() const
{
    return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - arrived_);
}

bool request::entry(const fs::lookup_reply& found)
{
    const auto raw = take();
    const auto entry = to_entry(found);
    return raw != nullptr && fuse_reply_entry(raw, &entry) == 0;
}

bool request::attributes(const fs::node_status& status)
{
    const auto raw = take();
    return raw != nullptr && fuse_reply_attr(raw, &status.attributes, seconds(status.valid_for)) == 0;
}

bool request::opened(const fs::open_reply& file, int flags)
{
    const auto raw = take();
    auto info = to_info(file);
    leave_out_flush(info, flags);
    return raw != nullptr && fuse_reply_open(raw, &info) == 0;
}

bool request::created(const fs::created& made)
{
    const auto raw = take();
    const auto entry = to_entry(made.node);
    const auto info = to_info(made.file);
    return raw != nullptr && fuse_reply_create(raw, &entry, &info) == 0;
}

bool request::written(std::size_t size)
{
    const auto raw = take();
    return raw != nullptr && fuse_reply_write(raw, size) == 0;
}

bool request::opened_directory(fs::handle_id directory)
{
    const auto raw = take();
    fuse_file_info info{};
    info.fh = number(directory);
    return raw != nullptr && fuse_reply_open(raw, &info) == 0;
}

bool request::bytes(std::span<const shared_bytes> pieces)
{
    const auto raw = take();
    if (raw == nullptr) {
        return false;
    }
    if (pieces.size() > longest_vector) {
        return send_joined(raw, pieces) == 0;
    }
    std::array<iovec, longest_vector> vector;
    std::size_t count = 0;
    for (const auto& piece : pieces) {
        // iovec serves reading and writing; the kernel only reads here.
        vector[count++] = iovec{const_cast<std::byte*>(piece.data()), piece.size()};
    }
    return fuse_reply_iov(raw, vector.data(), static_cast<int>(count)) == 0;
}

bool request::directory(std::span<const char> entries)
{
    const auto raw = take();
    return raw != nullptr && fuse_reply_buf(raw, entries.data(), entries.size()) == 0;
}

bool request::link(const std::string& target)
{
    const auto raw = take();
    return raw != nullptr && fuse_reply_readlink(raw, target.c_str()) == 0;
}

bool request::statistics(const struct statvfs& numbers)
{
    const auto raw = take();
    return raw != nullptr && fuse_reply_statfs(raw, &numbers) == 0;
}

bool request::attribute_value(std::string_view value, std::size_t room)
{
    const auto raw = take();
    if (raw == nullptr) {
        return false;
    }
    if (room == 0) {
        return fuse_reply_xattr(raw, value.size()) == 0;
    }
    if (room < value.size()) {
        return fuse_reply_err(raw, ERANGE) == 0;
    }
    return fuse_reply_buf(raw, value.data(), value.size()) == 0;
}

bool request::done()
{
    return error(0);
}

bool request::error(int number)
{
    const auto raw = take();
    return raw != nullptr && fuse_reply_err(raw, number) == 0;
}

}  // namespace ftpfs::fuse
