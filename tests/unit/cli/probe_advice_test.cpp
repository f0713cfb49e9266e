// What is said about each finding: a table of findings and words.

#include "ftpfs/cli/probe_advice.hpp"

#include <gmock/gmock.h>

namespace ftpfs::cli {
namespace {

using namespace std::chrono_literals;
using ftp::probe_report;
using ftp::support;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

ftp::config settings()
{
    ftp::config made;
    made.host = "h";
    made.user = "alice";
    return made;
}

// A server with nothing to say about.
probe_report healthy()
{
    probe_report found;
    found.greeted = found.logged_in = true;
    found.peer = boost::asio::ip::make_address("192.0.2.1");
    for (auto* known : {&found.epsv.carries, &found.pasv.carries, &found.mlsd, &found.list, &found.shows_dotfiles,
                        &found.size, &found.mdtm, &found.rest, &found.pipelining, &found.armed, &found.early_end}) {
        *known = support::works;
    }
    found.announces_mlsd = true;
    found.tls.offered = support::refused;
    return found;
}

TEST(probe_advice, has_nothing_to_say_about_a_healthy_server)
{
    const auto advice = advise(healthy(), settings());
    EXPECT_EQ(advice.status, exit_status::ok);
    EXPECT_THAT(advice.problems, IsEmpty());
    EXPECT_THAT(advice.notes, IsEmpty());
    EXPECT_THAT(advice.options, IsEmpty());
}

TEST(probe_advice, says_why_a_mount_would_not_come_up)
{
    struct row {
        failure why;
        exit_status status;
        std::string words;
    };
    const row rows[]{
        {{errc::host_not_found, "h"}, exit_status::host_not_found, "no such host"},
        {{errc::connection_refused, "x"}, exit_status::cannot_connect, "cannot connect"},
        {{errc::timed_out, "it sends no greeting"}, exit_status::cannot_connect, "implicit FTPS"},
        {{errc::not_an_ftp_server, "it greets with HTTP/1.1 400"}, exit_status::not_an_ftp_server, "a web server"},
        {{errc::not_an_ftp_server, "it greets with SSH-2.0-x"}, exit_status::not_an_ftp_server, "sshfs"},
        {{errc::login_refused, "530 no"}, exit_status::login_refused, "login refused"},
        {{errc::server_busy, "421 full"}, exit_status::server_busy, "too many connections"},
        {{errc::encryption_required, "534 no"}, exit_status::tls_wanted, "wants TLS"},
        {{errc::not_found, "550 no"}, exit_status::no_such_directory, "cannot use the directory"},
    };
    for (const auto& [why, status, words] : rows) {
        probe_report found;
        found.end = why;
        const auto advice = advise(found, settings());
        EXPECT_EQ(advice.status, status) << words;
        EXPECT_THAT(advice.problems, ElementsAre(HasSubstr(words)));
    }
}

struct finding {
    std::string name;
    void (*make)(probe_report&);
    std::string problem;  // empty: none
    std::string note;
    std::string option;
};

const finding findings[]{
    {"no EPSV",
     [](probe_report& found) {
         found.epsv.carries = support::refused;
         found.epsv.why = "500 what?";
     },
     "", "EPSV does not work (500 what?), but PASV does", "data=pasv"},
    {"a private address in PASV",
     [](probe_report& found) { found.pasv.named = boost::asio::ip::make_address("10.0.0.1"); }, "",
     "PASV names 10.0.0.1 instead of the server's own address", ""},
    {"data ports on another host",
     [](probe_report& found) {
         found.pasv.named = boost::asio::ip::make_address("198.51.100.1");
         found.needs_named_address = true;
     },
     "data ports are on another host, 198.51.100.1", "", "pasv_address=auto"},
    {"no address in PASV", [](probe_report& found) { found.pasv.named = boost::asio::ip::make_address("0.0.0.0"); }, "",
     "", ""},
    {"broken MLSD", [](probe_report& found) { found.mlsd = support::refused; },
     "says that it has MLSD, but what it answers is of no use", "", "listing=list"},
    {"an unknown format",
     [](probe_report& found) {
         found.announces_mlsd = false;
         found.mlsd = support::unknown;
         found.list = support::refused;
         found.unreadable_line = "<a>";
     },
     "please report this line: \"<a>\"", "", ""},
    {"hidden dot files", [](probe_report& found) { found.needs_list_all = true; }, "", "LIST -a, which shows them", ""},
    {"no LIST -a", [](probe_report& found) { found.shows_dotfiles = support::refused; }, "",
     "no command that shows them", ""},
    {"another charset", [](probe_report& found) { found.charset = ftp::name_charset::other; }, "", "not UTF-8", ""},
    {"a charset that makes sense",
     [](probe_report& found) {
         found.charset = ftp::name_charset::other;
         found.charset_guess = "CP1252";
     },
     "they make sense in CP1252, so mount with charset=CP1252", "", "charset=CP1252"},
    {"no exact times",
     [](probe_report& found) {
         found.announces_mlsd = false;
         found.mlsd = support::unknown;
         found.mdtm = support::refused;
     },
     "", "no exact times", ""},
    {"no REST", [](probe_report& found) { found.rest = support::refused; }, "begin in the middle of a file", "", ""},
    {"no early end", [](probe_report& found) { found.early_end = support::refused; }, "", "costs its session", ""},
    {"one command at a time", [](probe_report& found) { found.pipelining = support::refused; }, "",
     "one command at a time", "pipelining=off"},
    {"nothing ahead of need", [](probe_report& found) { found.armed = support::refused; }, "", "opened ahead of need",
     "armed=off"},
    {"one session",
     [](probe_report& found) {
         found.sessions = 1;
         found.session_limit_met = true;
     },
     "only one session at a time", "", "connections=1"},
    {"few sessions",
     [](probe_report& found) {
         found.sessions = 3;
         found.session_limit_met = true;
     },
     "", "allows 3 sessions", "connections=3"},
    {"enough sessions",
     [](probe_report& found) {
         found.sessions = 9;
         found.session_limit_met = true;
     },
     "", "", ""},
    {"a slow greeting", [](probe_report& found) { found.greeting_took = 5s; }, "takes 5.0 s to greet", "", ""},
    {"a slow login", [](probe_report& found) { found.login_took = 4500ms; }, "a login takes 4.5 s", "", ""},
    {"a long way", [](probe_report& found) { found.round_trip = 150ms; }, "", "a round trip takes 150 ms", ""},
    {"TLS", [](probe_report& found) { found.tls.offered = support::works; }, "", "offers TLS", ""},
    {"nothing can be stored", [](probe_report& found) { found.stores = support::refused; }, "nothing can be written",
     "", ""},
    {"a leftover", [](probe_report& found) { found.leftover = "/x"; }, "\"/x\" could not be removed", "", ""},
};

TEST(probe_advice, names_each_oddity)
{
    for (const auto& [name, make, problem, note, option] : findings) {
        auto found = healthy();
        make(found);
        const auto advice = advise(found, settings());
        EXPECT_EQ(advice.status, exit_status::ok) << name;
        EXPECT_THAT(advice.problems, SizeIs(problem.empty() ? 0 : 1)) << name;
        EXPECT_THAT(advice.notes, SizeIs(note.empty() ? 0 : 1)) << name;
        EXPECT_THAT(advice.options, SizeIs(option.empty() ? 0 : 1)) << name;
        if (!problem.empty()) {
            EXPECT_THAT(advice.problems, Contains(HasSubstr(problem))) << name;
        }
        if (!note.empty()) {
            EXPECT_THAT(advice.notes, Contains(HasSubstr(note))) << name;
        }
        if (!option.empty()) {
            EXPECT_THAT(advice.options, Contains(option)) << name;
        }
    }
}

TEST(probe_advice, says_what_a_server_does_not_do_for_a_writer)
{
    auto found = healthy();
    found.wrote = true;
    found.stores = support::works;
    EXPECT_THAT(advise(found, settings()).notes, IsEmpty());
    found.appends = found.renames_over = found.sets_times = found.sets_modes = support::refused;
    EXPECT_THAT(advise(found, settings()).notes,
                ElementsAre(HasSubstr("APPE"), HasSubstr("rename over"), HasSubstr("set times"), HasSubstr("CHMOD")));
}

TEST(probe_advice, knows_a_firewall_from_a_server_without_data_connections)
{
    auto found = healthy();
    found.epsv.carries = found.pasv.carries = found.active.carries = support::refused;
    found.epsv.why = found.pasv.why = found.active.why = "425 no";
    auto advice = advise(found, settings());
    EXPECT_EQ(advice.status, exit_status::cannot_connect);
    EXPECT_THAT(
        advice.problems,
        ElementsAre(HasSubstr("no data connection does, so nothing can be listed, read or written (EPSV: 425 no; "
                              "PASV: 425 no; active mode: 425 no)")));
    EXPECT_THAT(advice.problems, ElementsAre(testing::Not(HasSubstr("firewall"))));
    found.epsv.unreachable = true;
    EXPECT_THAT(advise(found, settings()).problems, ElementsAre(HasSubstr("firewall")));
}

TEST(probe_advice, knows_a_server_that_needs_active_mode)
{
    auto found = healthy();
    found.epsv.carries = found.pasv.carries = support::refused;
    found.active.carries = support::works;
    EXPECT_THAT(advise(found, settings()).problems, ElementsAre(HasSubstr("but active mode does")));
    EXPECT_THAT(advise(found, settings()).options, ElementsAre("data=active"));
}

TEST(probe_advice, gives_no_blessing_to_what_was_interrupted)
{
    probe_report found;
    found.interrupted = true;
    EXPECT_EQ(advise(found, settings()).status, exit_status::other);
}

TEST(probe_advice, writes_the_command_and_the_line_of_fstab)
{
    probe_advice plain;
    EXPECT_EQ(best_command(plain, "ftp://h/", ""), "ftpfs ftp://h/ MOUNTPOINT");
    EXPECT_EQ(best_fstab_line(plain, "ftp://h/", "", false), "ftp://h/ /mnt/ftp ftpfs _netdev 0 0");
    probe_advice some;
    some.options = {"data=pasv", "connections=2"};
    EXPECT_EQ(best_command(some, "ftp://h/", "al"), "ftpfs -o user=al,data=pasv,connections=2 ftp://h/ MOUNTPOINT");
    EXPECT_EQ(
        best_fstab_line(some, "ftp://h/a#b c", "", true),
        "ftp://h/a\\043b\\040c /mnt/ftp ftpfs data=pasv,connections=2,credentials=/etc/ftpfs.credentials,_netdev 0 0");
}

}  // namespace
}  // namespace ftpfs::cli
