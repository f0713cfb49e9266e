#include "ftpfs/ftp/arming_behind.hpp"

#include "ftpfs/ftp/armed_data.hpp"
#include "ftpfs/ftp/data_connection.hpp"

#include <algorithm>
#include <utility>

namespace ftpfs::ftp {
namespace {

// The transfer is over and its verdict known: nobody is to wait for a connection that may not be needed.
constexpr std::chrono::seconds least_patience{1};

// RFC 959 §4.2, RFC 2428 §3.
constexpr int entering_passive = 227;
constexpr int entering_extended_passive = 229;

}  // namespace

arming_behind::arming_behind(control_channel& control, net::connector& connector, const config& settings,
                             server_profile& profile, armed_data& armed, const log& logger)
    : control_{control}, connector_{connector}, settings_{settings}, profile_{profile}, armed_{armed}, log_{logger}
{
}

bool arming_behind::may_ask() const
{
    return settings_.armed && settings_.pipelining && profile_.queueing == support::works &&
           profile_.armed != support::refused && profile_.data == support::works && !asked_;
}

awaitable<> arming_behind::ask()
{
    const bool is_due = !control_.quiet() && !control_.broken() && !control_.has_word();
    if (!is_due || !may_ask()) {
        co_return;
    }
    auto question = data_question(control_, settings_, profile_);
    extended_ = question.verb() == "EPSV";
    const auto sent = co_await control_.send_behind(std::move(question));
    asked_ = sent.has_value();
}

bool arming_behind::is_out_of_turn(const proto::reply& answer) const noexcept
{
    return asked_ && (answer.code == entering_passive || answer.code == entering_extended_passive);
}

awaitable<> arming_behind::hear()
{
    if (!std::exchange(asked_, false) || control_.broken()) {
        co_return;
    }
    const auto patience = std::max<control_channel::clock::duration>(least_patience, 3 * control_.round_trip());
    const auto answer = co_await control_.read_reply_within(std::min(patience, {control_.timeout()}));
    if (!answer) {
        // Cancelled, or nobody answered: a server that loses it once is not asked so again.
        if (answer.error() == errc::timed_out) {
            profile_.queueing = support::refused;
            log_.info("the server loses a command sent behind a transfer: sending one at a time");
        }
        co_return;
    }
    if (answer->is_negative()) {
        profile_.queueing = support::refused;  // ProFTPD refuses it while a transfer is under way (450)
        co_return;
    }
    auto link = follow_data_address(*answer, extended_, control_, connector_, settings_);
    if (!link) {
        control_.give_up();
        co_return;
    }
    armed_.arm(*std::move(link), armed_data::time_point::clock::now());
}

}  // namespace ftpfs::ftp
