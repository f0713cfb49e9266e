// How a session gets its data connections, and what it does ahead of need.
#include "ftpfs/ftp/armed_data.hpp"
#include "ftpfs/ftp/arming_behind.hpp"
#include "ftpfs/ftp/control_channel.hpp"
#include "ftpfs/ftp/data_connection.hpp"
#include "ftpfs/ftp/retrieval.hpp"
#include "ftpfs/ftp/session.hpp"
#include "ftpfs/ftp/storage.hpp"

#include "traced_stream.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <utility>

namespace ftpfs::ftp {

namespace asio = boost::asio;

namespace {

// How long the second of two commands in a packet may take. Who does not read on never answers it.
constexpr std::chrono::seconds probe_limit{3};

}  // namespace

bool session::pipelines() const noexcept
{
    return setup_.settings.pipelining && setup_.profile.pipelining == support::works;
}

bool session::wants_arming()
{
    const auto& profile = setup_.profile;
    return setup_.settings.armed && data_question(data_context_) && profile.armed != support::refused &&
           profile.data == support::works && !armed_->ready(clock::now());
}

bool session::wants_preparation()
{
    if (lost() || transferring() || preparing_) {
        return false;
    }
    return (setup_.settings.pipelining && setup_.profile.pipelining == support::unknown) || wants_arming();
}

awaitable<> session::prepare()
{
    co_await asio::this_coro::throw_if_cancelled(false);
    preparing_ = true;
    if (setup_.settings.pipelining && setup_.profile.pipelining == support::unknown) {
        co_await try_pipelining();
    }
    if (control_->quiet() && wants_arming()) {
        co_await arm();
    }
    preparing_ = false;
    prepared_.notify_all();
}

awaitable<> session::prepared()
{
    for (bool waits = true; waits && preparing_;) {
        waits = co_await prepared_.wait();
    }
}

// A server that reads one command per packet loses the second and never answers it: the session is given up then.
awaitable<> session::try_pipelining()
{
    std::vector<proto::command> pair(2, proto::command::bare("NOOP"));
    const auto sent = co_await control_->send_all(std::move(pair));
    if (!sent) {
        co_return;
    }
    const auto limit = std::min<clock::duration>(probe_limit, setup_.settings.timeout);
    int answers = 0;
    for (bool more = true; more && answers < 2;) {
        const auto answer = co_await control_->read_reply_within(limit);
        more = answer && !answer->is_preliminary() && !control_->broken();
        answers += more ? 1 : 0;
    }
    if (answers == 2) {
        setup_.profile.pipelining = support::works;
    } else if (answers == 1) {
        setup_.profile.pipelining = support::refused;
        setup_.logger.info("the server loses the second of two commands in a packet: sending one at a time");
    }
}

// A second EPSV makes the server close the first connection, so that one goes first.
awaitable<> session::arm()
{
    armed_->take(clock::now());
    auto begun = co_await begin_data_connection(data_context_);
    if (begun) {
        armed_->arm(*std::move(begun), clock::now());
    } else {
        note_armed(setup_.profile, false);
    }
}

awaitable<result<std::unique_ptr<net::byte_stream>>> session::next_data(std::string use)
{
    auto stream = co_await find_data(std::move(use));
    if (!setup_.logger.hears_dialogue()) {
        co_return stream;
    }
    if (!stream) {
        setup_.logger.dialogue("no data connection: {}", printable(ftpfs::to_string(stream.error())));
        co_return stream;
    }
    co_return std::make_unique<traced_stream>(*std::move(stream), setup_.logger);
}

awaitable<result<std::unique_ptr<net::byte_stream>>> session::find_data(std::string use)
{
    took_armed_ = false;
    note_offer();
    if (auto ahead = armed_->take(clock::now())) {
        auto stream = co_await await_data_connection(*ahead, data_context_);
        if (stream || stream.error() == errc::cancelled) {
            took_armed_ = stream.has_value();
            co_return stream;
        }
    }
    FTPFS_CO_TRY(auto opened, co_await open_data_connection(data_context_, std::move(use)));
    offer_ = std::move(opened.offer);
    co_return std::move(opened.stream);
}

// Only now it is known whether the server came.
void session::note_offer()
{
    if (offer_ && offer_->arrived()) {
        offer_->ladder().note_success(setup_.profile);
    }
    offer_.reset();
}

failure session::with_data_explained(failure why)
{
    if (!offer_ || !offer_->explains(why)) {
        return why;
    }
    offer_->ladder().note_failure(setup_.profile);
    return offer_->explain(std::move(why));
}

bool session::armed_in_vain(int code)
{
    if (!std::exchange(took_armed_, false) || code == 0) {
        return false;
    }
    note_armed(setup_.profile, code != no_data_connection);
    return code == no_data_connection;
}

}  // namespace ftpfs::ftp
