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

// Asks for a port with EPSV or PASV.
awaitable<result<data_link>> begin_with(proto::command how, control_channel& control, net::connector& connector,
                                        const config& settings)
{
    const bool extended = how.verb() == "EPSV";
    FTPFS_CO_TRY(const auto answer, co_await control.exchange(std::move(how)));
    if (answer.is_preliminary()) {
        control.give_up();
        co_return failure{errc::protocol_violation, answer.as_failure().detail};
    }
    co_return follow_data_address(answer, extended, control, connector, settings);
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

proto::command data_question(const control_channel& control, const config& settings, const server_profile& profile)
{
    return proto::command::bare(begins_with_epsv(control, settings, profile) ? "EPSV" : "PASV");
}

result<data_link> follow_data_address(const proto::reply& answer, bool extended, control_channel& control,
                                      net::connector& connector, const config& settings)
{
    if (answer.is_negative()) {
        return answer.as_failure();
    }
    FTPFS_TRY(const auto address, proto::parse_data_address(answer));
    const auto& server = control.stream().remote_endpoint();
    if (address.port == server.port()) {
        return failure{errc::protocol_violation,
                       extended ? "EPSV names the control port" : "PASV names the control port"};
    }
    auto connection = connector.begin_connect(control.stream().local_endpoint().address(),
                                              net::endpoint{server.address(), address.port},
                                              std::min(settings.connect_timeout, settings.timeout));
    return data_link{std::move(connection), extended};
}

awaitable<result<data_link>> begin_data_connection(control_channel& control, net::connector& connector,
                                                   const config& settings, server_profile& profile)
{
    const bool extended = begins_with_epsv(control, settings, profile);
    if (extended) {
        auto begun = co_await begin_with(proto::command::bare("EPSV"), control, connector, settings);
        if (begun) {
            co_return begun;
        }
        if (!control.quiet() || begun.error() == errc::cancelled || !may_use_pasv(control, settings)) {
            co_return in_data_connection(std::move(begun).error());
        }
    }
    auto begun = co_await begin_with(proto::command::bare("PASV"), control, connector, settings);
    if (!begun) {
        co_return in_data_connection(std::move(begun).error());
    }
    if (extended) {
        profile.epsv = support::refused;
    }
    co_return begun;
}

awaitable<result<stream_ptr>> await_data_connection(data_link& link, server_profile& profile)
{
    auto stream = co_await link.connection->get();
    if (!stream) {
        co_return in_data_connection(std::move(stream).error());
    }
    profile.data = support::works;
    if (link.extended) {
        profile.epsv = support::works;
    }
    co_return stream;
}

awaitable<result<stream_ptr>> open_data_connection(control_channel& control, net::connector& connector,
                                                   const config& settings, server_profile& profile)
{
    FTPFS_CO_TRY(auto link, co_await begin_data_connection(control, connector, settings, profile));
    auto stream = co_await await_data_connection(link, profile);
    const bool over = stream || !link.extended || stream.error() == errc::cancelled || !may_use_pasv(control, settings);
    if (over) {
        co_return stream;
    }
    auto other = co_await begin_with(proto::command::bare("PASV"), control, connector, settings);
    if (!other) {
        co_return in_data_connection(std::move(other).error());
    }
    stream = co_await await_data_connection(*other, profile);
    if (stream) {
        profile.epsv = support::refused;
    }
    co_return stream;
}

}  // namespace ftpfs::ftp
