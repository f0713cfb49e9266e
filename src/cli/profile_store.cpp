#include "ftpfs/cli/profile_store.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <utility>

namespace ftpfs::cli {
namespace {

constexpr std::string_view folder_name = "ftpfs-profiles";
constexpr std::string_view heading = "ftpfs-profile 1\n";

// A whole one has less than a kilobyte.
constexpr std::size_t longest_file = 16384;

class open_file {
public:
    explicit open_file(int number) : number_{number} {}
    open_file(const open_file&) = delete;
    open_file& operator=(const open_file&) = delete;
    ~open_file()
    {
        if (number_ >= 0) {
            ::close(number_);
        }
    }
    explicit operator bool() const noexcept { return number_ >= 0; }
    int get() const noexcept { return number_; }

private:
    int number_;
};

std::string lower(std::string text)
{
    std::ranges::transform(text, text.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return text;
}

std::string checksum(std::string_view text)
{
    return fmt::format("{:016x}", XXH3_64bits(text.data(), text.size()));
}

// The last line is the checksum of those before it.
std::string sealed(const std::string& text)
{
    return fmt::format("{}check {}\n", text, checksum(text));
}

std::optional<std::string_view> unsealed(std::string_view text)
{
    constexpr std::size_t last_line = 6 + 16 + 1;
    if (text.size() < last_line) {
        return std::nullopt;
    }
    const auto body = text.substr(0, text.size() - last_line);
    return text.substr(body.size()) == fmt::format("check {}\n", checksum(body)) ? std::optional{body} : std::nullopt;
}

// The rest of the first line behind that word, which is taken off.
std::optional<std::string_view> take_line(std::string_view& text, std::string_view word)
{
    const auto end = text.find('\n');
    if (end == text.npos || !text.starts_with(word)) {
        return std::nullopt;
    }
    const auto value = text.substr(word.size(), end - word.size());
    text.remove_prefix(end + 1);
    return value;
}

std::optional<std::chrono::sys_seconds> time_in(std::string_view digits)
{
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
    const bool is_number = error == std::errc{} && end == digits.data() + digits.size();
    return is_number ? std::optional{std::chrono::sys_seconds{std::chrono::seconds{seconds}}} : std::nullopt;
}

std::optional<profile_store::entry> parse(std::string_view text, const std::string& server)
{
    auto body = unsealed(text);
    if (!body || !body->starts_with(heading)) {
        return std::nullopt;
    }
    body->remove_prefix(heading.size());
    if (take_line(*body, "server ") != server) {
        return std::nullopt;
    }
    const auto since = take_line(*body, "since ");
    const auto time = since ? time_in(*since) : std::nullopt;
    auto profile = ftp::parse_kept_profile(*body);
    if (!time || !profile) {
        return std::nullopt;
    }
    return profile_store::entry{*std::move(profile), *time};
}

// Empty if there is none. Not through a link, nor from somebody else.
std::optional<std::string> contents(const std::string& name, std::string& why)
{
    const open_file file{::open(name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)};
    if (!file) {
        why = errno == ENOENT ? "" : std::strerror(errno);
        return std::nullopt;
    }
    struct stat seen {};
    if (::fstat(file.get(), &seen) != 0 || !S_ISREG(seen.st_mode) || seen.st_uid != ::geteuid()) {
        why = "it is no file of ours";
        return std::nullopt;
    }
    std::string text(longest_file, '\0');
    const auto count = ::read(file.get(), text.data(), text.size());
    if (count < 0) {
        why = std::strerror(errno);
        return std::nullopt;
    }
    text.resize(static_cast<std::size_t>(count));
    return text;
}

bool make_folder(const std::string& folder)
{
    const auto parent = folder.substr(0, folder.rfind('/'));
    for (const auto& one : {parent, folder}) {
        if (::mkdir(one.c_str(), 0700) != 0 && errno != EEXIST) {
            return false;
        }
    }
    struct stat seen {};
    const bool is_ours = ::lstat(folder.c_str(), &seen) == 0 && S_ISDIR(seen.st_mode) && seen.st_uid == ::geteuid();
    if (!is_ours) {
        errno = EPERM;
    }
    return is_ours;
}

bool write_new(const std::string& name, std::string_view text)
{
    ::unlink(name.c_str());
    const open_file file{::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)};
    if (!file) {
        return false;
    }
    const auto count = ::write(file.get(), text.data(), text.size());
    if (count >= 0 && static_cast<std::size_t>(count) < text.size()) {
        errno = ENOSPC;
    }
    return count == static_cast<ssize_t>(text.size());
}

}  // namespace

profile_store::profile_store(const std::string& folder, const ftp::config& who)
    : folder_{folder.empty() ? std::string{} : fmt::format("{}/{}", folder, folder_name)},
      server_{printable(fmt::format("{}:{} {}", lower(who.host), who.port, who.user), longest_file / 2)}
{
    if (!folder_.empty()) {
        file_ = fmt::format("{}/{}", folder_, checksum(fmt::format("{}:{} {}", lower(who.host), who.port, who.user)));
    }
}

std::optional<profile_store::entry> profile_store::load(std::chrono::sys_seconds now, const log& journal) const
{
    if (file_.empty()) {
        return std::nullopt;
    }
    std::string why;
    const auto text = contents(file_, why);
    if (!text) {
        if (!why.empty()) {
            journal.warning("cannot read what was learned of the server, {}: {}", file_, why);
        }
        return std::nullopt;
    }
    auto found = parse(*text, server_);
    if (!found) {
        journal.warning("what was learned of the server is damaged, and left aside: {}", file_);
        return std::nullopt;
    }
    const auto age = now - found->since;
    constexpr std::chrono::days wrong_clock{1};
    if (age > kept_for || age < -wrong_clock) {
        journal.debug("what was learned of the server is too old: {}", file_);
        return std::nullopt;
    }
    return found;
}

bool profile_store::save(const ftp::kept_profile& profile, std::chrono::sys_seconds since, const log& journal) const
{
    if (file_.empty()) {
        return false;
    }
    const auto text = sealed(
        fmt::format("{}server {}\nsince {}\n{}", heading, server_, since.time_since_epoch().count(), to_text(profile)));
    const auto beside = fmt::format("{}.{}", file_, ::getpid());
    const bool saved =
        make_folder(folder_) && write_new(beside, text) && std::rename(beside.c_str(), file_.c_str()) == 0;
    if (!saved) {
        journal.info("cannot keep what was learned of the server in {}: {}", file_, std::strerror(errno));
        ::unlink(beside.c_str());
    }
    return saved;
}

bool profile_store::forget() const
{
    return file_.empty() || ::unlink(file_.c_str()) == 0 || errno == ENOENT;
}

}  // namespace ftpfs::cli
