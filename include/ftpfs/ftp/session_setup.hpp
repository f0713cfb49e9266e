// What every session of one server shares. The connector, the configuration and the profile are owned by the
// pool and outlive its sessions.
#pragma once

#include "ftpfs/core/log.hpp"
#include "ftpfs/ftp/config.hpp"
#include "ftpfs/ftp/server_profile.hpp"

#include <utility>

namespace ftpfs::net {
class connector;
}

namespace ftpfs::ftp {

struct session_setup {
    session_setup(net::connector& connector_, const config& settings_, server_profile& profile_, log logger_)
        : connector{connector_}, settings{settings_}, profile{profile_}, logger{std::move(logger_)}
    {
    }

    net::connector& connector;
    const config& settings;
    server_profile& profile;
    log logger;
};

}  // namespace ftpfs::ftp
