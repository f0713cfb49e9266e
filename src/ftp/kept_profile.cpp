#include "ftpfs/ftp/kept_profile.hpp"

#include "ftpfs/core/log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace ftpfs::ftp {
namespace {

struct field {
    std::string_view name;
    support server_profile::*member;
};

constexpr std::array fields{
    field{"epsv", &server_profile::epsv},
    field{"pasv", &server_profile::pasv},
    field{"active", &server_profile::active},
    field{"named_address", &server_profile::named_address},
    field{"pipelining", &server_profile::pipelining},
    field{"armed", &server_profile::armed},
    field{"mlsd", &server_profile::mlsd},
    field{"mlst", &server_profile::mlst},
    field{"size", &server_profile::size},
    field{"mdtm", &server_profile::mdtm},
    field{"list_all", &server_profile::list_all},
    field{"rest", &server_profile::rest},
    field{"append", &server_profile::append},
    field{"rename_over", &server_profile::rename_over},
    field{"mfmt", &server_profile::mfmt},
    field{"mff", &server_profile::mff},
    field{"mdtm_set", &server_profile::mdtm_set},
    field{"utime_short", &server_profile::utime_short},
    field{"utime_long", &server_profile::utime_long},
    field{"chmod", &server_profile::chmod},
    field{"symlink", &server_profile::symlink},
    field{"copy_pair", &server_profile::copy_pair},
    field{"copy_one", &server_profile::copy_one},
    field{"avbl", &server_profile::avbl},
    field{"xquota", &server_profile::xquota},
};

// What counts as refused while FEAT does not list it (note_login).
constexpr std::array listed{
    field{"MLST", &server_profile::mlsd}, field{"MLST", &server_profile::mlst},
    field{"MFMT", &server_profile::mfmt}, field{"MFF", &server_profile::mff},
    field{"AVBL", &server_profile::avbl}, field{"XQUOTA", &server_profile::xquota},
};

constexpr std::string_view greeting_name = "greeting";
constexpr std::string_view dialect_name = "dialect";
constexpr std::string_view sessions_name = "sessions";

// As connections= allows.
constexpr std::size_t most_sessions = 64;

// Beyond this, a greeting is a message of the day.
constexpr std::size_t longest_greeting = 200;

std::string_view to_word(support known)
{
    return known == support::works ? "works" : "refused";
}

std::optional<support> support_of(std::string_view word)
{
    if (word == to_word(support::works)) {
        return support::works;
    }
    return word == to_word(support::refused) ? std::optional{support::refused} : std::nullopt;
}

std::optional<proto::dialect> dialect_of(std::string_view word)
{
    for (int i = 1; i <= static_cast<int>(proto::last_dialect); ++i) {
        const auto one = static_cast<proto::dialect>(i);
        if (to_string(one) == word) {
            return one;
        }
    }
    return std::nullopt;
}

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

// False for what writing never makes.
bool take(kept_profile& into, std::string_view name, std::string_view value)
{
    if (name == greeting_name) {
        into.greeting = value;
        return !value.empty();
    }
    if (name == dialect_name) {
        const auto known = dialect_of(value);
        into.learned.dialect = known.value_or(proto::dialect::unknown);
        return known.has_value();
    }
    if (name == sessions_name) {
        const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), into.sessions);
        return error == std::errc{} && end == value.data() + value.size() && into.sessions >= 1 &&
               into.sessions <= most_sessions;
    }
    const auto* const found = std::ranges::find(fields, name, &field::name);
    if (found == fields.end()) {
        return true;
    }
    const auto known = support_of(value);
    into.learned.*(found->member) = known.value_or(support::unknown);
    return known.has_value();
}

}  // namespace

bool kept_profile::empty() const
{
    return sessions == 0 && learned.dialect == proto::dialect::unknown &&
           std::ranges::all_of(fields, [&](const field& one) { return learned.*(one.member) == support::unknown; });
}

std::string greeting_key(std::string_view greeting)
{
    auto line = printable(greeting.substr(0, greeting.find('\n')), longest_greeting);
    // "13:18", "13:18:59"
    for (auto colon = line.find(':'); colon != line.npos; colon = line.find(':', colon + 1)) {
        const bool is_time =
            colon > 0 && is_digit(line[colon - 1]) && colon + 1 < line.size() && is_digit(line[colon + 1]);
        if (is_time) {
            auto begin = colon;
            auto end = colon;
            for (; begin > 0 && is_digit(line[begin - 1]); --begin) {
            }
            for (; end < line.size() && (is_digit(line[end]) || line[end] == ':'); ++end) {
            }
            line.erase(begin, end - begin);
            colon = begin;
        }
    }
    const auto last = line.find_last_not_of(" \t");
    line.resize(last == line.npos ? 0 : last + 1);
    return line.empty() ? "-" : line;
}

std::string to_text(const kept_profile& kept)
{
    auto text = fmt::format("{} {}\n", greeting_name, kept.greeting);
    for (const auto& [name, member] : fields) {
        if (const auto known = kept.learned.*member; known != support::unknown) {
            text += fmt::format("{} {}\n", name, to_word(known));
        }
    }
    if (kept.learned.dialect != proto::dialect::unknown) {
        text += fmt::format("{} {}\n", dialect_name, to_string(kept.learned.dialect));
    }
    if (kept.sessions > 0) {
        text += fmt::format("{} {}\n", sessions_name, kept.sessions);
    }
    return text;
}

std::optional<kept_profile> parse_kept_profile(std::string_view text)
{
    kept_profile kept;
    while (!text.empty()) {
        const auto end = text.find('\n');
        const auto line = text.substr(0, end);
        const auto blank = line.find(' ');
        if (end == text.npos || blank == line.npos || !take(kept, line.substr(0, blank), line.substr(blank + 1))) {
            return std::nullopt;
        }
        text.remove_prefix(end + 1);
    }
    return kept.greeting.empty() ? std::nullopt : std::optional{std::move(kept)};
}

kept_profile keep(const server_profile& profile, std::size_t sessions)
{
    kept_profile kept;
    kept.greeting = profile.greeting;
    recall(kept.learned, profile);
    for (const auto& [name, member] : listed) {
        if (kept.learned.*member == support::refused && !(profile.features && profile.features->has(name))) {
            kept.learned.*member = support::unknown;
        }
    }
    // A wrong entry must not cost more than a round trip, and a REST that is believed in vain gives wrong bytes.
    if (kept.learned.rest == support::works) {
        kept.learned.rest = support::unknown;
    }
    kept.sessions = sessions;
    return kept;
}

void recall(server_profile& into, const server_profile& learned)
{
    for (const auto& [name, member] : fields) {
        if (into.*member == support::unknown) {
            into.*member = learned.*member;
        }
    }
    if (into.dialect == proto::dialect::unknown) {
        into.dialect = learned.dialect;
    }
}

}  // namespace ftpfs::ftp
