#include "ftpfs/cli/program.hpp"

#include "ftpfs/cli/application.hpp"
#include "ftpfs/cli/command_line.hpp"
#include "ftpfs/cli/config.hpp"
#include "ftpfs/cli/daemon.hpp"
#include "ftpfs/cli/failure_report.hpp"
#include "ftpfs/cli/journal.hpp"
#include "ftpfs/cli/mount_commands.hpp"
#include "ftpfs/cli/probe_command.hpp"
#include "ftpfs/cli/profile_command.hpp"
#include "ftpfs/fuse/preconditions.hpp"

#include <chrono>
#include <ostream>
#include <thread>

namespace ftpfs::cli {
namespace {

// The first thing of all: until then ps(1) shows the password of a URL.
void hide_passwords(const environment& world)
{
    for (std::size_t i = 1; i < world.arguments.size(); ++i) {
        const auto& argument = world.arguments[i];
        if (argument.find("://") != argument.npos) {
            world.replace_argument(i, without_password(argument));
        }
    }
}

exit_status report(const problems& found, std::ostream& err)
{
    for (const auto& each : found) {
        print(each, err);
    }
    return found.front().status;
}

exit_status serve(const config& settings, launch& start)
{
    auto journal = make_journal(settings);
    if (!journal) {
        start.failed(journal.error());
        return journal.error().status;
    }
    return application{settings, *std::move(journal)}.run(start);
}

outcome<config> prepare(const intention& wish, environment& world)
{
    auto settings = make_config(wish, world.uid, world.gid);
    // Before anybody is asked for a password or a server is spoken to.
    const auto mount_point = fuse::check_mountable(settings.fuse);
    if (!mount_point) {
        return explain_mount(mount_point.error(), settings.fuse);
    }
    settings.fuse.mount_point = *mount_point;
    auto who = find_login(wish.address, wish.chosen, world);
    if (!who) {
        return who.error();
    }
    add_login(settings, *std::move(who));
    add_disk_cache(settings, world.uid, world.cache_home);
    return settings;
}

exit_status mount(const intention& wish, environment& world)
{
    const auto settings = prepare(wish, world);
    if (!settings) {
        return report({settings.error()}, world.err);
    }
    const auto service = [&settings](launch& start) { return serve(*settings, start); };
    return settings->foreground ? run_in_foreground(service, world.err) : run_in_background(service, world.err);
}

}  // namespace

exit_status run_program(environment& world)
{
    hide_passwords(world);
    problems found;
    auto line = parse_command_line(world.arguments, found);
    if (!found.empty()) {
        return report(found, world.err);
    }
    if (line.what == action::help || line.what == action::version) {
        world.out << (line.what == action::help ? help_text() : version_text()) << std::flush;
        return exit_status::ok;
    }
    if (line.what == action::status) {
        return show_status(line, world);
    }
    if (line.what == action::unmount) {
        return unmount(line, world, [] { std::this_thread::sleep_for(std::chrono::milliseconds{500}); });
    }
    const auto wish = understand(std::move(line), found);
    if (!found.empty()) {
        return report(found, world.err);
    }
    if (wish.line.what == action::probe) {
        return probe(wish, world);
    }
    if (wish.line.what == action::show_profile) {
        return show_profile(wish, world);
    }
    if (wish.line.what == action::forget_profile) {
        return forget_profile(wish, world);
    }
    return wish.line.what == action::nothing ? exit_status::ok : mount(wish, world);
}

}  // namespace ftpfs::cli
