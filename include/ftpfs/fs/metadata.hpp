// What is known of names and attributes, and who asks the server for the rest.
//
// An answer of the server is believed for the configured time, counted from the moment it was asked for; a
// listing that took d seconds is believed for at least d more, so that a huge directory is not asked for without
// end. Of several answers about one object the latest counts. Whoever asks for the same thing at the same time
// shares one command. The commands belong to the task group: a caller that is cancelled only stops waiting.
//
// One listing answers for all entries, so it is preferred: the second question about a directory within its
// time lists it, and attributes that expire in a directory that was listed are refreshed by listing it again
// (unless that took long). A directory that can't be listed is asked entry by entry.
//
// The root is always there: what it is like is not asked, since not every server tells of its root.
//
// One thread. The remote, the settings and the counters outlive it; the group is joined before it goes.
#pragma once

#include "ftpfs/async/single_flight.hpp"
#include "ftpfs/cache/attribute_cache.hpp"
#include "ftpfs/cache/directory_cache.hpp"
#include "ftpfs/core/result.hpp"
#include "ftpfs/fs/config.hpp"
#include "ftpfs/fs/counters.hpp"
#include "ftpfs/remote/remote.hpp"

#include <chrono>
#include <functional>
#include <optional>

namespace ftpfs::fs {

using time_point = std::chrono::steady_clock::time_point;
using clock_function = std::function<time_point()>;

// The answer about one name: its attributes or "there is none", and until when to believe it.
struct known_name {
    std::optional<file_attributes> attributes;
    time_point expires;
};

class metadata {
public:
    metadata(executor where, async::task_group& tasks, remote::remote& remote, const config& settings,
             clock_function now, counters& count);

    // The entry `name` of a directory; no attributes: there is no such entry.
    awaitable<result<known_name>> look_up(remote_path directory, file_name name);
    // The attributes of an object that was there: not_found if it is gone.
    awaitable<result<known_name>> attributes_of(remote_path path);
    // A fresh listing, from memory or from the server.
    awaitable<result<cache::shared_snapshot>> list(remote_path directory);
    // The target of a link.
    awaitable<result<std::string>> read_link(remote_path path);

    // What is known without asking: nothing if it is unknown or too old.
    std::optional<known_name> peek(const remote_path& path);

    // A transfer taught us what the file is like now.
    void correct(const remote_path& path, const file_version& seen);
    // What is known of the object is wrong.
    void distrust(const remote_path& path);

    std::uint64_t bytes() const noexcept { return directories_.bytes() + objects_.bytes(); }
    std::size_t listed_directories() const noexcept { return directories_.size(); }

private:
    // Questions about the entries of one directory, to notice the second one.
    struct interest {
        time_point first;
        bool unlistable = false;  // tried in vain
    };
    enum class question { new_name, known_name };

    // The latest answer about a name, expired or not.
    struct latest_answer {
        known_name what;
        time_point asked;
        bool doubtful = false;
    };

    std::optional<latest_answer> latest(const remote_path& directory, const remote_path& path, std::string_view name);
    std::optional<known_name> peek(const remote_path& directory, const remote_path& path, std::string_view name);
    std::optional<latest_answer> from_listing(const remote_path& directory, std::string_view name);
    bool is_fresh(const cache::listed_directory& listing) const;

    awaitable<result<known_name>> ask(remote_path directory, remote_path path, question what);
    bool should_list(const remote_path& directory, question what);
    void note_unlistable(const remote_path& directory);

    awaitable<result<cache::shared_snapshot>> fetch_listing(remote_path directory);
    awaitable<result<cache::shared_snapshot>> list_now(remote_path directory);
    awaitable<result<known_name>> fetch_attributes(remote_path path);
    awaitable<result<known_name>> stat_now(remote_path path);
    awaitable<result<std::string>> read_link_now(remote_path path);

    remote::remote& remote_;
    const config& settings_;
    clock_function now_;
    counters& counters_;

    file_attributes root_;
    cache::directory_cache directories_;
    cache::attribute_cache objects_;
    cache::lru_map<remote_path, interest> interests_;
    async::single_flight<remote_path, cache::shared_snapshot> listings_;
    async::single_flight<remote_path, known_name> stats_;
    async::single_flight<remote_path, std::string> links_;
};

}  // namespace ftpfs::fs
