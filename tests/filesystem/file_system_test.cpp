#include "filesystem/file_system_test.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>

#include <sstream>

namespace ftpfs::fs {

namespace asio = boost::asio;

std::string pattern(std::size_t size, unsigned seed)
{
    std::string bytes(size, '\0');
    std::uint32_t state = seed * 2654435761U + 1;
    for (auto& byte : bytes) {
        state = state * 1664525U + 1013904223U;
        byte = static_cast<char>(state >> 24U);
    }
    return bytes;
}

std::string joined(const std::vector<shared_bytes>& pieces)
{
    std::string all;
    for (const auto& piece : pieces) {
        all.append(reinterpret_cast<const char*>(piece.data()), piece.size());
    }
    return all;
}

file_system_test::file_system_test()
    : remote{std::make_shared<test::fake_remote>(loop.get_executor())}, together{loop.get_executor()}
{
    settings.prefetch = false;  // the tests count what is asked of the server; those of prefetching turn it on
}

void file_system_test::start()
{
    files = std::make_unique<file_system>(loop.get_executor(), remote, settings, log{}, [this] { return now; });
}

awaitable<inode_id> file_system_test::find(std::string path)
{
    auto at = root_inode;
    std::istringstream parts{path.substr(1)};
    for (std::string part; std::getline(parts, part, '/');) {
        const auto reply = (co_await files->lookup(at, test::name(part))).value();
        at = reply.inode;
    }
    co_return at;
}

awaitable<handle_id> file_system_test::open(std::string path)
{
    const auto inode = co_await find(std::move(path));
    const auto reply = co_await files->open(inode, O_RDONLY);
    co_return reply.value().handle;
}

awaitable<std::string> file_system_test::read(handle_id file, std::uint64_t offset, std::size_t size)
{
    const auto pieces = co_await files->read(file, offset, size);
    co_return joined(pieces.value());
}

awaitable<std::string> file_system_test::read_all(std::string path)
{
    const auto file = co_await open(std::move(path));
    std::string all;
    for (;;) {
        const auto more = co_await read(file, all.size(), 128 * 1024);
        if (more.empty()) {
            break;
        }
        all += more;
    }
    files->release(file);
    co_return all;
}

std::shared_ptr<file_system_test::background_read> file_system_test::begin_read(handle_id file, std::uint64_t offset,
                                                                                std::size_t size)
{
    auto made = std::make_shared<background_read>();
    auto done = [made](const std::exception_ptr& escaped, bytes_result answer) {
        if (!escaped) {
            made->answer = std::move(answer);
        }
    };
    asio::co_spawn(loop, files->read(file, offset, size),
                   asio::bind_cancellation_slot(made->cancel.slot(), std::move(done)));
    return made;
}

awaitable<> file_system_test::settle()
{
    for (int turn = 0; turn < 200; ++turn) {
        co_await asio::post(asio::use_awaitable);
    }
}

}  // namespace ftpfs::fs
