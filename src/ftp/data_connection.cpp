#include "ftpfs/ftp/data_connection.hpp"

#include "ftpfs/proto/data_address.hpp"
#include "ftpfs/proto/server_words.hpp"

#include <algorithm>

namespace ftpfs::ftp {

namespace {

// How long the words may take that explain a connection which did not come about.
constexpr std::chrono::seconds longest_patience{1};

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
    if (answer.is_negative()) {
        co_return answer.as_failure();
    }
    FTPFS_CO_TRY(const auto address, proto::parse_data_address(answer));
    const auto& server = control.stream().remote_endpoint();
    if (address.port == server.port()) {
        co_return failure{errc::protocol_violation,
                          extended ? "EPSV names the control port" : "PASV names the control port"};
    }
    auto connection = connector.begin_connect(control.stream().local_endpoint().address(),
                                              net::endpoint{server.address(), address.port},
                                              std::min(settings.connect_timeout, settings.timeout));
    co_return data_link{std::move(connection), extended};
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

void note_success(const data_link& opened, server_profile& profile)
{
    profile.data = support::works;
    if (opened.extended) {
        profile.epsv = support::works;
    }
}

}  // namespace

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

awaitable<result<data_link>> open_data_connection(control_channel& control, net::connector& connector,
                                                  const config& settings, server_profile& profile)
{
    FTPFS_CO_TRY(auto link, co_await begin_data_connection(control, connector, settings, profile));
    const auto connected = co_await link.connection->wait();
    if (connected) {
        note_success(link, profile);
        co_return std::move(link);
    }
    const bool give_up = !link.extended || connected.error() == errc::cancelled || !may_use_pasv(control, settings);
    if (give_up) {
        co_return in_data_connection(connected.error());
    }
    auto other = co_await begin_with(proto::command::bare("PASV"), control, connector, settings);
    if (!other) {
        co_return in_data_connection(std::move(other).error());
    }
    const auto reached = co_await other->connection->wait();
    if (!reached) {
        co_return in_data_connection(reached.error());
    }
    profile.epsv = support::refused;
    note_success(*other, profile);
    co_return std::move(other);
}

awaitable<result<std::unique_ptr<net::byte_stream>>> await_connection(data_link& link, control_channel& control,
                                                                      server_profile& profile)
{
    auto stream = co_await link.connection->get();
    if (stream) {
        note_success(link, profile);
        co_return stream;
    }
    const auto why = in_data_connection(std::move(stream).error());
    if (why == errc::cancelled) {
        control.give_up();
        co_return why;
    }
    const auto patience = std::min<control_channel::clock::duration>(longest_patience, control.timeout());
    constexpr int most_replies = 8;  // two questions, REST, the transfer and what is preliminary
    for (int i = 0; i < most_replies && !control.broken(); ++i) {
        const auto answer = co_await control.read_reply_within(patience);
        if (answer && control.quiet()) {
            co_return answer->is_negative() ? proto::explain(*answer) : why;
        }
    }
    profile.early_command = support::refused;
    control.give_up();
    co_return failure{errc::connection_lost, why.detail};
}

}  // namespace ftpfs::ftp
