#include "ftpfs/cli/command_line.hpp"

#include "ftpfs/cli/url.hpp"
#include "ftpfs/core/log.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace ftpfs::cli {
namespace {

constexpr std::string_view usage_lines = "Usage: ftpfs [-f] [-d] [-o OPTION,...] URL MOUNTPOINT\n"
                                         "       ftpfs umount MOUNTPOINT\n"
                                         "       ftpfs status [MOUNTPOINT] [--json]\n"
                                         "       ftpfs probe [FLAG...] [-o OPTION,...] URL\n"
                                         "       ftpfs profile show|forget [-o OPTION,...] URL\n"
                                         "       mount -t ftpfs URL MOUNTPOINT [-o OPTION,...]\n";

// The words as CLI11 sorts them. It neither checks nor prints them: its own messages would quote a URL with
// its password.
struct words {
    std::vector<std::string> positional;
    std::vector<std::string> option_lists;
    bool help = false;
    bool version = false;
    bool foreground = false;
    bool debug = false;
    bool rehearsal = false;
    bool writable = false;
    bool read_only = false;
    bool ignored = false;
    std::string ignored_value;
};

void declare_common(CLI::App& app, words& into)
{
    app.set_help_flag();
    app.add_flag("-h,--help", into.help);
    app.add_flag("-V,--version", into.version);
    app.add_option("-o", into.option_lists)->expected(1)->take_all()->allow_extra_args(false)->delimiter('\0');
    app.add_option("words", into.positional)->expected(-1);
}

void declare_ftpfs(CLI::App& app, words& into)
{
    app.add_flag("-f,--foreground", into.foreground);
    app.add_flag("-d,--debug", into.debug);
}

void declare_mount_helper(CLI::App& app, words& into)
{
    app.add_flag("-f", into.rehearsal);
    app.add_flag("-s,-n,-v", into.ignored);  // sloppy, no mtab, verbose
    app.add_flag("-r", into.read_only);
    app.add_flag("-w", into.writable);
    app.add_option("-t,-N", into.ignored_value)->take_last();
}

bool is_mount_helper(std::string_view program)
{
    const auto name = program.substr(program.rfind('/') + 1);
    return name.starts_with("mount.");
}

// "umount MOUNTPOINT", "status [MOUNTPOINT] [--json]"
command_line parse_mount_command(std::span<const std::string> words, problems& found)
{
    command_line line;
    line.what = words[0] == "umount" ? action::unmount : action::status;
    std::vector<std::string> places;
    for (const auto& word : words.subspan(1)) {
        if (word == "-h" || word == "--help") {
            line.what = action::help;
            return line;
        }
        if (word == "--json" && line.what == action::status) {
            line.json = true;
        } else if (word.starts_with('-')) {
            found.push_back({exit_status::usage,
                             fmt::format("unknown option {} of {}: see ftpfs --help", printable(word), words[0])});
        } else {
            places.push_back(word);
        }
    }
    if (places.size() > 1 || (places.empty() && line.what == action::unmount)) {
        found.push_back({exit_status::usage, line.what == action::unmount
                                                 ? "usage: ftpfs umount MOUNTPOINT"
                                                 : "usage: ftpfs status [MOUNTPOINT] [--json]"});
    } else if (!places.empty()) {
        line.mount_point = places[0];
    }
    return line;
}

// "--sessions", "--sessions=N"
void take_sessions(std::string_view value, probe_flags& into, problems& found)
{
    constexpr std::size_t usual = 10;  // more than a mount opens
    constexpr std::size_t most = 64;   // as connections=
    std::size_t number = usual;
    if (!value.empty()) {
        const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
        if (error != std::errc{} || end != value.data() + value.size() || number < 2 || number > most) {
            found.push_back({exit_status::usage,
                             fmt::format("--sessions: \"{}\" is not a number from 2 to {}", printable(value), most)});
        }
    }
    into.sessions = number;
}

// True if the word was one of probe's own; `next` is the one behind it, taken if `word` needs it.
bool take_probe_flag(const std::string& word, const std::string* next, bool& took_next, command_line& into,
                     problems& found)
{
    constexpr std::string_view sessions = "--sessions";
    constexpr std::string_view write = "--write=";
    const auto value_of_next = [&]() -> std::string {
        took_next = next != nullptr;
        if (next == nullptr) {
            found.push_back({exit_status::usage, fmt::format("{} needs a value behind it: see ftpfs --help", word)});
        }
        return next == nullptr ? std::string{} : *next;
    };
    if (word == "--trace") {
        into.probe.trace = true;
    } else if (word == "--active") {
        into.probe.active = true;
    } else if (word == "--json") {
        into.json = true;
    } else if (word == sessions || word.starts_with("--sessions=")) {
        take_sessions(std::string_view{word}.substr(std::min(word.size(), sessions.size() + 1)), into.probe, found);
    } else if (word.starts_with(write)) {
        into.probe.write = word.substr(write.size());
    } else if (word == "--write") {
        into.probe.write = value_of_next();
    } else if (word == "-o") {
        auto options = split_options(value_of_next());
        into.options.insert(into.options.end(), std::make_move_iterator(options.begin()),
                            std::make_move_iterator(options.end()));
    } else {
        return false;
    }
    return true;
}

// "probe [FLAG…] URL"
command_line parse_probe(std::span<const std::string> words, problems& found)
{
    command_line line;
    line.what = action::probe;
    std::vector<std::string> urls;
    for (std::size_t i = 1; i < words.size(); ++i) {
        const auto& word = words[i];
        bool took_next = false;
        if (word == "-h" || word == "--help") {
            line.what = action::help;
            return line;
        }
        if (take_probe_flag(word, i + 1 < words.size() ? &words[i + 1] : nullptr, took_next, line, found)) {
            i += took_next ? 1 : 0;
        } else if (word.starts_with('-')) {
            found.push_back(
                {exit_status::usage, fmt::format("unknown option {} of probe: see ftpfs --help", printable(word))});
        } else {
            urls.push_back(word);
        }
    }
    if (urls.size() == 1) {
        line.url = urls[0];
    } else {
        found.push_back({exit_status::usage, "usage: ftpfs probe [--trace] [--json] [--active] [--sessions[=N]] "
                                             "[--write DIRECTORY] [-o OPTION,...] URL"});
    }
    return line;
}

// "profile show|forget URL"
command_line parse_profile(std::span<const std::string> words, problems& found)
{
    command_line line;
    std::vector<std::string> rest;
    for (std::size_t i = 1; i < words.size(); ++i) {
        if (words[i] == "-h" || words[i] == "--help") {
            line.what = action::help;
            return line;
        }
        if (words[i] == "-o" && i + 1 < words.size()) {
            line.options = split_options(words[++i]);
        } else {
            rest.push_back(words[i]);
        }
    }
    const bool shows = !rest.empty() && rest[0] == "show";
    if (rest.size() != 2 || (!shows && rest[0] != "forget") || rest[1].starts_with('-')) {
        found.push_back({exit_status::usage, "usage: ftpfs profile show|forget [-o OPTION,...] URL"});
        return line;
    }
    line.what = shows ? action::show_profile : action::forget_profile;
    line.url = rest[1];
    return line;
}

// What CLI11 could not sort, without quoting more than an option's name.
std::string describe(const CLI::ParseError& why, const CLI::App& app)
{
    for (const auto& extra : app.remaining()) {
        if (extra.starts_with('-')) {
            return fmt::format("unknown option {}: see ftpfs --help", printable(extra.substr(0, extra.find('='))));
        }
    }
    return why.get_name() == "ArgumentMismatch" ? "-o needs a list of options behind it: see ftpfs --help"
                                                : "the command line makes no sense: see ftpfs --help";
}

void take_positional(command_line& line, const words& found_words, problems& found)
{
    const auto& given = found_words.positional;
    if (given.size() < 2) {
        found.push_back(
            {exit_status::usage, given.empty() ? "usage: ftpfs [-o OPTION,...] URL MOUNTPOINT; ftpfs --help tells more"
                                               : fmt::format("the mount point is missing behind {}",
                                                             printable(without_password(given[0])))});
        return;
    }
    if (given.size() > 2) {
        found.push_back({exit_status::usage,
                         fmt::format("only a URL and a mount point are expected, but there is more, \"{}\": put "
                                     "quotes around a name with spaces",
                                     printable(without_password(given[2])))});
    }
    line.url = given[0];
    line.mount_point = given[1];
}

}  // namespace

