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
// Changes made through the mount are seen at once, without another question: they are entered into the listings and
// answers that are known, and into those that were under way when the change happened. Files with changes that are
// not on the server yet have attributes of their own, which count more than any answer.
//
// One thread. The remote, the settings and the counters outlive it; the group is joined before it goes.
#pragma once

#include "ftpfs/async/single_flight.hpp"
#include "ftpfs/cache/attribute_cache.hpp"
#include "ftpfs/cache/directory_cache.hpp"
#include "ftpfs/core/result.hpp"
#include "ftpfs/fs/config.hpp"
#include "ftpfs/fs/counters.hpp"
#include "ftpfs/fs/exact_times.hpp"
#include "ftpfs/remote/remote.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <unordered_map>
#include <vector>

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
    // Lists the directory if nobody else needs the sessions, else errc::busy. Who asks for it meanwhile shares the
    // answer, or has it asked for in earnest.
    awaitable<result<cache::shared_snapshot>> list_ahead(remote_path directory);
    bool has_fresh_listing(const remote_path& directory);
    // That listing, or null.
    cache::shared_snapshot peek_listing(const remote_path& directory);
    // The target of a link.
    awaitable<result<std::string>> read_link(remote_path path);

    // What is known without asking: nothing if it is unknown or too old.
    std::optional<known_name> peek(const remote_path& path);

    // The times that are shown in place of coarser ones.
    const exact_times& exact() const noexcept { return exact_; }

    // A transfer taught us what the file is like now.
    void correct(const remote_path& path, const file_version& seen);
    // What is known of the object is wrong.
    void distrust(const remote_path& path);

    // --- changes made here ---

    // The object is there now, like this.
    void put(const remote_path& path, file_attributes attributes);
    // A directory was made: it is empty.
    void put_directory(const remote_path& path, file_attributes attributes);
    void erase(const remote_path& path);
    // With all that is below. The overlays of files are moved by those who made them.
    void move(const remote_path& from, const remote_path& to);

    // What the file will be like on the server; counts until it is cleared.
    void overlay(const remote_path& path, file_attributes attributes);
    void clear_overlay(const remote_path& path) { overlays_.erase(path); }
    // A temporary file of ours: not shown, until it is cleared.
    void hide(const remote_path& path) { overlays_.insert_or_assign(path, std::nullopt); }
    // A time the server would not take: shown as long as it shows the one it has now.
    void remember_time(const remote_path& path, std::chrono::sys_seconds shown, file_time instead_of);
    // It has other content now.
    void forget_time(const remote_path& path) { times_.erase(path); }

    // Called for each object that is changed, made, moved or removed here; what is below it counts, too.
    void set_on_change(std::function<void(const remote_path&)> tell) { on_change_ = std::move(tell); }

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

    // While a question is under way, local changes that its answer can't know are noted.
    struct local_change {
        std::uint64_t number;
        remote_path path;
        std::optional<file_attributes> attributes;
    };
    class question_under_way {
    public:
        explicit question_under_way(metadata& owner) : owner_{owner}, from_{owner.last_change_} { ++owner_.questions_; }
        question_under_way(const question_under_way&) = delete;
        question_under_way& operator=(const question_under_way&) = delete;
        ~question_under_way()
        {
            if (--owner_.questions_ == 0) {
                owner_.changes_.clear();
            }
        }
        // Was the object, or a directory above it, made, changed or removed meanwhile?
        bool is_overtaken(const remote_path& path) const;
        // Enters what was changed in the directory meanwhile.
        void amend(const remote_path& directory) const;

    private:
        metadata& owner_;
        std::uint64_t from_;
    };

    struct remembered_time {
        std::chrono::sys_seconds shown;
        file_time instead_of;
    };

    void note_exact(const remote_path& path, const file_time& time);
    // Names came or went: its time is about now, as on a local disk, until the server tells it.
    void touch(const remote_path& directory);
    void note_change(const remote_path& path, const std::optional<file_attributes>& attributes);
    void show_remembered_time(const remote_path& path, std::optional<latest_answer>& answer) const;

    std::optional<latest_answer> latest(const remote_path& directory, const remote_path& path, std::string_view name);
    std::optional<known_name> peek(const remote_path& directory, const remote_path& path, std::string_view name);
    std::optional<latest_answer> from_listing(const remote_path& directory, std::string_view name);
    bool is_fresh(const cache::listed_directory& listing) const;

    awaitable<result<known_name>> ask(remote_path directory, remote_path path, question what);
    bool should_list(const remote_path& directory, question what);
    void note_unlistable(const remote_path& directory);

    awaitable<result<cache::shared_snapshot>> fetch_listing(remote_path directory);
    awaitable<result<cache::shared_snapshot>> list_now(remote_path directory);
    awaitable<result<cache::shared_snapshot>> list_ahead_now(remote_path directory);
    awaitable<result<cache::shared_snapshot>> take_listing(remote_path directory, bool ahead);
    awaitable<result<known_name>> fetch_attributes(remote_path path);
    awaitable<result<known_name>> stat_now(remote_path path);
    result<std::string> shown_target(const remote_path& link, std::string target) const;
    bool is_hidden(const file_attributes& attributes) const noexcept;
    awaitable<result<std::string>> read_link_now(remote_path path);

    remote::remote& remote_;
    const config& settings_;
    clock_function now_;
    counters& counters_;

    file_attributes root_;
    cache::directory_cache directories_;
    cache::attribute_cache objects_;
    cache::lru_map<remote_path, interest> interests_;
    std::unordered_map<remote_path, std::optional<file_attributes>> overlays_;  // none: hidden
    std::unordered_map<remote_path, remembered_time> times_;
    std::vector<local_change> changes_;
    std::uint64_t last_change_ = 0;
    int questions_ = 0;
    std::function<void(const remote_path&)> on_change_;
    std::unordered_map<remote_path, bool> ahead_;  // listings under way that nobody had asked for; by now somebody?
    async::single_flight<remote_path, cache::shared_snapshot> listings_;
    async::single_flight<remote_path, known_name> stats_;
    exact_times exact_;
    bool lists_facts_ = false;  // times of listings are exact themselves
    async::single_flight<remote_path, std::string> links_;
};

}  // namespace ftpfs::fs
