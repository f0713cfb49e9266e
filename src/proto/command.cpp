#include "ftpfs/proto/command.hpp"

#include "ftpfs/core/log.hpp"

#include <string.h>

namespace ftpfs::proto {
namespace {

using namespace std::string_view_literals;

secret line_of(std::string_view verb, std::string_view argument)
{
    std::string line;
    line.reserve(verb.size() + argument.size() + 3);  // never moved, so that one wipe is enough
    line += verb;
    if (!argument.empty()) {
        line += ' ';
        line += argument;
    }
    line += "\r\n";
    secret wire{line};
    explicit_bzero(line.data(), line.size());
    return wire;
}

}  // namespace

command::command(std::string_view verb, std::string_view argument)
    : wire_{line_of(verb, argument)}, verb_size_{verb.substr(0, verb.find(' ')).size()}
{
}

result<command> command::make(std::string_view verb, std::string_view argument)
{
    constexpr auto unsendable = "\r\n\0"sv;
    if (argument.find_first_of(unsendable) != argument.npos) {
        return failure{errc::invalid_name, "a line break or NUL in the argument of " + std::string{verb}};
    }
    if (verb.size() + argument.size() + 3 > longest_line) {
        return failure{errc::name_too_long, "the argument of " + std::string{verb}};
    }
    return command{verb, argument};
}

command command::bare(std::string_view line)
{
    return make(line).value();
}

command command::with_number(std::string_view verb, std::uint64_t argument)
{
    return make(verb, std::to_string(argument)).value();
}

std::string_view command::argument() const noexcept
{
    auto rest = wire().substr(verb_size_);
    rest.remove_suffix(2);
    return rest.empty() ? rest : rest.substr(1);
}

bool command::is_secret() const noexcept
{
    return verb() == "PASS" || verb() == "ACCT";
}

std::string command::for_log() const
{
    if (is_secret()) {
        return std::string{verb()} + " ****";
    }
    return printable(wire().substr(0, wire().size() - 2));
}

}  // namespace ftpfs::proto