command_line parse_command_line(std::span<const std::string> arguments, problems& found)
{
    const bool helper = !arguments.empty() && is_mount_helper(arguments[0]);
    if (!helper && arguments.size() > 1 && (arguments[1] == "umount" || arguments[1] == "status")) {
        return parse_mount_command(arguments.subspan(1), found);
    }
    if (!helper && arguments.size() > 1 && arguments[1] == "probe") {
        return parse_probe(arguments.subspan(1), found);
    }
    if (!helper && arguments.size() > 1 && arguments[1] == "profile") {
        return parse_profile(arguments.subspan(1), found);
    }
    CLI::App app;
    words sorted;
    declare_common(app, sorted);
    helper ? declare_mount_helper(app, sorted) : declare_ftpfs(app, sorted);
    try {
        // CLI11 takes them in reverse order.
        app.parse(std::vector<std::string>{arguments.rbegin(), arguments.rend() - (arguments.empty() ? 0 : 1)});
    } catch (const CLI::ParseError& why) {
        found.push_back({exit_status::usage, describe(why, app)});
        return {};
    }
    command_line line;
    line.what = sorted.help        ? action::help
                : sorted.version   ? action::version
                : sorted.rehearsal ? action::nothing
                                   : action::mount;
    line.debug = sorted.debug;
    line.foreground = sorted.foreground || sorted.debug;
    for (const auto& list : sorted.option_lists) {
        auto options = split_options(list);
        line.options.insert(line.options.end(), std::make_move_iterator(options.begin()),
                            std::make_move_iterator(options.end()));
    }
    if (line.what == action::mount || line.what == action::nothing) {
        take_positional(line, sorted, found);
    }
    return line;
}

