// A file that leaves over a leased session.
//
// The lease goes back as soon as the transfer has ended, or with the upload. A call that is still waiting when the
// upload is destroyed keeps the session until it ends.
#pragma once

#include "ftpfs/ftp/server_profile.hpp"
#include "ftpfs/ftp/session_lease.hpp"
#include "ftpfs/remote/upload.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

namespace ftpfs::ftp {

class ftp_upload final : public remote::upload {
public:
    // Asks for the file on another session, when this one is lost.
    using look_again = std::function<awaitable<result<std::optional<file_attributes>>>()>;

    // What a refusal means that came after the upload had begun.
    using explanation = std::function<awaitable<failure>(session&, failure)>;

    struct what {
        what(session_lease lease_, const server_profile& profile_, remote_path path_)
            : lease{std::move(lease_)}, profile{profile_}, path{std::move(path_)}
        {
        }

        session_lease lease;            // its session has begun to store
        const server_profile& profile;  // outlives the upload
        remote_path path;               // absolute on the server
        std::uint64_t offset = 0;
        std::optional<file_version> before;
        look_again look;
        explanation explain;
        std::function<void(file_time&)> judge_time;  // of what was stored just now; may correct it
        std::shared_ptr<std::uint64_t> bytes_sent;   // is added to
    };

    explicit ftp_upload(what begun);

    awaitable<result<>> write(std::vector<shared_bytes> pieces) override;
    awaitable<result<file_attributes>> finish(std::optional<std::chrono::sys_seconds> modified) override;

private:
    struct transfer;
    using transfer_ptr = std::shared_ptr<transfer>;
    static awaitable<result<>> send(transfer_ptr to, std::vector<shared_bytes> pieces);
    static awaitable<result<file_attributes>> end(transfer_ptr to, std::optional<std::chrono::sys_seconds> modified);
    static awaitable<failure> explain_refusal(transfer_ptr to, failure why);
    static awaitable<result<file_attributes>> settle(transfer_ptr to, result<> ended,
                                                     std::optional<file_attributes> seen);

    transfer_ptr transfer_;
};

}  // namespace ftpfs::ftp
