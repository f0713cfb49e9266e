// A remote whose names are UTF-8, over one whose names are the bytes of a server in another charset.
//
// Translates paths on their way down and what comes up: names, and the targets of links. A name that the charset lacks
// never reaches the server: looking for it is not_found, making it is not_in_charset. Owned by whoever wires the
// program. One thread.
#pragma once

#include "ftpfs/proto/name_codec.hpp"
#include "ftpfs/remote/remote.hpp"

#include <memory>
#include <string>

namespace ftpfs::ftp {

// What of a server's bytes is shown: `wire` in the charset `names`.
result<remote_path> to_local(const proto::name_codec& names, const remote_path& wire);

class translating_remote final : public remote::remote {
public:
    // `names` is not UTF-8: that needs no translation.
    translating_remote(std::shared_ptr<ftpfs::remote::remote> wire, proto::name_codec names);

    awaitable<result<ftpfs::remote::listing>> list(remote_path directory) override;
    awaitable<result<ftpfs::remote::listing>> list_ahead(remote_path directory) override;
    awaitable<result<file_attributes>> stat(remote_path path) override;
    bool stats_by_listing() const override { return wire_->stats_by_listing(); }
    remote_path root() const override;
    awaitable<result<std::string>> read_link(remote_path path) override;
    awaitable<result<std::unique_ptr<ftpfs::remote::download>>>
    open_download(ftpfs::remote::download_request request) override;
    awaitable<result<std::unique_ptr<ftpfs::remote::upload>>>
    open_upload(ftpfs::remote::upload_request request) override;
    awaitable<result<>> remove(remote_path file) override;
    awaitable<result<>> remove_directory(remote_path directory) override;
    awaitable<result<>> make_directory(remote_path directory) override;
    awaitable<result<>> rename(remote_path from, remote_path to, ftpfs::remote::existing_target policy) override;
    awaitable<result<>> change_attributes(remote_path path, ftpfs::remote::attribute_change change) override;
    awaitable<result<>> make_link(std::string target, remote_path link) override;
    awaitable<result<>> copy(remote_path from, remote_path to) override;
    awaitable<result<ftpfs::remote::free_space>> space(remote_path directory) override;
    awaitable<> shut_down() override { return wire_->shut_down(); }

private:
    using listing = ftpfs::remote::listing;

    result<remote_path> to_wire(const remote_path& local) const;
    awaitable<result<listing>> list_by(remote_path directory, bool ahead);

    std::shared_ptr<ftpfs::remote::remote> wire_;
    proto::name_codec names_;
};

}  // namespace ftpfs::ftp
