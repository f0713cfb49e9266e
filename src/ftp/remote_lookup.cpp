#include "remote_lookup.hpp"

#include "ftpfs/ftp/retry_policy.hpp"

#include <algorithm>

namespace ftpfs::ftp {

using found = std::optional<file_attributes>;

bool remote_lookup::ambiguous(const failure& why) noexcept
{
    if (why == errc::unsupported) {
        return true;
    }
    return why.code.category() == reply_category() && !retryable(why) && !login_is_lost(why);
}

// LIST hides dot files on many servers unless it is given -a.
bool remote_lookup::listings_show(std::string_view name) const noexcept
{
    return !name.starts_with('.') || profile_.mlsd == support::works || profile_.list_all == support::works;
}

awaitable<result<found>> remote_lookup::find(remote_path path)
{
    auto seen = co_await session_.stat(path);
    if (seen) {
        co_return found{*std::move(seen)};
    }
    if (seen.error() == errc::not_found) {
        co_return found{};
    }
    if (session_.lost() || !ambiguous(seen.error())) {
        co_return std::move(seen).error();
    }
    co_return co_await find_in_parent(std::move(path));
}

awaitable<result<found>> remote_lookup::find_in_parent(remote_path path)
{
    if (path.is_root()) {
        file_attributes root;
        root.kind = file_kind::directory;
        co_return found{root};
    }
    const auto parent = path.parent();
    auto listed = co_await session_.list(parent);
    if (listed) {
        const auto& entries = listed->entries;
        const auto at = std::find_if(entries.begin(), entries.end(),
                                     [&](const directory_entry& entry) { return entry.name.str() == path.name(); });
        if (at != entries.end()) {
            co_return found{at->attributes};
        }
        if (!listed->complete || !listings_show(path.name())) {
            co_return failure{errc::unsupported, "the listing does not show everything"};
        }
        co_return found{};
    }
    const auto why = std::move(listed).error();
    if (why == errc::not_found || why == errc::not_a_directory) {
        co_return found{};
    }
    if (session_.lost() || !ambiguous(why)) {
        co_return why;
    }
    const auto above = co_await find(parent);
    if (!above) {
        co_return session_.lost() ? above.error() : why;
    }
    const bool is_there = *above && (*above)->kind == file_kind::directory;
    if (is_there) {
        co_return failure{errc::permission_denied, why.detail};
    }
    co_return found{};
}

awaitable<failure> remote_lookup::explain(remote_path path, failure why, file_kind needed)
{
    if (session_.lost() || !ambiguous(why)) {
        co_return why;
    }
    const auto seen = co_await find(std::move(path));
    if (!seen) {
        const bool learned = session_.lost() || seen.error() == errc::permission_denied;
        co_return learned ? seen.error() : why;
    }
    if (!*seen) {
        co_return failure{errc::not_found, why.detail};
    }
    const auto kind = (*seen)->kind;
    if (needed == file_kind::directory && kind == file_kind::regular) {
        co_return failure{errc::not_a_directory, why.detail};
    }
    if (needed == file_kind::regular && kind == file_kind::directory) {
        co_return failure{errc::is_a_directory, why.detail};
    }
    co_return failure{errc::permission_denied, why.detail};
}

}  // namespace ftpfs::ftp
