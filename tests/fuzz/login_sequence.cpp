// The login against a server that answers anything: it ends, and never shows the password to the log.
#include "ftpfs/proto/login_sequence.hpp"
#include "ftpfs/proto/reply_parser.hpp"

#include "fuzz.hpp"

using namespace ftpfs;
using namespace ftpfs::proto;
using fuzz::require;

namespace {

constexpr std::size_t most_commands = 12;  // USER PASS ACCT PASS FEAT CLNT OPTS OPTS SYST TYPE PWD, and one to spare

struct checker {
    void operator()(const login_sequence::wait_for_reply&) {}
    void operator()(const login_sequence::send& step)
    {
        const auto line = step.what.wire();
        require(line.ends_with("\r\n") && line.find('\r') == line.size() - 2, "one line");
        require(line.size() <= command::longest_line, "a line within bounds");
        require(step.what.for_log().find("hunter2") == std::string::npos, "no password in the log");
        require(++commands <= most_commands, "the login ends");
    }
    void operator()(const login_sequence::done& step)
    {
        require(commands > 0, "nothing is done without a command");
        require(!step.outcome.home || step.outcome.home->str().starts_with('/'), "a home is absolute");
        ended = true;
    }
    void operator()(const login_sequence::failed& step)
    {
        require(step.why.code.failed(), "a failure has a reason");
        require(fuzz::is_printable(step.why.detail), "a failure is printable");
        require(step.why.detail.find("hunter2") == std::string::npos, "no password in a failure");
        ended = true;
    }

    std::size_t commands = 0;
    bool ended = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    login_request request;
    request.user = "alice";
    request.password = secret{"hunter2"};
    request.account = secret{"hunter2"};
    login_sequence login{std::move(request)};

    const auto input = fuzz::text_of(data, size);
    if (input.find("hunter2") != input.npos) {
        return 0;  // a server that repeats the password is quoted
    }
    reply_parser parser;
    parser.feed(input);
    checker check;
    std::visit(check, login.start());
    while (!check.ended) {
        auto next = parser.next();
        if (!next) {
            std::visit(check, login.on_unreadable(next.error()));
            require(check.ended, "an unreadable reply is the end");
        } else if (*next) {
            std::visit(check, login.on_reply(**next));
        } else {
            return 0;
        }
    }
    return 0;
}
