#include "ftpfs/ftp/data_connection.hpp"

#include "ftpfs/proto/data_address.hpp"

#include <algorithm>

namespace ftpfs::ftp {

namespace {

using stream_ptr = std::unique_ptr<net::byte_stream>;

failure in_data_connection(failure why)
{
    why.detail = "data connection: " + why.detail;
    return why;
}

// Asks for a port with EPSV or PASV and connects to it.
awaitable<result<stream_ptr>> open_with(proto::command how, control_channel& control, net::connector& connector,
                                        const config& settings)
{
    const bool extended = how.verb() == "EPSV";
    FTPFS_CO_TRY(const auto answer, co_await control.exchange(std::move(how)));
    if (answer.is_preliminary()) {
        control.give_up();
        co_return failure{errc::protocol_violation, answer.as_failure().detail};
    }
    if (answer.is_negative()) {
        co_return answer.as_failure();
    }
    FTPFS_CO_TRY(const auto address, proto::parse_data_address(answer));
    const auto& server = control.stream().remote_endpoint();
    if (address.port == server.port()) {
        co_return failure{errc::protocol_violation,
                          extended ? "EPSV names the control port" : "PASV names the control port"};
    }
    co_return co_await connector.connect_from(control.stream().local_endpoint().address(),
                                              net::endpoint{server.address(), address.port},
                                              std::min(settings.connect_timeout, settings.timeout));
}

bool may_use_pasv(const control_channel& control, const config& settings)
{
    return settings.data != data_mode::epsv && control.stream().remote_endpoint().address().is_v4();
}

bool begins_with_epsv(const control_channel& control, const config& settings, const server_profile& profile)
{
    return !may_use_pasv(control, settings) ||
           (settings.data == data_mode::automatic && profile.epsv != support::refused);
}

}  // namespace

awaitable<result<stream_ptr>> open_data_connection(control_channel& control, net::connector& connector,
                                                   const config& settings, server_profile& profile)
{
    const bool extended = begins_with_epsv(control, settings, profile);
    if (extended) {
        auto opened = co_await open_with(proto::command::bare("EPSV"), control, connector, settings);
        if (opened) {
            profile.epsv = support::works;
            co_return opened;
        }
        if (!control.quiet() || opened.error() == errc::cancelled || !may_use_pasv(control, settings)) {
            co_return in_data_connection(std::move(opened).error());
        }
    }
    auto opened = co_await open_with(proto::command::bare("PASV"), control, connector, settings);
    if (!opened) {
        co_return in_data_connection(std::move(opened).error());
    }
    if (extended) {
        profile.epsv = support::refused;
    }
    co_return opened;
}

}  // namespace ftpfs::ftp
