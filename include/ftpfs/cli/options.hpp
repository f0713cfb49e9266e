// The table of mount options: it drives -o parsing, --help and the test of the man page.
//
// An option is "name" or "name=value". Besides the table there are the generic words of mount(8) and fstab(5)
// (nosuid, _netdev, x-…), accepted so that an fstab line works; some are handed to the kernel, the others mean
// nothing to us.
#pragma once

#include "ftpfs/cli/problem.hpp"
#include "ftpfs/cli/settings.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ftpfs::cli {

enum class option_group { who, connection, listing, caching, writing, mounting, ownership, diagnosis };

struct option {
    std::string_view name;
    std::string_view argument;  // "FILE"; empty: the option takes no value
    option_group group;
    std::string_view help;
    std::string_view default_value;  // as it would be written; empty: none
    // Takes the value over, or says what is wrong with it.
    std::optional<std::string> (*apply)(settings& into, std::string_view value);
};

// Grouped, in the order of --help and the man page.
std::span<const option> option_table() noexcept;

// "Connection"
std::string_view title(option_group group) noexcept;

// Words of mount(8) that are handed on to the kernel, and those that are accepted and mean nothing here.
std::span<const std::string_view> kernel_flags() noexcept;
std::span<const std::string_view> ignored_flags() noexcept;

struct option_setting {
    std::string name;
    std::optional<std::string> value;  // absent: no '='
};

// Splits "a,b=c\,d": a backslash takes the meaning from the comma or backslash behind it. Empty parts are
// dropped: mount(8) makes them.
std::vector<option_setting> split_options(std::string_view list);

// Applies every setting in order, a later one replaces an earlier, and adds one problem for each that is wrong.
settings apply_options(std::span<const option_setting> options, problems& found);

// The table for --help.
std::string describe_options();

// The name in the table (or of mount(8)) that a mistyped one most likely means, if one is near.
std::optional<std::string_view> nearest_option(std::string_view name);

}  // namespace ftpfs::cli
