// What a proxy says: the verdict doesn't depend on how it is cut, not a byte too many is taken, and there is an end.
#include "ftpfs/net/proxy_handshake.hpp"

#include "fuzz.hpp"

#include <algorithm>

using namespace ftpfs;
using fuzz::require;

namespace {

struct outcome {
    std::size_t taken = 0;
    bool failed = false;
    bool done = false;

    bool operator==(const outcome&) const = default;
};

outcome talk(const net::proxy& via, std::string_view bytes, std::size_t step)
{
    outcome result;
    const auto handshake = net::make_handshake(via, "ftp.example", 21);
    require(!handshake->take_output().empty(), "the client speaks first");
    while (!result.failed && !handshake->done() && !bytes.empty()) {
        const auto part = bytes.substr(0, std::min(step, handshake->wanted()));
        bytes.remove_prefix(part.size());
        result.taken += part.size();
        const auto fed = handshake->feed(part);
        result.failed = !fed;
        require(fed || fuzz::is_printable(fed.error().detail), "a failure is printable");
        handshake->take_output();
        require(result.taken < 20'000, "an answer has an end");
    }
    result.done = !result.failed && handshake->done();
    return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    auto input = fuzz::text_of(data, size);
    net::proxy via;
    const auto choice = fuzz::take_byte(input);
    via.kind = choice % 2U == 0 ? net::proxy_kind::socks5 : net::proxy_kind::http;
    if (choice % 4U > 1) {
        via.user = "user";
        via.password = secret{"password"};
    }
    const std::size_t step = fuzz::take_byte(input) % 32U + 1U;
    require(talk(via, input, step) == talk(via, input, input.size() + 1), "the same verdict however the bytes are cut");
    return 0;
}
