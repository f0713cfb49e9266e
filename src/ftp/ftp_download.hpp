// A file that arrives over a leased session.
//
// The lease goes back as soon as the transfer has ended, or with the download. A read that is still waiting
// when the download is destroyed keeps the session until it ends.
#pragma once

#include "ftpfs/ftp/session_lease.hpp"
#include "ftpfs/remote/remote.hpp"

#include <cstdint>
#include <memory>
#include <optional>

namespace ftpfs::ftp {

class ftp_download final : public remote::download {
public:
    // `bytes_received` is added to.
    ftp_download(session_lease lease, file_version version, std::shared_ptr<std::uint64_t> bytes_received);

    const file_version& version() const noexcept override { return version_; }
    std::optional<std::uint64_t> until() const noexcept override { return until_; }
    awaitable<result<std::size_t>> read_some(std::span<std::byte> buffer) override;

private:
    struct transfer;
    static awaitable<result<std::size_t>> read(std::shared_ptr<transfer> from, std::span<std::byte> buffer);

    file_version version_;
    std::optional<std::uint64_t> until_;
    std::shared_ptr<transfer> transfer_;
};

}  // namespace ftpfs::ftp
