#include "ftpfs/cli/profile_keeper.hpp"

#include <utility>

namespace ftpfs::cli {
namespace {

using namespace std::chrono_literals;

// Most is learned in the first minute; a mount that is killed later loses little.
constexpr auto first_save = 1min;
constexpr auto later_saves = 10min;

std::chrono::sys_seconds now()
{
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

}  // namespace

profile_keeper::profile_keeper(executor where, async::helper_thread& helper, ftp::ftp_remote& remote,
                               const config& settings, log journal)
    : helper_{helper}, remote_{remote}, journal_{std::move(journal)}, ending_{where}, tasks_{where}
{
    if (settings.keep_profile) {
        store_.emplace(settings.fs.cache_dir, settings.ftp);
    }
}

awaitable<> profile_keeper::recall()
{
    if (!store_) {
        co_return;
    }
    const auto read = [store = *store_, journal = journal_] { return store.load(now(), journal); };
    auto found = co_await helper_.run<std::optional<profile_store::entry>>(read);
    if (found) {
        kept_ = to_text(found->profile);
        greeting_ = found->profile.greeting;
        since_ = found->since;
        remote_.recall(std::move(found->profile));
    }
}

void profile_keeper::start()
{
    if (store_) {
        tasks_.spawn(keep_up());
    }
}

awaitable<> profile_keeper::stop()
{
    ending_.notify_all();
    tasks_.cancel();
    co_await tasks_.join();
    co_await save();
}

awaitable<> profile_keeper::keep_up()
{
    auto next = std::chrono::steady_clock::now() + first_save;
    for (;;) {
        const auto woken = co_await ending_.wait_until(next);
        if (woken != async::wake::deadline) {
            co_return;
        }
        co_await save();
        next = std::chrono::steady_clock::now() + later_saves;
    }
}

awaitable<> profile_keeper::save()
{
    auto learned = remote_.learned();
    const bool has_met = !learned.greeting.empty();
    auto text = to_text(learned);
    if (!store_ || !has_met || learned.empty() || text == kept_) {
        co_return;
    }
    // The age is that of the oldest part: what is only believed again and again would never be tried again.
    if (learned.greeting != greeting_) {
        greeting_ = learned.greeting;
        since_ = now();
    }
    const auto write = [store = *store_, journal = journal_, learned = std::move(learned), since = since_] {
        return store.save(learned, since, journal);
    };
    const bool saved = co_await helper_.run<bool>(write);
    if (saved) {
        kept_ = std::move(text);
    }
}

}  // namespace ftpfs::cli
