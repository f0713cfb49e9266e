#include "ftpfs/ftp/session.hpp"

#include "ftpfs/ftp/armed_data.hpp"
#include "ftpfs/ftp/arming_behind.hpp"
#include "ftpfs/ftp/control_channel.hpp"
#include "ftpfs/ftp/data_connection.hpp"
#include "ftpfs/ftp/login.hpp"
#include "ftpfs/ftp/postscript.hpp"
#include "ftpfs/ftp/retrieval.hpp"
#include "ftpfs/ftp/storage.hpp"
#include "ftpfs/net/connector.hpp"
#include "ftpfs/net/endpoint_text.hpp"
#include "ftpfs/proto/server_words.hpp"

#include <algorithm>
#include <boost/asio/this_coro.hpp>

namespace ftpfs::ftp {

namespace asio = boost::asio;

namespace {

// A goodbye is a courtesy: it frees the server's slot at once.
constexpr std::chrono::seconds goodbye_limit{1};

net::address_family family_of(const config& settings)
{
    switch (settings.family) {
    case address_family::ipv4: return net::address_family::ipv4;
    case address_family::ipv6: return net::address_family::ipv6;
    case address_family::any: break;
    }
    return net::address_family::any;
}

}  // namespace

session::session(session_setup setup, std::unique_ptr<control_channel> control)
    : setup_{std::move(setup)}, charset_{proto::name_codec::make(setup_.settings.charset).value()}, control_{std::move(
                                                                                                        control)},
      data_context_{*control_, setup_.connector, setup_.settings, setup_.profile, setup_.logger},
      armed_{std::make_unique<armed_data>()}, behind_{std::make_unique<arming_behind>(data_context_, *armed_)},
      prepared_{setup_.connector.get_executor()}, last_used_{clock::now()}
{
    control_->read_refusals_in(charset_);
}

session::~session() = default;

awaitable<result<std::unique_ptr<session>>> session::open(session_setup setup)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    const auto& settings = setup.settings;
    net::connect_request request{settings.host, settings.port};
    request.family = family_of(settings);
    request.timeout = settings.connect_timeout;
    request.keepalive = settings.keepalive;
    request.local = settings.bind;
    request.via = settings.proxy;
    setup.logger.dialogue("connecting to {}:{}{}", printable(settings.host), settings.port,
                          settings.proxy ? " through the proxy" : "");
    auto connected = co_await setup.connector.connect(std::move(request));
    if (!connected) {
        setup.logger.dialogue("no connection: {}", printable(ftpfs::to_string(connected.error())));
        co_return std::move(connected).error();
    }
    auto stream = *std::move(connected);
    setup.logger.dialogue("connected to {}", peer_name(stream->remote_endpoint(), settings));
    auto control = std::make_unique<control_channel>(std::move(stream), settings.timeout, setup.logger);
    std::unique_ptr<session> opened{new session{std::move(setup), std::move(control)}};
    FTPFS_CO_CHECK(co_await opened->log_in());
    opened->used();
    co_return std::move(opened);
}

awaitable<result<>> session::log_in()
{
    FTPFS_CO_TRY(auto outcome, co_await ftp::log_in(*control_, setup_.settings));
    note_login(setup_.profile, outcome.greeting, outcome.features, outcome.system);
    control_->double_iac(setup_.profile.telnet_bytes != support::refused);
    home_ = std::move(outcome.home);
    if (home_) {
        directory_ = *home_;
        moved_directories_ = setup_.profile.moved_directories;
    }
    co_return result<>{};
}

bool session::stands_in(const remote_path& directory) const
{
    return moved_directories_ == setup_.profile.moved_directories && directory_ == directory;
}

// CWD first, then the bare command: no name can be taken for an option or a pattern, and the verdict about the
// directory is the server's own.
awaitable<result<>> session::enter(remote_path directory)
{
    if (stands_in(directory)) {
        co_return result<>{};
    }
    FTPFS_CO_TRY(const auto argument, co_await reach(directory));
    FTPFS_CO_TRY(auto command, proto::command::make("CWD", argument));
    directory_.reset();
    moved_directories_ = setup_.profile.moved_directories;
    FTPFS_CO_TRY(const auto answer, co_await control_->exchange(std::move(command)));
    if (!answer.is_completion()) {
        co_return proto::explain(answer);
    }
    directory_ = std::move(directory);
    co_return result<>{};
}

awaitable<result<>> session::change_directory(remote_path directory)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    auto entered = co_await enter(std::move(directory));
    used();
    co_return entered;
}

awaitable<result<proto::reply>> session::ask(proto::command what)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    FTPFS_CO_TRY(auto answer, co_await control_->exchange(std::move(what)));
    constexpr int most_preliminary = 4;
    for (int i = 0; answer.is_preliminary(); ++i) {
        if (i == most_preliminary) {
            control_->give_up();
            co_return failure{errc::protocol_violation, answer.as_failure().detail};
        }
        FTPFS_CO_TRY(answer, co_await control_->read_reply());
    }
    used();
    co_return answer;
}

// Mostly the path itself, since an absolute path is never taken for an option or a home directory. But ProFTPD as
// Debian configures it refuses every argument with a '/' somewhere behind a '*' (DenyFilter \*.*/): such a
// path is walked, and its last part named from there.
awaitable<result<std::string>> session::reach(remote_path path)
{
    if (!must_be_walked(path)) {
        co_return path.str();
    }
    FTPFS_CO_CHECK(co_await enter(path.parent()));
    co_return "./" + std::string{path.name()};
}

bool session::is_refused_with_star(std::string_view argument) noexcept
{
    const auto star = argument.find('*');
    return star != argument.npos && argument.find('/', star) != argument.npos;
}

awaitable<result<>> session::ping()
{
    co_await asio::this_coro::throw_if_cancelled(false);
    FTPFS_CO_TRY(const auto answer, co_await control_->exchange(proto::command::bare("NOOP")));
    used();
    if (answer.is_preliminary()) {
        control_->give_up();
        co_return answer.as_failure();
    }
    co_return result<>{};
}

awaitable<> session::quit()
{
    co_await asio::this_coro::throw_if_cancelled(false);
    co_await prepared();
    if (control_->quiet()) {
        const auto sent = co_await control_->send(proto::command::bare("QUIT"));
        if (sent) {
            co_await control_->read_reply_within(std::min<clock::duration>(goodbye_limit, setup_.settings.timeout));
        }
    }
    control_->give_up();
}

bool session::check()
{
    return preparing_ ? !control_->broken() : control_->check();
}

bool session::lost() const noexcept
{
    return control_->broken() || (!transferring() && !preparing_ && !control_->quiet());
}

session::clock::duration session::round_trip() const noexcept
{
    return control_->round_trip();
}

}  // namespace ftpfs::ftp
