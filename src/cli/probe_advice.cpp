#include "ftpfs/cli/probe_advice.hpp"

#include "ftpfs/cli/failure_report.hpp"
#include "ftpfs/core/log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace ftpfs::cli {
namespace {

using ftp::support;

// Beyond this, people notice each time a session is opened.
constexpr std::chrono::seconds slow_answer{3};

// A link like this makes small files slow, whoever mounts them.
constexpr std::chrono::milliseconds long_way{100};

bool says(const failure& why, std::string_view words)
{
    return why.detail.find(words) != std::string::npos;
}

std::string end_words(const ftp::probe_report& report, const ftp::config& settings)
{
    const auto& why = *report.end;
    auto words = explain_connection(why, settings).message;
    if (why == errc::not_an_ftp_server && says(why, "HTTP/")) {
        words += "; it is a web server that answers there";
    } else if (why == errc::not_an_ftp_server && says(why, "SSH-")) {
        words += "; it is an SSH server that answers there, so sshfs may be what you want";
    } else if (why == errc::timed_out && says(why, "no greeting")) {
        words +=
            "; a server that waits for TLS from the first byte (implicit FTPS, usually on port 990) is silent, too";
    }
    return words;
}

std::string trials(const ftp::probe_report& report)
{
    std::string words;
    for (const auto& [name, trial] :
         {std::pair{"EPSV", &report.epsv}, std::pair{"PASV", &report.pasv}, std::pair{"active mode", &report.active}}) {
        if (trial->carries == support::refused) {
            words += fmt::format("{}{}: {}", words.empty() ? "" : "; ", name, trial->why);
        }
    }
    return words;
}

bool works(const ftp::data_trial& trial)
{
    return trial.carries == support::works;
}

void judge_data(const ftp::probe_report& report, probe_advice& into)
{
    const bool tried = report.epsv.carries != support::unknown || report.pasv.carries != support::unknown;
    if (!tried || works(report.epsv) || report.interrupted) {
        return;
    }
    if (works(report.pasv)) {
        into.notes.push_back(
            fmt::format("EPSV does not work ({}), but PASV does; a mount finds that out by itself, and "
                        "data=pasv saves it the trial",
                        report.epsv.why));
        into.options.emplace_back("data=pasv");
        return;
    }
    if (works(report.active)) {
        into.problems.push_back(
            fmt::format("no passive data connection works ({}), but active mode does, in which the server connects to "
                        "this machine: mount with data=active",
                        trials(report)));
        into.options.emplace_back("data=active");
        return;
    }
    into.status = exit_status::cannot_connect;
    const bool closed = report.epsv.unreachable || report.pasv.unreachable;
    into.problems.push_back(fmt::format(
        "the login works, but no data connection does, so nothing can be listed, read or written ({}){}",
        trials(report),
        closed ? ": a firewall keeps the ports closed that the server names for data; its administrator has to open "
                 "its range of passive ports"
               : ""));
}

void judge_named_address(const ftp::probe_report& report, probe_advice& into)
{
    const auto& named = report.pasv.named;
    if (!named || named == report.peer || named->is_unspecified()) {
        return;
    }
    if (report.needs_named_address) {
        into.problems.push_back(
            fmt::format("the server's data ports are on another host, {}, which PASV names: mount with "
                        "pasv_address=auto",
                        named->to_string()));
        into.options.emplace_back("pasv_address=auto");
    } else if (works(report.pasv)) {
        into.notes.push_back(fmt::format("PASV names {} instead of the server's own address, as servers behind NAT do; "
                                         "ftpfs does not use that address, so nothing is to be done",
                                         named->to_string()));
    }
}

void judge_names(const ftp::probe_report& report, const ftp::config& settings, probe_advice& into)
{
    if (report.charset != ftp::name_charset::other || !settings.speaks_utf8()) {
        return;
    }
    if (report.charset_guess.empty()) {
        into.notes.emplace_back("there are names that are not UTF-8; if you know their charset, mount with charset=");
        return;
    }
    into.problems.push_back(fmt::format("the names on the server are not UTF-8; they make sense in {0}, so mount with "
                                        "charset={0}",
                                        report.charset_guess));
    into.options.push_back("charset=" + report.charset_guess);
}

void judge_listings(const ftp::probe_report& report, const ftp::config& settings, probe_advice& into)
{
    const bool mlsd_is_broken = report.announces_mlsd && report.mlsd == support::refused;
    if (mlsd_is_broken) {
        into.problems.emplace_back(
            "the server says that it has MLSD, but what it answers is of no use; a mount uses LIST "
            "instead, and listing=list saves it the trial");
        into.options.emplace_back("listing=list");
    }
    if (report.list == support::refused && report.mlsd != support::works) {
        into.problems.push_back(
            report.unreadable_line.empty()
                ? "directories cannot be listed"
                : fmt::format("listings are in a format that ftpfs does not know, so files are missing; please report "
                              "this line: \"{}\"",
                              report.unreadable_line));
    }
    if (report.needs_list_all) {
        into.notes.emplace_back("LIST hides names that begin with a dot; a mount asks with LIST -a, which shows them "
                                "(hidden=off leaves them out)");
    }
    if (report.shows_dotfiles == support::refused) {
        into.notes.emplace_back("if the server hides names that begin with a dot, it has no command that shows them");
    }
    judge_names(report, settings, into);
    if (report.mlsd != support::works && report.mdtm == support::refused) {
        into.notes.emplace_back(
            "the server tells no exact times (neither MLSD nor MDTM), so a change within a minute may "
            "be overlooked");
    }
}

void judge_transfers(const ftp::probe_report& report, probe_advice& into)
{
    if (report.rest == support::refused) {
        into.problems.emplace_back(
            "the server cannot begin in the middle of a file (REST): reading there takes as long as "
            "reading everything before it");
    }
    if (report.early_end == support::refused) {
        into.notes.emplace_back(
            "a transfer that is ended early costs its session, so reading here and there in large files "
            "needs a login each time");
    }
    if (report.pipelining == support::refused) {
        into.notes.emplace_back(
            "the server takes one command at a time, which a mount finds out by itself; pipelining=off "
            "saves it the trial");
        into.options.emplace_back("pipelining=off");
    }
    if (report.armed == support::refused) {
        into.notes.emplace_back(
            "the server does not use data connections that were opened ahead of need, which a mount "
            "finds out by itself; armed=off saves it the trial");
        into.options.emplace_back("armed=off");
    }
}

void judge_sessions(const ftp::probe_report& report, probe_advice& into)
{
    const auto usual = ftp::config{}.connections;
    if (!report.session_limit_met || !report.sessions || *report.sessions >= usual) {
        return;
    }
    const auto words = *report.sessions == 1
                           ? std::string{"the server allows only one session at a time, so while a file is read or "
                                         "written everything else waits"}
                           : fmt::format("the server allows {} sessions at a time", *report.sessions);
    (*report.sessions == 1 ? into.problems : into.notes)
        .push_back(fmt::format("{}; connections={} keeps a mount from trying more", words, *report.sessions));
    into.options.push_back(fmt::format("connections={}", *report.sessions));
}

void judge_speed(const ftp::probe_report& report, probe_advice& into)
{
    const auto seconds = [](std::chrono::milliseconds time) { return static_cast<double>(time.count()) / 1000; };
    if (report.greeting_took >= slow_answer) {
        into.problems.push_back(fmt::format("the server takes {:.1f} s to greet: mostly it looks up the name of this "
                                            "machine's address in vain",
                                            seconds(report.greeting_took)));
    }
    if (report.login_took >= slow_answer) {
        into.problems.push_back(fmt::format("a login takes {:.1f} s", seconds(report.login_took)));
    }
    if (report.round_trip >= long_way) {
        into.notes.push_back(
            fmt::format("a round trip takes {} ms, and a small file about three of them",
                        std::chrono::duration_cast<std::chrono::milliseconds>(report.round_trip).count()));
    }
}

void judge_writing(const ftp::probe_report& report, probe_advice& into)
{
    if (report.stores == support::refused) {
        into.problems.emplace_back("nothing can be written there; the steps above say what the server refuses");
    }
    if (report.stores != support::works) {
        return;
    }
    if (report.appends == support::refused) {
        into.notes.emplace_back("the server does not extend files (APPE): a mount sends the whole file again when "
                                "something is added to it");
    }
    if (report.renames_over == support::refused) {
        into.notes.emplace_back(
            "the server does not rename over an existing file: a mount moves the old one aside first, "
            "so for a moment there is none");
    }
    if (report.sets_times == support::refused) {
        into.notes.emplace_back("the server does not set times: files have the time at which they were sent");
    }
    if (report.sets_modes == support::refused) {
        into.notes.emplace_back("the server does not set permission bits (SITE CHMOD)");
    }
}

void judge_tls(const ftp::probe_report& report, probe_advice& into)
{
    const auto& tls = report.tls;
    if (tls.offered != support::works) {
        return;
    }
    if (report.logged_in) {
        into.notes.emplace_back(
            "the server offers TLS, but a mount of this version does not speak it: password and files cross the "
            "network for all to read");
    }
    if (!tls.why_no_handshake.empty()) {
        into.notes.push_back("the server's TLS is of no use to anybody: " + tls.why_no_handshake);
    } else if (tls.shown && !tls.distrust.empty()) {
        into.notes.push_back(fmt::format("the server's certificate proves nothing to this machine ({}); who uses TLS "
                                         "with it has to compare the fingerprint with what the administrator says",
                                         tls.distrust));
    }
    if (tls.data == support::refused) {
        into.notes.emplace_back("the server encrypts commands, but no files");
    }
}

std::string joined(const std::vector<std::string>& options)
{
    std::string all;
    for (const auto& one : options) {
        all += (all.empty() ? "" : ",") + one;
    }
    return all;
}

std::vector<std::string> with_user(std::vector<std::string> options, const std::string& user)
{
    if (!user.empty()) {
        options.insert(options.begin(), "user=" + user);
    }
    return options;
}

// fstab(5): blanks and what begins a comment or an escape, in octal.
std::string for_fstab(std::string_view text)
{
    std::string escaped;
    for (const char c : text) {
        escaped += c == ' ' || c == '\t' || c == '\\' || c == '#' ? fmt::format("\\{:03o}", c) : std::string{c};
    }
    return escaped;
}

}  // namespace

