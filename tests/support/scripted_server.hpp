// An FTP server on the loopback that says exactly what a test tells it to, in the loop of the code under test.
//
// Each control connection runs one script, a coroutine, in the order of add():
//
//     test::scripted_server server{loop};
//     server.add([](test::scripted_control& control) -> awaitable<> {
//         co_await control.greet();                       // greeting; the login is answered by itself
//         co_await control.expect("CWD /d", "250 ok");
//         auto data = co_await control.expect_epsv();
//         co_await control.expect("MLSD", "150 here it comes");
//         co_await data.send("type=file;size=3; a\r\n");
//         data.close();
//         co_await control.say("226 done");
//         co_await control.expect_end();
//     });
//     server.play(client(server.port()));                 // client: awaitable<>, with EXPECT_… inside
//
// A step that is not met fails the test with the line of the script and ends that connection. Scripts may
// capture; the server keeps them. "Silent" means waiting for the client to leave, no script sleeps.
#pragma once

#include "ftpfs/async/awaitable.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <source_location>
#include <string>
#include <string_view>
#include <vector>

namespace ftpfs::test {

class scripted_server;

// A listener for one data connection, and the connection. Movable; closing is idempotent.
class scripted_data {
public:
    scripted_data(executor where, const boost::asio::ip::address& address);
    // Active mode: connects to the client where others would accept, from that address.
    scripted_data(executor where, const boost::asio::ip::address& from, boost::asio::ip::tcp::endpoint client);

    std::uint16_t port() const;
    // "(|||port|)" and "(127,0,0,1,p,q)", for replies written by hand.
    std::string epsv_text() const;
    std::string pasv_text(std::string_view address = "127,0,0,1") const;

    // Waits for the client; send() and receive_all() do it by themselves.
    awaitable<> accept(std::source_location line = std::source_location::current());
    awaitable<> send(std::string bytes, std::source_location line = std::source_location::current());
    // Sends until the client does not take it any more, at most `limit` bytes; never a failure.
    awaitable<std::size_t> flood(std::size_t limit);
    // All that comes until the client says that nothing more will.
    awaitable<std::string> receive_all(std::source_location line = std::source_location::current());
    // At most so many bytes; fewer if the connection ends before, however it ends.
    awaitable<std::string> receive(std::size_t most);
    // Waits until the client closed or reset the connection.
    awaitable<> wait_for_end();
    // Where the accepted connection came from.
    boost::asio::ip::tcp::endpoint peer() const;

    void close();               // FIN, and no further connections
    void reset();               // RST
    void refuse_connections();  // nobody listens on the port any more

private:
    std::unique_ptr<boost::asio::ip::tcp::acceptor> listener_;
    std::unique_ptr<boost::asio::ip::tcp::socket> socket_;
    std::uint16_t port_ = 0;
    boost::asio::ip::tcp::endpoint client_;  // port 0: in passive mode
};

// The server's end of one control connection.
class scripted_control {
public:
    scripted_control(scripted_server& owner, std::size_t number, boost::asio::ip::tcp::socket socket);

    // The greeting, and standing answers for whatever a login sends: user "331", password "230", FEAT with
    // these lines ("MLST type*;size*;modify*;" …), SYST, OPTS, CLNT, TYPE I and PWD ("/").
    awaitable<> greet(std::vector<std::string> features = {});
    // Only the standing answers, for greetings of another kind.
    void answer_login(const std::vector<std::string>& features = {});

    // From now on every command that starts with `verb` and is not the one a step waits for gets this reply.
    // An empty reply makes the command unexpected again.
    void answer(std::string verb, std::string reply);

    // Waits for exactly this command line ("RETR /a b", without CR LF), then sends the reply, if any.
    awaitable<> expect(std::string command, std::string reply = {},
                       std::source_location line = std::source_location::current());
    // Waits for any command (standing answers apply first) and returns it; empty when the client left.
    awaitable<std::string> next();

