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
    world.uid = ::geteuid();
    world.gid = ::getegid();
    world.ask_password = ask_on_terminal;
    world.replace_argument = [argv](std::size_t index, std::string_view text) { overwrite(argv[index], text); };
    return world;
}

}  // namespace ftpfs::cli
