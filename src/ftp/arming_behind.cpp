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

bool arming_behind::may_ask() const
{
    const auto& profile = with_.profile;
    return with_.settings.armed && with_.settings.pipelining && profile.queueing == support::works &&
           profile.armed != support::refused && profile.data == support::works && !asked_;
}

awaitable<> arming_behind::ask()
{
    auto& control = with_.control;
    const bool is_due = !control.quiet() && !control.broken() && !control.has_word();
    if (!is_due || !may_ask()) {
        co_return;
    }
    auto question = data_question(with_);
    if (!question) {
        co_return;
    }
    ladder_ = ladder_for(with_);
    const auto sent = co_await control.send_behind(*std::move(question));
    asked_ = sent.has_value();
}

bool arming_behind::is_out_of_turn(const proto::reply& answer) const noexcept
{
    return asked_ && (answer.code == entering_passive || answer.code == entering_extended_passive);
}

awaitable<> arming_behind::hear()
{
    auto& control = with_.control;
    if (!std::exchange(asked_, false) || control.broken()) {
        co_return;
    }
    const auto patience = std::max<control_channel::clock::duration>(least_patience, 3 * control.round_trip());
    const auto answer = co_await control.read_reply_within(std::min(patience, {control.timeout()}));
    if (!answer) {
        // Cancelled, or nobody answered: a server that loses it once is not asked so again.
        if (answer.error() == errc::timed_out) {
            with_.profile.queueing = support::refused;
            with_.logger.info("the server loses a command sent behind a transfer: sending one at a time");
        }
        co_return;
    }
    if (answer->is_negative()) {
        with_.profile.queueing = support::refused;  // ProFTPD refuses it while a transfer is under way (450)
        co_return;
    }
    auto link = follow_data_address(*answer, with_, *ladder_);
    if (!link) {
        control.give_up();
        co_return;
    }
    armed_.arm(*std::move(link), armed_data::time_point::clock::now());
}

}  // namespace ftpfs::ftp
