// Sets times and permission bits with whatever commands the server has; which those are is learned.
//
// Times: MFMT, MFF, MDTM with a time (where it does not ask for a file of that name), SITE UTIME in its two forms; all
// in UTC. Bits: MFF, SITE CHMOD. Every one of them may be repeated. The session and the profile outlive the calls;
// paths are absolute on the server.
#pragma once

#include "attribute_way.hpp"
#include "ftpfs/ftp/server_profile.hpp"
#include "ftpfs/ftp/session.hpp"
#include "remote_lookup.hpp"

#include <optional>
#include <span>
#include <string>

namespace ftpfs::ftp {

class attribute_setter {
public:
    attribute_setter(session& asked, server_profile& profile)
        : session_{asked}, profile_{profile}, lookup_{asked, profile}
    {
    }

    // Does what can be done, and answers the first failure; `unsupported` where the server has no command.
    awaitable<result<>> apply(remote_path path, remote::attribute_change change);

private:
    enum class outcome { done, not_this_way, refused };

    bool mff_sets_mode() const;
    awaitable<result<std::string>> reach(remote_path path);
    awaitable<result<>> set_time(remote_path path, std::string stamp);
    awaitable<result<>> set_mode(remote_path path, std::uint16_t mode);
    // `needed`: what the commands are for, to explain a refusal.
    awaitable<result<>> first_that_works(remote_path path, std::vector<attribute_way> ways, file_kind needed);
    outcome judge(const attribute_way& tried, const proto::reply& answer);

    session& session_;
    server_profile& profile_;
    remote_lookup lookup_;
};

}  // namespace ftpfs::ftp
