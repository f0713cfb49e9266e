#include "ftpfs/cli/environment.hpp"

#include "ftpfs/cli/terminal.hpp"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <iostream>

namespace ftpfs::cli {
namespace {

// mount(8) starts its helpers at boot without HOME.
std::string home_directory()
{
    if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0') {
        return home;
    }
    const auto* user = ::getpwuid(::geteuid());
    return user != nullptr && user->pw_dir != nullptr ? user->pw_dir : "";
}

// XDG Base Directory Specification: a relative path is to be ignored.
std::string cache_directory(const std::string& home)
{
    if (const char* chosen = std::getenv("XDG_CACHE_HOME"); chosen != nullptr && *chosen == '/') {
        return chosen;
    }
    return home.empty() ? std::string{} : home + "/.cache";
}

void overwrite(char* argument, std::string_view text)
{
    const auto size = std::strlen(argument);
    const auto kept = std::min(size, text.size());
    std::memcpy(argument, text.data(), kept);
    std::memset(argument + kept, 0, size - kept);
}

}  // namespace

environment system_environment(int argc, char** argv)
{
    environment world{std::cin, std::cout, std::cerr};
    world.arguments.assign(argv, argv + argc);
    world.home = home_directory();
    world.cache_home = cache_directory(world.home);
    world.uid = ::geteuid();
    world.gid = ::getegid();
    world.ask_password = ask_on_terminal;
    world.replace_argument = [argv](std::size_t index, std::string_view text) { overwrite(argv[index], text); };
    return world;
}

}  // namespace ftpfs::cli
