#include "ftpfs/cli/probe_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <string_view>

namespace ftpfs::cli {
namespace {

namespace json = boost::json;
using namespace std::string_view_literals;

std::string_view word_of(ftp::probe_outcome outcome)
{
    switch (outcome) {
    case ftp::probe_outcome::good: return "ok";
    case ftp::probe_outcome::odd: return "note";
    case ftp::probe_outcome::bad: return "bad";
    case ftp::probe_outcome::untried: break;
    }
    return "-";
}

std::string duration(std::chrono::microseconds took)
{
    constexpr int exact_below = 10'000;
    if (took < std::chrono::milliseconds{1}) {
        return fmt::format("{} us", took.count());
    }
    return took.count() < exact_below
               ? fmt::format("{:.1f} ms", static_cast<double>(took.count()) / 1000)
               : fmt::format("{} ms", std::chrono::duration_cast<std::chrono::milliseconds>(took).count());
}

std::string list(std::string_view title, const std::vector<std::string>& items)
{
    if (items.empty()) {
        return {};
    }
    auto text = fmt::format("\n{}:\n", title);
    for (const auto& item : items) {
        text += fmt::format("  * {}\n", item);
    }
    return text;
}

json::array strings(const std::vector<std::string>& items)
{
    json::array all;
    for (const auto& item : items) {
        all.emplace_back(item);
    }
    return all;
}

json::value known(ftp::support what)
{
    switch (what) {
    case ftp::support::works: return true;
    case ftp::support::refused: return false;
    case ftp::support::unknown: break;
    }
    return nullptr;
}

std::string day_of(std::chrono::sys_seconds time)
{
    return fmt::format("{:%Y-%m-%d}", time);
}

json::object data_modes(const ftp::probe_report& report)
{
    json::object modes;
    for (const auto& [name, trial] : {std::pair{"epsv"sv, &report.epsv}, std::pair{"pasv"sv, &report.pasv},
                                      std::pair{"active"sv, &report.active}}) {
        json::object mode{{"works", known(trial->carries)}};
        if (!trial->why.empty()) {
            mode["why"] = trial->why;
        }
        if (trial->named) {
            mode["named_address"] = trial->named->to_string();
        }
        modes[name] = std::move(mode);
    }
    return modes;
}

json::object details(const ftp::tls_findings& tls)
{
    json::object versions;
    for (std::size_t i = 0; i < tls.versions.size(); ++i) {
        versions[to_string(static_cast<net::tls_version>(i))] = known(tls.versions[i]);
    }
    json::object found{{"version", to_string(*tls.version)},    {"cipher", tls.cipher},
                       {"versions", std::move(versions)},       {"data", known(tls.data)},
                       {"resumes_session", known(tls.resumes)}, {"requires_session", known(tls.requires_session)}};
    if (tls.shown) {
        const auto& shown = *tls.shown;
        json::object certificate{{"subject", shown.subject},
                                 {"issuer", shown.issuer},
                                 {"names", strings(shown.names)},
                                 {"valid_from", day_of(shown.valid_from)},
                                 {"valid_until", day_of(shown.valid_until)},
                                 {"sha256", shown.fingerprint},
                                 {"trusted", tls.distrust.empty()}};
        if (!tls.distrust.empty()) {
            certificate["distrust"] = tls.distrust;
        }
        found["certificate"] = std::move(certificate);
    }
    return found;
}

json::object facts(const ftp::probe_report& report)
{
    json::object found;
    found["greeting"] = report.greeting;
    found["logged_in"] = report.logged_in;
    found["round_trip_us"] = report.round_trip.count();
    found["data"] = data_modes(report);
    found["listing"] = to_string(report.dialect);
    const std::pair<std::string_view, ftp::support> all[]{
        {"tls", report.tls.offered},
        {"mlsd", report.mlsd},
        {"list", report.list},
        {"dot_files", report.shows_dotfiles},
        {"size", report.size},
        {"mdtm", report.mdtm},
        {"rest", report.rest},
        {"rang", report.rang},
        {"pipelining", report.pipelining},
        {"armed", report.armed},
        {"early_end", report.early_end},
        {"stores", report.stores},
        {"appends", report.appends},
        {"restarts_store", report.restarts_store},
        {"renames_over", report.renames_over},
        {"sets_times", report.sets_times},
        {"sets_modes", report.sets_modes},
    };
    for (const auto& [name, value] : all) {
        found[name] = known(value);
    }
    if (report.tls.version) {
        found["tls_details"] = details(report.tls);
    }
    if (report.zone) {
        found["zone_minutes"] = report.zone->count();
    }
    if (report.sessions) {
        found["sessions"] = *report.sessions;
        found["session_limit_met"] = report.session_limit_met;
    }
    return found;
}

}  // namespace

std::string to_text(const ftp::probe_step& step)
{
    const auto took = step.took.count() > 0 ? fmt::format(" ({})", duration(step.took)) : "";
    return fmt::format("{:<15} {:<5} {}{}\n", step.name, word_of(step.outcome), step.words, took);
}

std::string to_text(const probe_summary& summary)
{
    const auto& advice = summary.advice;
    std::string text;
    if (summary.report.interrupted) {
        text += "\nInterrupted: what follows is known so far.\n";
    }
    const bool is_fine = advice.problems.empty() && !summary.report.interrupted;
    text += is_fine ? std::string{"\nNothing is wrong.\n"} : list("What is wrong", advice.problems);
    text += list("Worth knowing", advice.notes);
    if (!summary.command.empty()) {
        text += fmt::format("\nBest command line:\n  {}\n\nLine for /etc/fstab:\n  {}\n", summary.command,
                            summary.fstab_line);
    }
    return text;
}

std::string to_json(const probe_summary& summary)
{
    json::array steps;
    for (const auto& step : summary.report.steps) {
        json::object one{{"name", step.name}, {"outcome", word_of(step.outcome)}, {"words", step.words}};
        if (step.took.count() > 0) {
            one["us"] = step.took.count();
        }
        steps.push_back(std::move(one));
    }
    json::object all{{"url", summary.url},
                     {"status", static_cast<int>(summary.advice.status)},
                     {"interrupted", summary.report.interrupted},
                     {"steps", std::move(steps)},
                     {"facts", facts(summary.report)},
                     {"problems", strings(summary.advice.problems)},
                     {"notes", strings(summary.advice.notes)},
                     {"options", strings(summary.advice.options)},
                     {"command", summary.command},
                     {"fstab", summary.fstab_line}};
    if (!summary.dialogue.empty()) {
        all["dialogue"] = strings(summary.dialogue);
    }
    return json::serialize(all);
}

}  // namespace ftpfs::cli
