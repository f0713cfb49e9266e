// Several commands in a packet, and several sessions.
#include "probe_steps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace ftpfs::ftp {
namespace {

using enum probe_outcome;

// How long the second of two commands in a packet may take.
constexpr std::chrono::seconds second_answer{3};

}  // namespace

awaitable<> probe_pipelining(probe_context& with)
{
    if (with.stopped()) {
        co_return;
    }
    auto* const session = co_await with.line();
    if (session == nullptr) {
        co_return;
    }
    std::vector<proto::command> pair(2, proto::command::bare("NOOP"));
    const auto sent = co_await session->send_all(std::move(pair));
    int answers = 0;
    for (bool more = sent.has_value(); more && answers < 2;) {
        const auto answer = co_await session->read_reply_within(
            std::min<std::chrono::milliseconds>(second_answer, with.settings.timeout));
        more = answer && !answer->is_preliminary();
        answers += more ? 1 : 0;
        if (!answer) {
            with.note_interruption(answer.error());
        }
    }
    if (with.stopped()) {
        co_return;
    }
    with.report.pipelining = answers == 2 ? support::works : support::refused;
    with.tell("two in a packet", answers == 2 ? good : odd,
              answers == 2 ? "both commands are answered"
                           : fmt::format("{} of two commands in one packet answered: one at a time", answers));
}

awaitable<> probe_sessions(probe_context& with)
{
    if (with.stopped() || with.wish.sessions < 2) {
        co_return;
    }
    auto* const first = co_await with.line();
    if (first == nullptr) {
        co_return;
    }
    std::vector<std::unique_ptr<control_channel>> others;
    std::optional<failure> refusal;
    while (!refusal && others.size() + 1 < with.wish.sessions) {
        auto opened = co_await with.open();
        if (opened) {
            others.push_back(*std::move(opened));
        } else {
            refusal = opened.error();
        }
    }
    const auto count = others.size() + 1;
    for (auto& one : others) {
        co_await with.hang_up(std::move(one));
    }
    if (refusal && *refusal == errc::cancelled) {
        with.report.interrupted = true;
        co_return;
    }
    with.report.sessions = count;
    with.report.session_limit_met = refusal.has_value();
    with.tell("sessions", refusal ? odd : good,
              refusal ? fmt::format("{} at the same time; the next is refused: {}", count, to_string(*refusal))
                      : fmt::format("{} at the same time, and no refusal yet", count));
}

}  // namespace ftpfs::ftp
