#include "support/run.hpp"

namespace ftpfs::test {

void run(boost::asio::io_context& loop, awaitable<> work)
{
    bool ended = false;
    std::exception_ptr thrown;
    boost::asio::co_spawn(loop, std::move(work), [&](std::exception_ptr escaped) {
        thrown = escaped;
        ended = true;
    });
    loop.restart();
    loop.run();
    if (thrown) {
        std::rethrow_exception(thrown);
    }
    if (!ended) {
        throw std::runtime_error{"the coroutine waits for something nobody will do"};
    }
}

}  // namespace ftpfs::test
