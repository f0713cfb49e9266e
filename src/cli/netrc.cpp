#include "ftpfs/cli/netrc.hpp"

#include <fmt/format.h>
#include <strings.h>

#include <algorithm>

namespace ftpfs::cli {
namespace {

using namespace std::string_view_literals;

class tokens {
public:
    explicit tokens(std::string_view text) : text_{text} {}

    // The next keyword; comments are skipped.
    std::optional<std::string> keyword()
    {
        for (;;) {
            skip_blanks();
            if (text_.empty()) {
                return std::nullopt;
            }
            if (text_.front() != '#') {
                return word();
            }
            take(text_.find('\n'));
        }
    }

    std::optional<std::string> value()
    {
        skip_blanks();
        return text_.empty() ? std::nullopt : std::optional{word()};
    }

    // A macro ends at the first empty line.
    void skip_macro()
    {
        const auto end = text_.find("\n\n");
        take(end == text_.npos ? end : end + 2);
    }

    std::size_t line() const { return line_; }

private:
    void skip_blanks() { take(text_.find_first_not_of(" \t\r\n"sv)); }

    void take(std::size_t count)
    {
        const auto taken = text_.substr(0, count);
        line_ += static_cast<std::size_t>(std::ranges::count(taken, '\n'));
        text_.remove_prefix(taken.size());
    }

    std::string word()
    {
        if (text_.front() == '"') {
            return quoted();
        }
        const auto end = text_.find_first_of(" \t\r\n"sv);
        std::string found{text_.substr(0, end)};
        take(end);
        return found;
    }

    std::string quoted()
    {
        std::string found;
        take(1);
        while (!text_.empty() && text_.front() != '"') {
            if (text_.front() == '\\' && text_.size() > 1) {
                take(1);
            }
            found += text_.front();
            take(1);
        }
        take(1);
        return found;
    }

    std::string_view text_;
    std::size_t line_ = 1;
};

bool same_host(std::string_view a, std::string_view b)
{
    return a.size() == b.size() && ::strncasecmp(a.data(), b.data(), a.size()) == 0;
}

// The word itself stays out of the message: it may be a part of a password.
failure unreadable(const tokens& input)
{
    return {errc::invalid_name,
            fmt::format("line {}: expected machine, default, login, password, account or macdef, and "
                        "its value (a password with blanks needs \"quotes\")",
                        input.line())};
}

// False if `keyword` is none of an entry's.
bool set_field(netrc_entry& entry, std::string_view keyword, std::string value)
{
    if (keyword == "login") {
        entry.login = std::move(value);
    } else if (keyword == "password" || keyword == "passwd") {
        entry.password = secret{value};
    } else if (keyword == "account") {
        entry.account = std::move(value);
    } else {
        return false;
    }
    return true;
}

}  // namespace

result<std::vector<netrc_entry>> parse_netrc(std::string_view text)
{
    std::vector<netrc_entry> entries;
    tokens input{text};
    while (const auto keyword = input.keyword()) {
        if (*keyword == "default") {
            entries.emplace_back();
            continue;
        }
        auto value = input.value();
        if (*keyword == "macdef") {
            input.skip_macro();
        } else if (*keyword == "machine" && value) {
            entries.emplace_back().machine = *std::move(value);
        } else if (!value || entries.empty() || !set_field(entries.back(), *keyword, *std::move(value))) {
            return unreadable(input);
        }
    }
    return entries;
}

const netrc_entry* find_entry(const std::vector<netrc_entry>& entries, std::string_view host,
                              const std::optional<std::string>& user)
{
    const auto first = [&](auto&& fits) -> const netrc_entry* {
        const auto found = std::ranges::find_if(entries, fits);
        return found == entries.end() ? nullptr : &*found;
    };
    const auto of_host = [&](const netrc_entry& entry) { return entry.machine && same_host(*entry.machine, host); };
    const auto of_user = [&](const netrc_entry& entry) { return !user || !entry.login || *entry.login == *user; };
    if (user) {
        const auto exact = [&](const netrc_entry& entry) { return of_host(entry) && entry.login == *user; };
        if (const auto* found = first(exact)) {
            return found;
        }
    }
    if (const auto* found = first([&](const netrc_entry& entry) { return of_host(entry) && of_user(entry); })) {
        return found;
    }
    return first([&](const netrc_entry& entry) { return !entry.machine && of_user(entry); });
}

}  // namespace ftpfs::cli