probe_advice advise(const ftp::probe_report& report, const ftp::config& settings)
{
    probe_advice advice;
    if (report.end) {
        advice.status = explain_connection(*report.end, settings).status;
        advice.problems.push_back(end_words(report, settings));
    } else if (report.interrupted) {
        advice.status = exit_status::other;
    }
    judge_data(report, advice);
    judge_named_address(report, advice);
    judge_listings(report, settings, advice);
    judge_transfers(report, advice);
    judge_sessions(report, advice);
    judge_speed(report, advice);
    judge_writing(report, advice);
    if (!report.leftover.empty()) {
        advice.problems.push_back(fmt::format("\"{}\" could not be removed again: remove it by hand", report.leftover));
    }
    judge_tls(report, advice);
    return advice;
}

std::string best_command(const probe_advice& advice, const std::string& url, const std::string& user)
{
    const auto options = joined(with_user(advice.options, user));
    return fmt::format("ftpfs {}{}{} MOUNTPOINT", options.empty() ? "" : "-o ", options,
                       options.empty() ? url : " " + url);
}

std::string best_fstab_line(const probe_advice& advice, const std::string& url, const std::string& user,
                            bool needs_password)
{
    auto options = with_user(advice.options, user);
    if (needs_password) {
        options.emplace_back("credentials=/etc/ftpfs.credentials");
    }
    options.emplace_back("_netdev");
    return fmt::format("{} /mnt/ftp ftpfs {} 0 0", for_fstab(url), for_fstab(joined(options)));
}

}  // namespace ftpfs::cli