    // EPSV or PASV, answered with a fresh listener.
    awaitable<scripted_data> expect_epsv(std::source_location line = std::source_location::current());
    awaitable<scripted_data> expect_pasv(std::source_location line = std::source_location::current());
    // PORT or EPRT (a command that begins so), and the endpoint in it.
    awaitable<boost::asio::ip::tcp::endpoint> expect_offer(std::string verb, std::string reply = "200 ok",
                                                           std::source_location line = std::source_location::current());
    // The same, with a data connection to it that comes from the server's address.
    awaitable<scripted_data> expect_port(std::source_location line = std::source_location::current());
    // A fresh listener that nobody has heard of yet.
    scripted_data listen();

    // A whole RETR or listing: waits for EPSV and the command, sends 150, the bytes, closes, sends the end.
    awaitable<> transfer(std::string command, std::string bytes, std::string end = "226 done",
                         std::source_location line = std::source_location::current());

    // Sends a reply; CR LF is added.
    awaitable<> say(std::string reply);
    // Sends bytes as they are.
    awaitable<> say_raw(std::string bytes);
    // The same, cut into pieces that leave one by one.
    awaitable<> say_in_pieces(std::string bytes, std::size_t piece = 1);

    // The client must close, with or without QUIT.
    awaitable<> expect_end(std::source_location line = std::source_location::current());
    // Never answers again: swallows whatever comes until the client leaves.
    awaitable<> stay_silent();
    void close();
    void reset();

    executor get_executor() { return socket_.get_executor(); }

private:
    awaitable<bool> read_command(std::string& command);
    const std::string* standing_answer(const std::string& command) const;

    scripted_server& owner_;
    std::size_t number_;
    boost::asio::ip::tcp::socket socket_;
    std::string input_;
    std::map<std::string, std::string> standing_;
};

class scripted_server {
public:
    using script = std::function<awaitable<>(scripted_control&)>;

    // Listens on 127.0.0.1, or on ::1.
    explicit scripted_server(boost::asio::io_context& loop, bool ipv6 = false);
    scripted_server(const scripted_server&) = delete;
    scripted_server& operator=(const scripted_server&) = delete;
    ~scripted_server();

    std::uint16_t port() const noexcept { return port_; }

    // For the next connection that has no script yet.
    void add(script next);
    // For every connection after the scripts of add() are used up; without it such a connection fails the test.
    void otherwise(script every);

    // Runs the loop until `client` has ended and all scripts with it. Scripts still waiting 5 s after the
    // client ended, and a client that does not end in 30 s, fail the test. May be called again.
    void play(awaitable<> client);

    // What happened, in order: "1> USER anonymous" (number of the connection from 1), "1< 331 …".
    const std::vector<std::string>& dialogue() const noexcept { return dialogue_; }
    // The commands of one connection, from 1.
    std::vector<std::string> commands(std::size_t connection = 1) const;
    std::size_t connections() const noexcept { return connections_; }
    std::size_t open_connections() const noexcept { return open_; }

    // No further connections: connection_refused.
    void stop_listening();

private:
    friend class scripted_control;
    awaitable<> accept_all();
    awaitable<> run_script(script& what, std::size_t number, boost::asio::ip::tcp::socket socket);
    void end_within(std::chrono::seconds time, const char* complaint);
    void record(std::size_t number, char direction, std::string_view text);

    boost::asio::io_context& loop_;
    boost::asio::ip::tcp::acceptor listener_;
    boost::asio::steady_timer limit_;
    std::uint16_t port_ = 0;
    std::deque<script> scripts_;  // addresses stay valid while connections run them
    std::size_t next_ = 0;
    script otherwise_;
    std::size_t connections_ = 0;
    std::size_t open_ = 0;
    bool client_ended_ = false;
    std::vector<std::string> dialogue_;
};

}  // namespace ftpfs::test
