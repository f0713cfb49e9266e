// What a bare "550" leaves open is settled by asking the same session again.
//
// vsftpd says "550 Failed to open file." for a missing file, a directory and a forbidden one alike. A listing
// of the parent proves absence; a name that is there was refused for another reason. Sessions and profile
// must outlive the calls; the paths are absolute on the server.
#pragma once

#include "ftpfs/ftp/server_profile.hpp"
#include "ftpfs/ftp/session.hpp"

#include <optional>

namespace ftpfs::ftp {

class remote_lookup {
public:
    remote_lookup(session& asked, const server_profile& profile) : session_{asked}, profile_{profile} {}

    // Says no more than that the server refused.
    static bool ambiguous(const failure& why) noexcept;

    // The object, or nothing if it provably does not exist. Asks directly, then lists the parent.
    awaitable<result<std::optional<file_attributes>>> find(remote_path path);

    // The same from the parent's listing alone.
    awaitable<result<std::optional<file_attributes>>> find_in_parent(remote_path path);

    // Why something could not be done that needs a directory, or a file, at `path`: not_found, not_a_directory,
    // is_a_directory or permission_denied with the server's words, or `why` itself where nothing can be learned.
    awaitable<failure> explain(remote_path path, failure why, file_kind needed);

private:
    bool listings_show(std::string_view name) const noexcept;

    session& session_;
    const server_profile& profile_;
};

}  // namespace ftpfs::ftp
