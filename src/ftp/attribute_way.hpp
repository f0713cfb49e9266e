// The commands that set a file's time, for attribute_setter and for what is sent behind an upload.
#pragma once

#include "ftpfs/core/result.hpp"
#include "ftpfs/ftp/server_profile.hpp"
#include "ftpfs/proto/command.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ftpfs::ftp {

struct attribute_way {
    attribute_way(support server_profile::*known_, std::string line_) : known{known_}, line{std::move(line_)} {}

    result<proto::command> command() const;

    support server_profile::*known;  // what is known of it
    std::string line;                // the verb is its first word
};

// In the order in which they are worth trying. `stamp`: as proto::format_time_value() writes it; `argument`: what the
// server's commands call the file.
std::vector<attribute_way> ways_to_set_time(std::string_view stamp, std::string_view argument);

// The one that attribute_setter would use, where it is known to work; so nothing is to be learned from its reply but
// whether this file has the time.
std::optional<proto::command> proved_way_to_set_time(const server_profile& profile, std::string_view argument,
                                                     std::chrono::sys_seconds modified);

}  // namespace ftpfs::ftp
