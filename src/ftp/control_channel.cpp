#include "ftpfs/ftp/control_channel.hpp"

#include "ftpfs/core/utf8.hpp"

#include <boost/asio/this_coro.hpp>

namespace ftpfs::ftp {

namespace {

// vsftpd reports its own failures so, and ends the process behind the session at once.
bool is_dying(const proto::reply& answer)
{
    return answer.code == 421 || (answer.code == 500 && answer.last_line().starts_with("OOPS:"));
}

std::span<const std::byte> as_bytes(std::string_view text)
{
    return std::as_bytes(std::span{text.data(), text.size()});
}

// Nothing if there is none, as in all names that are UTF-8.
std::string with_iac_doubled(std::string_view packet)
{
    constexpr char iac = '\xFF';
    std::string doubled;
    if (packet.find(iac) == packet.npos) {
        return doubled;
    }
    for (const char c : packet) {
        doubled.append(c == iac ? 2 : 1, c);
    }
    return doubled;
}

}  // namespace

control_channel::control_channel(std::unique_ptr<net::byte_stream> stream, std::chrono::milliseconds timeout,
                                 log logger)
    : stream_{std::move(stream)}, timeout_{timeout}, log_{std::move(logger)}
{
}

result<> control_channel::secure(std::unique_ptr<net::tls_stream> with)
{
    if (!check()) {
        return failure{errc::protocol_violation, "the server went on talking in plain text after its consent to TLS"};
    }
    with->put_over(std::move(stream_));
    stream_ = std::move(with);
    return {};
}

awaitable<result<proto::reply>> control_channel::exchange(proto::command what)
{
    const auto begin = clock::now();
    FTPFS_CO_CHECK(co_await send(std::move(what)));
    auto answer = co_await read_reply();
    if (answer && answer->code == 421) {
        co_return answer->as_failure();
    }
    if (answer && !answer->is_preliminary()) {
        measure(clock::now() - begin);
    }
    co_return answer;
}

awaitable<result<>> control_channel::send(proto::command what)
{
    say(what);
    co_return co_await write(what.wire(), 1);
}

awaitable<result<>> control_channel::send_all(std::vector<proto::command> what)
{
    std::string packet;
    for (const auto& one : what) {
        say(one);
        packet += one.wire();
    }
    co_return co_await write(packet, what.size());
}

awaitable<result<>> control_channel::send_behind(proto::command what)
{
    if (state_ != state::busy) {
        co_return failure{errc::connection_lost, "no reply is due"};
    }
    say(what);
    co_return co_await write(what.wire(), due_ + 1);
}

awaitable<result<>> control_channel::write(std::string_view packet, std::size_t due)
{
    if (broken() || (quiet() && !check())) {
        co_return failure{errc::connection_lost, "the server ended the session"};
    }
    state_ = state::busy;
    due_ = due;
    stream_->expires_after(timeout_);
    const auto escaped = doubles_iac_ ? with_iac_doubled(packet) : std::string{};
    auto sent = co_await stream_->write_all(as_bytes(escaped.empty() ? packet : escaped));
    stream_->never_expires();
    if (!sent) {
        co_return broken_by(std::move(sent).error());
    }
    co_return result<>{};
}

awaitable<result<proto::reply>> control_channel::read_reply()
{
    return read_reply_within(timeout_);
}

awaitable<result<proto::reply>> control_channel::read_reply_within(clock::duration time)
{
    if (broken()) {
        co_return failure{errc::connection_lost, "the session has ended"};
    }
    stream_->expires_after(time);
    for (;;) {
        auto parsed = parser_.next();
        if (!parsed) {
            co_return broken_by(std::move(parsed).error());
        }
        if (*parsed) {
            stream_->never_expires();
            co_return take(*std::move(*parsed));
        }
        const auto count = co_await stream_->read_some(input_);
        if (!count) {
            co_return broken_by(count.error());
        }
        if (*count == 0) {
            co_return broken_by(failure{errc::connection_lost, "the server closed the control connection"});
        }
        parser_.feed({reinterpret_cast<const char*>(input_.data()), *count});
    }
}

void control_channel::say(const proto::command& what)
{
    answers_secret_ = what.is_secret();
    if (answers_secret_) {
        secrets_.emplace_back(what.argument());
    }
    log_.dialogue("> {}", what.for_log());
}

void control_channel::hear(proto::reply& answer)
{
    if (answers_secret_) {
        for (auto& line : answer.lines) {
            line = without_secrets(std::move(line));
        }
    }
    if (log_.hears_dialogue()) {
        std::string words;
        for (const auto& line : answer.lines) {
            words += (words.empty() ? "" : " | ") + printable(without_secrets(line));
        }
        log_.dialogue("< {} {}", answer.code, words);
    }
}

std::string control_channel::without_secrets(std::string text) const
{
    for (const auto& one : secrets_) {
        text = without_secret(std::move(text), one);
    }
    return text;
}

proto::reply control_channel::take(proto::reply answer)
{
    if (words_ != nullptr && answer.is_negative()) {
        for (auto& line : answer.lines) {
            line = is_utf8(line) ? line : words_->decode(line);
        }
    }
    hear(answer);
    if (is_dying(answer)) {
        give_up();
    } else if (!answer.is_preliminary()) {
        due_ -= due_ > 0 ? 1 : 0;
        state_ = due_ == 0 ? state::quiet : state::busy;
    } else if (alarm_ && !waits_for_word_) {
        wait_for_word();
    }
    return answer;
}

// 200 is what all tried servers answer to NOOP, and what none says at the end of a transfer or an ABOR.
awaitable<result<>> control_channel::synchronise(clock::duration time)
{
    constexpr int most_strays = 2;
    if (!broken()) {
        state_ = state::busy;
    }
    FTPFS_CO_CHECK(co_await send(proto::command::bare("NOOP")));
    for (int strays = 0; strays <= most_strays; ++strays) {
        FTPFS_CO_TRY(const auto answer, co_await read_reply_within(time));
        if (answer.code == 200 && check()) {
            co_return result<>{};
        }
        state_ = state::busy;
    }
    co_return broken_by(failure{errc::protocol_violation, "no answer to NOOP among the replies"});
}

void control_channel::give_up() noexcept
{
    state_ = state::broken;
    stream_->close(net::close_mode::orderly);
}

bool control_channel::check() noexcept
{
    if (!quiet()) {
        return false;
    }
    if (stream_->look() != net::idle_state::quiet || parser_.has_partial()) {
        log_.dialogue("the server closed the idle session, or spoke unasked");
        give_up();
        return false;
    }
    return true;
}

bool control_channel::has_word() noexcept
{
    return !broken() && (parser_.has_partial() || stream_->look() != net::idle_state::quiet);
}

void control_channel::watch(std::function<void()> alarm)
{
    alarm_ = std::move(alarm);
    if (alarm_ && !waits_for_word_ && !broken()) {
        wait_for_word();
    }
}

void control_channel::wait_for_word()
{
    waits_for_word_ = true;
    stream_->when_readable([this] { on_word(); });
}

// A preliminary reply stays unread until somebody reads it: waiting on before that would only report it again.
void control_channel::on_word()
{
    waits_for_word_ = false;
    if (alarm_ && !broken() && stream_->look() == net::idle_state::quiet) {
        wait_for_word();  // somebody has read it meanwhile
        return;
    }
    const bool preliminary = stream_->peek() == std::byte{'1'};
    if (alarm_ && !broken() && !preliminary) {
        std::exchange(alarm_, nullptr)();
    }
}

failure control_channel::broken_by(failure why)
{
    log_.dialogue("control connection given up: {}", without_secrets(ftpfs::to_string(why)));
    give_up();
    return why;
}

// Follows a faster answer at once and a slower one reluctantly: some commands make the server work.
void control_channel::measure(clock::duration sample) noexcept
{
    round_trip_ =
        round_trip_ == clock::duration{} || sample < round_trip_ ? sample : round_trip_ + (sample - round_trip_) / 8;
}

}  // namespace ftpfs::ftp
