#include "support/scripted_server.hpp"

#include "ftpfs/core/error.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <optional>
#include <utility>

namespace ftpfs::test {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

// Ends a script whose step was not met; the failure has been reported.
struct step_failed {};

// Loopback and no real work: only who waits for something that nobody does takes this long.
constexpr std::chrono::seconds client_patience{30};
constexpr std::chrono::seconds script_patience{5};

[[noreturn]] void fail(const std::string& why, const std::source_location& line)
{
    ADD_FAILURE_AT(line.file_name(), static_cast<int>(line.line())) << why;
    throw step_failed{};
}

void abort_socket(tcp::socket& socket)
{
    error_code ignored;
    socket.set_option(tcp::socket::linger{true, 0}, ignored);
    socket.close(ignored);
}

awaitable<void> read_until_end(tcp::socket& socket)
{
    std::array<char, 4096> bytes{};
    for (;;) {
        auto [error, count] = co_await socket.async_read_some(asio::buffer(bytes), as_result);
        if (error) {
            co_return;
        }
    }
}

bool begins_with_word(std::string_view line, std::string_view verb)
{
    return line.starts_with(verb) && (line.size() == verb.size() || line[verb.size()] == ' ');
}

}  // namespace

scripted_data::scripted_data(executor where, const asio::ip::address& address)
    : listener_{std::make_unique<tcp::acceptor>(where, tcp::endpoint{address, 0})},
      socket_{std::make_unique<tcp::socket>(where)}, port_{listener_->local_endpoint().port()}
{
}

scripted_data::scripted_data(executor where, const asio::ip::address& from, tcp::endpoint client)
    : socket_{std::make_unique<tcp::socket>(where, tcp::endpoint{from, 0})}, client_{std::move(client)}
{
}

std::string scripted_data::epsv_text() const
{
    return fmt::format("(|||{}|)", port_);
}

std::string scripted_data::pasv_text(std::string_view address) const
{
    return fmt::format("({},{},{})", address, port_ / 256, port_ % 256);
}

awaitable<> scripted_data::accept(std::source_location line)
{
    if (client_.port() != 0) {
        const auto target = std::exchange(client_, {});
        auto [unreachable] = co_await socket_->async_connect(target, as_result);
        if (unreachable) {
            fail("the client cannot be reached: " + unreachable.message(), line);
        }
        co_return;
    }
    if (socket_->is_open()) {
        co_return;
    }
    auto [error] = co_await listener_->async_accept(*socket_, as_result);
    if (error) {
        fail("no data connection: " + error.message(), line);
    }
}

awaitable<> scripted_data::send(std::string bytes, std::source_location line)
{
    co_await accept(line);
    auto [error, count] = co_await asio::async_write(*socket_, asio::buffer(bytes), as_result);
    if (error) {
        fail("data not taken: " + error.message(), line);
    }
}

awaitable<std::size_t> scripted_data::flood(std::size_t limit)
{
    co_await accept();
    const std::string block(64 * 1024, 'x');
    std::size_t sent = 0;
    while (sent < limit) {
        const auto part = asio::buffer(block, limit - sent);
        auto [error, count] = co_await socket_->async_write_some(part, as_result);
        sent += count;
        if (error) {
            break;
        }
    }
    co_return sent;
}

awaitable<std::string> scripted_data::receive_all(std::source_location line)
{
    co_await accept(line);
    std::string all;
    std::array<char, 64 * 1024> bytes{};
    for (;;) {
        auto [error, count] = co_await socket_->async_read_some(asio::buffer(bytes), as_result);
        if (error && error != asio::error::eof) {
            fail("data did not come to their end: " + error.message(), line);
        }
        if (error) {
            co_return all;
        }
        all.append(bytes.data(), count);
    }
}

awaitable<std::string> scripted_data::receive(std::size_t most)
{
    co_await accept();
    std::string all;
    std::array<char, 64 * 1024> bytes{};
    while (all.size() < most) {
        const auto room = asio::buffer(bytes, most - all.size());
        auto [error, count] = co_await socket_->async_read_some(room, as_result);
        if (error) {
            break;
        }
        all.append(bytes.data(), count);
    }
    co_return all;
}

awaitable<> scripted_data::wait_for_end()
{
    co_await accept();
    co_await read_until_end(*socket_);
}

tcp::endpoint scripted_data::peer() const
{
    return socket_->remote_endpoint();
}

void scripted_data::close()
{
    refuse_connections();
    error_code ignored;
    socket_->close(ignored);
}

void scripted_data::reset()
{
    refuse_connections();
    abort_socket(*socket_);
}

void scripted_data::refuse_connections()
{
    error_code ignored;
    if (listener_) {
        listener_->close(ignored);
    }
}

