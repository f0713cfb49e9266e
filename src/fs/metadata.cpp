#include "ftpfs/fs/metadata.hpp"

#include <algorithm>

namespace ftpfs::fs {
namespace {

// A hundred thousand entries take some 6 MB: the largest directories of a mount stay together.
constexpr std::uint64_t directories_limit = std::uint64_t{16} << 20;
// About 30,000 single objects.
constexpr std::uint64_t objects_limit = std::uint64_t{8} << 20;
// Directories about which there was one question lately.
constexpr std::uint64_t interests_limit = std::uint64_t{1} << 20;

// A listing that took longer costs more than what one expired entry of it is worth.
constexpr std::chrono::seconds cheap_listing{1};

file_attributes make_root()
{
    file_attributes root;
    root.kind = file_kind::directory;
    root.modified.value = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    root.modified.precision = time_precision::second;
    return root;
}

// After these there is no use in asking the same server something else.
bool is_out_of_reach(const failure& why)
{
    return session_is_lost(why) || retryable(why) || why == errc::server_busy;
}

bool is_same(const file_time& a, const file_time& b)
{
    file_version one;
    one.modified = a;
    file_version other;
    other.modified = b;
    return same_version(one, other);
}

}  // namespace

metadata::metadata(executor where, async::task_group& tasks, remote::remote& remote, const config& settings,
                   clock_function now, counters& count)
    : remote_{remote}, settings_{settings}, now_{std::move(now)}, counters_{count}, root_{make_root()},
      directories_{directories_limit}, objects_{objects_limit},
      interests_{interests_limit}, listings_{where, tasks}, stats_{where, tasks}, links_{where, tasks}
{
}

// --- what is known ---

bool metadata::is_fresh(const cache::listed_directory& listing) const
{
    return std::max(listing.asked + settings_.dir_ttl, listing.asked + 2 * listing.took) > now_();
}

std::optional<metadata::latest_answer> metadata::from_listing(const remote_path& directory, std::string_view name)
{
    const auto* listing = directories_.find(directory);
    if (listing == nullptr) {
        return std::nullopt;
    }
    auto entry = listing->find(name);
    if (!entry && !listing->snapshot->complete()) {
        return std::nullopt;
    }
    latest_answer answer;
    answer.asked = listing->asked;
    const auto ttl = entry ? settings_.attr_ttl : std::min(settings_.negative_ttl, settings_.dir_ttl);
    answer.what.expires = std::max(listing->asked + ttl, listing->asked + 2 * listing->took);
    answer.what.attributes = std::move(entry);
    return answer;
}

std::optional<metadata::latest_answer> metadata::latest(const remote_path& directory, const remote_path& path,
                                                        std::string_view name)
{
    if (const auto unsent = overlays_.find(path); unsent != overlays_.end()) {
        latest_answer sure;
        sure.what.attributes = unsent->second;
        sure.what.expires = now_() + settings_.attr_ttl;
        sure.asked = now_();
        return sure;
    }
    auto answer = from_listing(directory, name);
    const auto* object = objects_.find(path);
    if (object == nullptr || (answer && answer->asked > object->asked)) {
        show_remembered_time(path, answer);
        return answer;
    }
    answer.emplace();
    answer->what.attributes = object->attributes;
    answer->what.expires = object->asked + (object->attributes ? settings_.attr_ttl : settings_.negative_ttl);
    answer->asked = object->asked;
    answer->doubtful = object->doubtful;
    show_remembered_time(path, answer);
    return answer;
}

std::optional<known_name> metadata::peek(const remote_path& directory, const remote_path& path, std::string_view name)
{
    auto answer = latest(directory, path, name);
    if (!answer || answer->doubtful || answer->what.expires <= now_()) {
        return std::nullopt;
    }
    return std::move(answer->what);
}

std::optional<known_name> metadata::peek(const remote_path& path)
{
    if (path.is_root()) {
        return known_name{root_, now_() + settings_.attr_ttl};
    }
    return peek(path.parent(), path, path.name());
}

void metadata::correct(const remote_path& path, const file_version& seen)
{
    auto answer = latest(path.parent(), path, path.name());
    if (!answer || !answer->what.attributes || overlays_.contains(path)) {
        return;
    }
    cache::known_object object;
    object.attributes = std::move(answer->what.attributes);
    object.asked = now_();
    if (seen.size) {
        object.attributes->size = seen.size;
        object.attributes->size_is_exact = true;
    }
    if (seen.modified.precision != time_precision::unknown) {
        object.attributes->modified = seen.modified;
        note_exact(path, seen.modified);
    }
    objects_.store(path, std::move(object));
}

void metadata::distrust(const remote_path& path)
{
    cache::known_object object;
    object.asked = now_();
    object.doubtful = true;
    objects_.store(path, std::move(object));
}

// --- changes made here ---

void metadata::note_change(const remote_path& path, const std::optional<file_attributes>& attributes)
{
    ++last_change_;
    if (on_change_) {
        on_change_(path);
    }
    if (questions_ > 0) {
        changes_.push_back({last_change_, path, attributes});
    }
}

bool metadata::question_under_way::is_overtaken(const remote_path& path) const
{
    return std::ranges::any_of(owner_.changes_, [&](const local_change& change) {
        const bool concerns = change.attributes ? change.path == path : path.is_within(change.path);
        return change.number > from_ && concerns;
    });
}

void metadata::question_under_way::amend(const remote_path& directory) const
{
    for (const auto& change : owner_.changes_) {
        if (change.number > from_ && change.path.parent() == directory) {
            owner_.directories_.change(directory, change.path.name(), change.attributes);
        }
    }
}

void metadata::note_exact(const remote_path& path, const file_time& time)
{
    if (!lists_facts_) {
        exact_.note(path, time);
    }
}

void metadata::touch(const remote_path& directory)
{
    auto known = directory.is_root() ? std::nullopt : latest(directory.parent(), directory, directory.name());
    if (!known || !known->what.attributes || known->doubtful) {
        return;
    }
    times_.erase(directory);
    exact_.forget(directory);
    cache::known_object object;
    object.asked = known->asked;
    object.attributes = std::move(known->what.attributes);
    object.attributes->modified = {};
    object.attributes->modified.value = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    objects_.store(directory, std::move(object));
}

void metadata::put(const remote_path& path, file_attributes attributes)
{
    note_change(path, attributes);
    note_exact(path, attributes.modified);
    directories_.change(path.parent(), path.name(), attributes);
    cache::known_object object;
    object.asked = now_();
    object.attributes = std::move(attributes);
    objects_.store(path, std::move(object));
}

void metadata::put_directory(const remote_path& path, file_attributes attributes)
{
    put(path, std::move(attributes));
    touch(path.parent());
    cache::listed_directory listing;
    listing.asked = now_();
    listing.took = {};
    listing.snapshot = std::make_shared<const cache::directory_snapshot>(std::vector<directory_entry>{}, true);
    directories_.store(path, std::move(listing));
}

void metadata::erase(const remote_path& path)
{
    note_change(path, std::nullopt);
    directories_.erase(path);
    directories_.change(path.parent(), path.name(), std::nullopt);
    times_.erase(path);
    exact_.forget(path);
    cache::known_object object;
    object.asked = now_();
    objects_.store(path, std::move(object));
    touch(path.parent());
}

void metadata::move(const remote_path& from, const remote_path& to)
{
    std::optional<file_attributes> attributes;
    if (auto known = latest(from.parent(), from, from.name())) {
        attributes = std::move(known->what.attributes);
    }
    if (!attributes || attributes->kind == file_kind::directory) {
        objects_.erase_tree(from);
        objects_.erase_tree(to);
        directories_.erase_tree(from);
        directories_.erase_tree(to);
    }
    const auto time = times_.extract(from);
    times_.erase(to);
    exact_.move(from, to);
    erase(from);
    if (attributes) {
        put(to, *std::move(attributes));
    } else {
        note_change(to, std::nullopt);
        directories_.erase(to.parent());
        distrust(to);
    }
    if (time) {
        times_.insert_or_assign(to, time.mapped());
    }
    touch(to.parent());
}

void metadata::overlay(const remote_path& path, file_attributes attributes)
{
    const auto before = latest(path.parent(), path, path.name());
    const auto [place, is_new] = overlays_.insert_or_assign(path, std::move(attributes));
    if (is_new) {
        if (before && !before->what.attributes) {
            touch(path.parent());
        }
        note_change(path, place->second);
        directories_.change(path.parent(), path.name(), place->second);
    }
}

void metadata::remember_time(const remote_path& path, std::chrono::sys_seconds shown, file_time instead_of)
{
    // A mount that sets the times of more files than this has forgotten the first ones long before they expire.
    constexpr std::size_t most_times = 10'000;
    if (times_.size() >= most_times) {
        times_.erase(times_.begin());
    }
    times_.insert_or_assign(path, remembered_time{shown, instead_of});
}

void metadata::show_remembered_time(const remote_path& path, std::optional<latest_answer>& answer) const
{
    if (times_.empty() || !answer || !answer->what.attributes) {
        return;
    }
    const auto remembered = times_.find(path);
    if (remembered == times_.end()) {
        return;
    }
    auto& attributes = *answer->what.attributes;
    const auto& then = remembered->second.instead_of;
    const auto& seen = attributes.modified;
    const bool known_better = then.source == time_source::fact && then.precision == time_precision::second &&
                              seen.source == time_source::listing && seen.precision != time_precision::unknown;
    if (known_better ? is_beginning_of(seen, then.value) : is_same(then, seen)) {
        // Not known as well as it looks: it says nothing of the version.
        attributes.modified.value = remembered->second.shown;
        attributes.modified.precision = time_precision::unknown;
    }
}

// --- questions ---

awaitable<result<known_name>> metadata::look_up(remote_path directory, file_name name)
{
    auto path = directory / name;
    if (auto known = peek(directory, path, name.str())) {
        ++counters_.answered_from_memory;
        co_return *std::move(known);
    }
    co_return co_await ask(std::move(directory), std::move(path), question::new_name);
}

awaitable<result<known_name>> metadata::attributes_of(remote_path path)
{
    if (auto known = peek(path); known && known->attributes) {
        ++counters_.answered_from_memory;
        co_return *std::move(known);
    }
    auto answer = co_await ask(path.parent(), path, question::known_name);
    if (answer && !answer->attributes) {
        co_return failure{errc::not_found, path.str()};
    }
    co_return answer;
}

awaitable<result<known_name>> metadata::ask(remote_path directory, remote_path path, question what)
{
    if (should_list(directory, what)) {
        const auto listed = co_await fetch_listing(directory);
        if (listed) {
            // Taken from the listing even if nothing is to be believed for longer than this one answer.
            if (auto answer = from_listing(directory, path.name())) {
                show_remembered_time(path, answer);
                co_return std::move(answer->what);
            }
        } else if (is_out_of_reach(listed.error())) {
            co_return listed.error();
        } else {
            note_unlistable(directory);
        }
    }
    co_return co_await fetch_attributes(std::move(path));
}

bool metadata::should_list(const remote_path& directory, question what)
{
    if (listings_.in_flight(directory)) {
        return true;
    }
    const auto now = now_();
    auto* asked_before = interests_.find(directory);
    if (asked_before != nullptr && asked_before->first + settings_.dir_ttl <= now) {
        asked_before = nullptr;
    }
    if (asked_before != nullptr && asked_before->unlistable) {
        return false;
    }
    if (const auto* listing = directories_.find(directory)) {
        if (is_fresh(*listing)) {
            return false;  // what it does not tell, a second one would not either
        }
        if (what == question::known_name && listing->took <= cheap_listing) {
            return true;
        }
    }
    if (asked_before != nullptr || remote_.stats_by_listing()) {
        return true;
    }
    interest fresh;
    fresh.first = now;
    interests_.put(directory, fresh, sizeof(interest) + directory.str().size());
    return false;
}

void metadata::note_unlistable(const remote_path& directory)
{
    interest vain;
    vain.first = now_();
    vain.unlistable = true;
    interests_.put(directory, vain, sizeof(interest) + directory.str().size());
}

}  // namespace ftpfs::fs