std::string help_text()
{
    return fmt::format("{}\n"
                       "Mounts the FTP server at URL, ftp://[USER@]HOST[:PORT][/DIRECTORY], as a directory.\n"
                       "umount waits until all changes are sent, and unmounts; status tells what mounts do;\n"
                       "probe tells what a server can do, what is wrong, and how to mount it best;\n"
                       "profile shows or forgets what earlier mounts have learned of a server.\n"
                       "\n"
                       "  -f, --foreground        stay in the foreground, log to standard error\n"
                       "  -d, --debug             as -f, with log_level=debug\n"
                       "  -o OPTION,...           options, see below\n"
                       "  -h, --help              this text\n"
                       "  -V, --version           the version\n"
                       "\n"
                       "Flags of probe\n"
                       "  --trace                 show the dialogue with the server\n"
                       "  --json                  print for programs\n"
                       "  --active                try active mode, also where passive connections work\n"
                       "  --sessions[=N]          open N sessions (10) to find the server's limit\n"
                       "  --write DIRECTORY       try writing too, in a folder that is removed again\n"
                       "\n"
                       "Options for -o (TIME: 500ms, 30s, 5min; SIZE: 500K, 64M, 2G) [default]\n"
                       "{}\n"
                       "Further options of mount(8) and fstab(5) are accepted. More in ftpfs(1).\n",
                       usage_lines, describe_options());
}

std::string version_text()
{
    return fmt::format("ftpfs {}\n", FTPFS_VERSION);
}

}  // namespace ftpfs::cli
