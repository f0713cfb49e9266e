#include "ftpfs/cli/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>

namespace ftpfs::cli {
namespace {

using namespace std::string_view_literals;

// What libfuse's own mount code knows; everything else would make it refuse the mount.
constexpr std::array handed_on{"suid"sv,  "nosuid"sv,  "dev"sv,  "nodev"sv, "exec"sv,   "noexec"sv,
                               "atime"sv, "noatime"sv, "sync"sv, "async"sv, "dirsync"sv};

// mount(8), fstab(5) and systemd.mount(5) read these themselves, or they are defaults.
constexpr std::array ignored{
    "defaults"sv,    "auto"sv,       "noauto"sv,     "user"sv,       "nouser"sv,      "users"sv,         "nousers"sv,
    "owner"sv,       "noowner"sv,    "group"sv,      "nogroup"sv,    "_netdev"sv,     "nofail"sv,        "fail"sv,
    "relatime"sv,    "norelatime"sv, "diratime"sv,   "nodiratime"sv, "strictatime"sv, "nostrictatime"sv, "lazytime"sv,
    "nolazytime"sv,  "iversion"sv,   "noiversion"sv, "mand"sv,       "nomand"sv,      "silent"sv,        "loud"sv,
    "nosymfollow"sv, "nonempty"sv,   "big_writes"sv, "rw"sv};

bool contains(std::span<const std::string_view> names, std::string_view name)
{
    return std::ranges::find(names, name) != names.end();
}

bool is_ignored(const option_setting& setting)
{
    if (setting.name.starts_with("x-") || setting.name.starts_with("X-") || setting.name == "comment") {
        return true;
    }
    return !setting.value && contains(ignored_flags(), setting.name);
}

// Words that people know from other programs, and what to write here.
std::optional<std::string> advice(std::string_view name)
{
    if (name == "password" || name == "pass" || name == "passwd") {
        return "a password among the options is visible to every user: use credentials=FILE or password_stdin";
    }
    if (name == "tls" || name.starts_with("tls_")) {
        return "this version does not speak TLS yet, and does not send a password unencrypted to a server "
               "that was asked for with TLS: mount without this option only if that is what you want";
    }
    if (name == "remount") {
        return "a mount cannot be changed while it is used: unmount it and mount it again";
    }
    return std::nullopt;
}

// Levenshtein distance: the number of letters to insert, remove or replace.
std::size_t distance(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0]++;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

std::string unknown(const option_setting& setting)
{
    if (const auto words = advice(setting.name)) {
        return fmt::format("option {}: {}", setting.name, *words);
    }
    const auto near = nearest_option(setting.name);
    return near ? fmt::format("unknown option \"{}\": did you mean \"{}\"?", setting.name, *near)
                : fmt::format("unknown option \"{}\": ftpfs --help lists all", setting.name);
}

std::optional<std::string> apply(settings& into, const option_setting& setting)
{
    const auto table = option_table();
    const auto found = std::ranges::find(table, setting.name, &option::name);
    if (found == table.end()) {
        return unknown(setting);
    }
    if (found->argument.empty() && setting.value) {
        return fmt::format("option {} takes no value", found->name);
    }
    if (!found->argument.empty() && !setting.value) {
        return fmt::format("option {0} needs a value: {0}={1}", found->name, found->argument);
    }
    const auto wrong = found->apply(into, setting.value.value_or(""));
    return wrong ? std::optional{fmt::format("option {}: {}", found->name, *wrong)} : std::nullopt;
}

}  // namespace

std::span<const std::string_view> kernel_flags() noexcept
{
    return handed_on;
}

std::span<const std::string_view> ignored_flags() noexcept
{
    return ignored;
}

std::vector<option_setting> split_options(std::string_view list)
{
    std::vector<option_setting> settings;
    option_setting current;
    const auto finish = [&] {
        if (!current.name.empty() || current.value) {
            settings.push_back(std::move(current));
        }
        current = {};
    };
    for (std::size_t i = 0; i < list.size(); ++i) {
        if (list[i] == ',') {
            finish();
            continue;
        }
        if (list[i] == '=' && !current.value) {
            current.value.emplace();
            continue;
        }
        if (list[i] == '\\' && i + 1 < list.size() && (list[i + 1] == ',' || list[i + 1] == '\\')) {
            ++i;
        }
        (current.value ? *current.value : current.name) += list[i];
    }
    finish();
    return settings;
}

settings apply_options(std::span<const option_setting> options, problems& found)
{
    settings into;
    for (const auto& setting : options) {
        if (setting.name == "rw" && !setting.value) {
            into.fuse.read_only = false;
        } else if (!setting.value && contains(kernel_flags(), setting.name)) {
            into.fuse.mount_flags.push_back(setting.name);
        } else if (!is_ignored(setting)) {
            if (const auto wrong = apply(into, setting)) {
                const bool tls = setting.name.starts_with("tls");
                found.push_back({tls ? exit_status::tls_wanted : exit_status::usage, *wrong});
            }
        }
    }
    return into;
}

std::optional<std::string_view> nearest_option(std::string_view name)
{
    std::optional<std::string_view> best;
    // One wrong letter in three: more is another word.
    std::size_t limit = std::max<std::size_t>(1, name.size() / 3) + 1;
    const auto consider = [&](std::string_view candidate) {
        if (const auto found = distance(name, candidate); found < limit) {
            limit = found;
            best = candidate;
        }
    };
    for (const auto& entry : option_table()) {
        consider(entry.name);
    }
    std::ranges::for_each(kernel_flags(), consider);
    std::ranges::for_each(ignored_flags(), consider);
    return best;
}

std::string describe_options()
{
    std::string text;
    std::optional<option_group> group;
    for (const auto& entry : option_table()) {
        if (group != entry.group) {
            group = entry.group;
            text += fmt::format("\n{}:\n", title(entry.group));
        }
        const auto left =
            entry.argument.empty() ? std::string{entry.name} : fmt::format("{}={}", entry.name, entry.argument);
        // A long left side gets a line of its own, so that the right sides stay in one column.
        constexpr std::size_t column = 24;
        text += left.size() < column ? fmt::format("  {:<{}}", left, column)
                                     : fmt::format("  {}\n  {:<{}}", left, "", column);
        text += entry.help;
        text += entry.default_value.empty() ? "\n" : fmt::format(" [{}]\n", entry.default_value);
    }
    return text;
}

}  // namespace ftpfs::cli
