#include "ftpfs/cli/profile_command.hpp"

#include "ftpfs/cli/daemon.hpp"
#include "ftpfs/cli/profile_store.hpp"
#include "ftpfs/core/log.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <spdlog/sinks/ostream_sink.h>

#include <memory>
#include <ostream>

namespace ftpfs::cli {
namespace {

outcome<profile_store> store_for(const intention& wish, environment& world)
{
    auto silent = world;
    silent.ask_password = [](const std::string&) -> outcome<secret> { return secret{}; };
    auto settings = make_config(wish, world.uid, world.gid);
    auto who = find_login(wish.address, wish.chosen, silent);
    if (!who) {
        return who.error();
    }
    add_login(settings, *std::move(who));
    add_disk_cache(settings, world.uid, world.cache_home);
    return profile_store{settings.fs.cache_dir, settings.ftp};
}

exit_status report(const problem& why, environment& world)
{
    print(why, world.err);
    return why.status;
}

// Warnings about the file are what the user wants to know now.
log to_stream(std::ostream& out)
{
    auto logger = std::make_shared<spdlog::logger>("profile", std::make_shared<spdlog::sinks::ostream_sink_mt>(out));
    logger->set_pattern("ftpfs: %v");
    logger->set_level(spdlog::level::debug);
    return log{std::move(logger)};
}

std::chrono::sys_seconds now()
{
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

}  // namespace

exit_status show_profile(const intention& wish, environment& world)
{
    const auto store = store_for(wish, world);
    if (!store) {
        return report(store.error(), world);
    }
    const auto found = store->load(now(), to_stream(world.err));
    if (!found) {
        return report({exit_status::other, "nothing is known of this server and user from earlier mounts"}, world);
    }
    world.out << fmt::format("learned since {:%Y-%m-%d %H:%M:%S} UTC, believed for {} days\n{}", found->since,
                             profile_store::kept_for.count(), to_text(found->profile))
              << std::flush;
    return exit_status::ok;
}

exit_status forget_profile(const intention& wish, environment& world)
{
    const auto store = store_for(wish, world);
    if (!store) {
        return report(store.error(), world);
    }
    if (!store->forget()) {
        return report({exit_status::other, fmt::format("cannot remove {}", store->file())}, world);
    }
    return exit_status::ok;
}

}  // namespace ftpfs::cli