scripted_control::scripted_control(scripted_server& owner, std::size_t number, tcp::socket socket)
    : owner_{owner}, number_{number}, socket_{std::move(socket)}
{
}

void scripted_control::answer_login(const std::vector<std::string>& features)
{
    answer("USER", "331 password please");
    answer("PASS", "230 logged in");
    std::string listed = "211-Features:\r\n";
    for (const auto& one : features) {
        listed += " " + one + "\r\n";
    }
    answer("FEAT", listed + "211 End");
    answer("SYST", "215 UNIX Type: L8");
    answer("OPTS", "200 ok");
    answer("CLNT", "200 ok");
    answer("TYPE", "200 binary");
    answer("PWD", "257 \"/\"");
}

awaitable<> scripted_control::greet(std::vector<std::string> features)
{
    answer_login(features);
    co_await say("220 scripted server");
}

void scripted_control::answer(std::string verb, std::string reply)
{
    if (reply.empty()) {
        standing_.erase(verb);
    } else {
        standing_[std::move(verb)] = std::move(reply);
    }
}

// False at the end of the stream.
awaitable<bool> scripted_control::read_command(std::string& command)
{
    auto [error, count] = co_await asio::async_read_until(socket_, asio::dynamic_buffer(input_), "\r\n", as_result);
    if (error) {
        co_return false;
    }
    command = input_.substr(0, count - 2);
    input_.erase(0, count);
    owner_.record(number_, '>', command);
    co_return true;
}

const std::string* scripted_control::standing_answer(const std::string& command) const
{
    for (const auto& [verb, reply] : standing_) {
        if (begins_with_word(command, verb)) {
            return &reply;
        }
    }
    return nullptr;
}

awaitable<> scripted_control::expect(std::string command, std::string reply, std::source_location line)
{
    std::string got;
    for (;;) {
        const bool came = co_await read_command(got);
        if (!came) {
            fail(fmt::format("waited for \"{}\", but the client left", command), line);
        }
        if (got == command) {
            break;
        }
        const auto* standing = standing_answer(got);
        if (standing == nullptr) {
            fail(fmt::format("waited for \"{}\", got \"{}\"", command, got), line);
        }
        co_await say(*standing);
    }
    if (!reply.empty()) {
        co_await say(std::move(reply));
    }
}

awaitable<std::string> scripted_control::next()
{
    std::string got;
    for (;;) {
        const bool came = co_await read_command(got);
        if (!came) {
            break;
        }
        const auto* standing = standing_answer(got);
        if (standing == nullptr) {
            co_return got;
        }
        co_await say(*standing);
    }
    co_return std::string{};
}

scripted_data scripted_control::listen()
{
    return scripted_data{socket_.get_executor(), socket_.local_endpoint().address()};
}

awaitable<scripted_data> scripted_control::expect_epsv(std::source_location line)
{
    auto data = listen();
    co_await expect("EPSV", "229 Entering Extended Passive Mode " + data.epsv_text(), line);
    co_return data;
}

awaitable<scripted_data> scripted_control::expect_pasv(std::source_location line)
{
    auto data = listen();
    co_await expect("PASV", "227 Entering Passive Mode " + data.pasv_text(), line);
    co_return data;
}

awaitable<tcp::endpoint> scripted_control::expect_offer(std::string beginning, std::string reply,
                                                        std::source_location line)
{
    const auto got = co_await next();
    if (!got.starts_with(beginning)) {
        fail(fmt::format("waited for \"{}\", got \"{}\"", beginning, got), line);
    }
    if (!reply.empty()) {
        co_await say(std::move(reply));
    }
    std::array<unsigned, 6> six{};
    if (std::sscanf(got.c_str(), "PORT %u,%u,%u,%u,%u,%u", &six[0], &six[1], &six[2], &six[3], &six[4], &six[5]) == 6) {
        const auto address = fmt::format("{}.{}.{}.{}", six[0], six[1], six[2], six[3]);
        co_return tcp::endpoint{asio::ip::make_address(address), static_cast<std::uint16_t>(six[4] * 256 + six[5])};
    }
    std::array<char, 64> host{};
    unsigned port = 0;
    if (std::sscanf(got.c_str(), "EPRT |%*u|%63[^|]|%u|", host.data(), &port) != 2) {
        fail("no address in " + got, line);
    }
    co_return tcp::endpoint{asio::ip::make_address(host.data()), static_cast<std::uint16_t>(port)};
}

awaitable<scripted_data> scripted_control::expect_port(std::source_location line)
{
    const auto client = co_await expect_offer("PORT", "200 ok", line);
    co_return scripted_data{socket_.get_executor(), socket_.local_endpoint().address(), client};
}

