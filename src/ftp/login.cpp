#include "ftpfs/ftp/login.hpp"

#include "ftpfs/net/endpoint_text.hpp"

#include <fmt/format.h>

#include <variant>

namespace ftpfs::ftp {
namespace {

failure without_greeting(failure why, const std::string& where)
{
    if (why == errc::connection_lost) {  // ProFTPD beyond MaxInstances
        return failure{errc::server_busy, fmt::format("{} closed the connection without a greeting; it may allow no "
                                                      "more sessions, or not be an FTP server",
                                                      where)};
    }
    if (why == errc::timed_out) {
        return failure{errc::timed_out, fmt::format("{} accepts connections but sends no greeting", where)};
    }
    return why;
}

proto::login_request request_for(const config& settings)
{
    proto::login_request who;
    who.user = settings.user;
    who.password = settings.password;
    who.account = secret{settings.account};
    who.utf8 = settings.speaks_utf8();
    return who;
}

}  // namespace

std::string peer_name(const net::endpoint& peer, const config& settings)
{
    return settings.proxy ? fmt::format("{}:{}", settings.host, settings.port) : net::to_string(peer);
}

awaitable<result<proto::login_outcome>> log_in(control_channel& control, const config& settings,
                                               std::function<void(const proto::reply&)> heard,
                                               std::optional<proto::reply> greeting)
{
    proto::login_sequence login{request_for(settings)};
    auto step = login.start();
    bool greeted = greeting.has_value();
    if (greeted) {
        step = login.on_reply(*greeting);
    }
    for (;;) {
        if (auto* failed = std::get_if<proto::login_sequence::failed>(&step)) {
            co_return std::move(failed->why);
        }
        if (auto* done = std::get_if<proto::login_sequence::done>(&step)) {
            co_return std::move(done->outcome);
        }
        if (auto* send = std::get_if<proto::login_sequence::send>(&step)) {
            FTPFS_CO_CHECK(co_await control.send(std::move(send->what)));
        }
        const auto answer = co_await control.read_reply_within(greeted ? settings.timeout : settings.connect_timeout);
        if (answer) {
            if (heard) {
                heard(*answer);
            }
            step = login.on_reply(*answer);
            greeted = true;
        } else if (answer.error() == errc::protocol_violation) {
            step = login.on_unreadable(answer.error());
        } else if (!greeted) {
            co_return without_greeting(answer.error(), peer_name(control.stream().remote_endpoint(), settings));
        } else {
            co_return answer.error();
        }
    }
}

}  // namespace ftpfs::ftp
