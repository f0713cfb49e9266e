// What follows an upload without a round trip of its own: what the server has of the file now (MLST, or SIZE and MDTM),
// the port of the next data connection (EPSV), and the time the file is to have.
//
//     commands() ─► sent behind STOR, or after its final reply ─► hear() ─► seen, next
//     time_command() ─► sent behind the data, or with the others ──┘    └─► wish
//
// The time comes last, so that `seen` has the server's own: that shows in which zone it counts. Whatever is answered,
// or not, the upload itself is judged by others. Owned by a session, made for one upload. The context outlives it.
#pragma once

#include "ftpfs/core/attributes.hpp"
#include "ftpfs/ftp/data_connection.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ftpfs::ftp {

enum class time_wish : std::uint8_t {
    none,
    sent,  // the file may have the time
    granted
};

class postscript {
public:
    // `argument`: what the server's commands call the file. Asks for nothing where it is not known which questions the
    // server answers.
    postscript(std::string argument, const config& settings, const server_profile& profile);

    // In the order of their replies.
    result<std::vector<proto::command>> commands() const;
    // Nothing where no way to set a time is proved, or where nothing else is asked before it.
    std::optional<proto::command> time_command(const server_profile& profile, std::chrono::sys_seconds modified) const;
    std::string_view file() const noexcept { return argument_; }

    // Reads all the replies. Where one does not come, the channel is broken.
    awaitable<> hear(const data_context& with);

    bool sent = false;
    // Absent where the server did not tell, or has no such file.
    std::optional<file_attributes> seen;
    std::optional<data_link> next;
    time_wish wish = time_wish::none;

private:
    void note_facts(std::string_view verb, const proto::reply& answer, server_profile& profile);

    std::string argument_;
    std::vector<std::string> verbs_;
};

// The answer to MLST; `unsupported` when the server turns out to have none that can be used, which is taken down.
result<file_attributes> take_mlst(const proto::reply& answer, server_profile& profile);

}  // namespace ftpfs::ftp