awaitable<> scripted_control::transfer(std::string command, std::string bytes, std::string end,
                                       std::source_location line)
{
    auto data = co_await expect_epsv(line);
    co_await expect(std::move(command), "150 here it comes", line);
    co_await data.send(std::move(bytes), line);
    data.close();
    co_await say(std::move(end));
}

awaitable<> scripted_control::say(std::string reply)
{
    owner_.record(number_, '<', reply);
    co_await say_raw(reply + "\r\n");
}

// A client that left is noticed by the step that waits for it.
awaitable<> scripted_control::say_raw(std::string bytes)
{
    co_await asio::async_write(socket_, asio::buffer(bytes), as_result);
}

awaitable<> scripted_control::say_in_pieces(std::string bytes, std::size_t piece)
{
    error_code ignored;
    socket_.set_option(tcp::no_delay{true}, ignored);
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        co_await say_raw(bytes.substr(at, piece));
    }
}

awaitable<> scripted_control::expect_end(std::source_location line)
{
    std::string got;
    for (;;) {
        const bool came = co_await read_command(got);
        if (!came) {
            break;
        }
        if (got == "QUIT") {
            co_await say("221 goodbye");
            close();
            co_return;
        }
        const auto* standing = standing_answer(got);
        if (standing == nullptr) {
            fail(fmt::format("waited for the client to leave, got \"{}\"", got), line);
        }
        co_await say(*standing);
    }
}

awaitable<> scripted_control::stay_silent()
{
    co_await read_until_end(socket_);
    close();  // Asio waits for ever for a second end of the stream
}

void scripted_control::close()
{
    error_code ignored;
    socket_.close(ignored);
}

void scripted_control::reset()
{
    abort_socket(socket_);
}

scripted_server::scripted_server(asio::io_context& loop, bool ipv6)
    : loop_{loop}, listener_{loop, ipv6 ? tcp::endpoint{asio::ip::address_v6::loopback(), 0}
                                        : tcp::endpoint{asio::ip::address_v4::loopback(), 0}},
      limit_{loop}, port_{listener_.local_endpoint().port()}
{
}

scripted_server::~scripted_server() = default;

void scripted_server::add(script next)
{
    scripts_.push_back(std::move(next));
}

void scripted_server::otherwise(script every)
{
    otherwise_ = std::move(every);
}

void scripted_server::stop_listening()
{
    error_code ignored;
    listener_.close(ignored);
}

awaitable<> scripted_server::accept_all()
{
    for (;;) {
        auto [error, socket] = co_await listener_.async_accept(as_result);
        if (error) {
            co_return;
        }
        ++connections_;
        auto* what = next_ < scripts_.size() ? &scripts_[next_++] : &otherwise_;
        if (!*what) {
            ADD_FAILURE() << "connection " << connections_ << " has no script";
            continue;
        }
        asio::co_spawn(loop_, run_script(*what, connections_, std::move(socket)), asio::detached);
    }
}

awaitable<> scripted_server::run_script(script& what, std::size_t number, tcp::socket socket)
{
    scripted_control control{*this, number, std::move(socket)};
    ++open_;
    try {
        co_await what(control);
    } catch (const step_failed&) {
        control.reset();
    }
    --open_;
    if (client_ended_ && open_ == 0) {
        limit_.cancel();
    }
}

void scripted_server::end_within(std::chrono::seconds time, const char* complaint)
{
    limit_.expires_after(time);
    limit_.async_wait([this, complaint](const error_code& aborted) {
        if (!aborted) {
            ADD_FAILURE() << complaint;
            loop_.stop();
        }
    });
}

void scripted_server::play(awaitable<> client)
{
    client_ended_ = false;
    end_within(client_patience, "the client did not end");
    asio::co_spawn(loop_, accept_all(), asio::detached);
    std::exception_ptr thrown;
    asio::co_spawn(loop_, std::move(client), [&](std::exception_ptr escaped) {
        thrown = escaped;
        client_ended_ = true;
        error_code ignored;
        listener_.cancel(ignored);
        limit_.cancel();
        if (open_ > 0) {
            end_within(script_patience, "a script waits for something that does not happen");
        }
    });
    loop_.restart();
    loop_.run();
    if (thrown) {
        std::rethrow_exception(thrown);
    }
}

void scripted_server::record(std::size_t number, char direction, std::string_view text)
{
    dialogue_.push_back(fmt::format("{}{} {}", number, direction, text));
}

std::vector<std::string> scripted_server::commands(std::size_t connection) const
{
    const auto prefix = fmt::format("{}> ", connection);
    std::vector<std::string> sent;
    for (const auto& line : dialogue_) {
        if (line.starts_with(prefix)) {
            sent.push_back(line.substr(prefix.size()));
        }
    }
    return sent;
}

}  // namespace ftpfs::test
