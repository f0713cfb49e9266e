#include "ftpfs/ftp/translating_remote.hpp"

#include <boost/asio/this_coro.hpp>

#include <utility>

namespace ftpfs::ftp {

namespace asio = boost::asio;
using remote::attribute_change;
using remote::download;
using remote::download_request;
using remote::existing_target;
using remote::free_space;
using remote::listing;
using remote::upload;
using remote::upload_request;

namespace {

template <class T>
awaitable<result<T>> refuse(failure why)
{
    co_return why;
}

// A name that cannot be on the server is not there.
failure missing(failure why)
{
    return why == errc::not_in_charset ? failure{errc::not_found, std::move(why.detail)} : why;
}

// The names that can be shown; whatever the server sends, decoding gives each a name of its own.
listing decoded(listing wire, const proto::name_codec& names)
{
    listing local;
    local.complete = wire.complete;
    local.entries.reserve(wire.entries.size());
    for (auto& entry : wire.entries) {
        auto name = file_name::make(names.decode(entry.name.str()));
        if (!name) {
            local.complete = false;
            continue;
        }
        entry.attributes.link_target = names.decode(entry.attributes.link_target);
        local.entries.emplace_back(*std::move(name), std::move(entry.attributes));
    }
    return local;
}

}  // namespace

result<remote_path> to_local(const proto::name_codec& names, const remote_path& wire)
{
    return remote_path::make(names.decode(wire.str()));
}

translating_remote::translating_remote(std::shared_ptr<ftpfs::remote::remote> wire, proto::name_codec names)
    : wire_{std::move(wire)}, names_{std::move(names)}
{
}

result<remote_path> translating_remote::to_wire(const remote_path& local) const
{
    FTPFS_TRY(const auto bytes, names_.encode(local.str()));
    return remote_path::make(bytes);
}

remote_path translating_remote::root() const
{
    auto local = to_local(names_, wire_->root());
    return local ? *std::move(local) : remote_path{};
}

awaitable<result<listing>> translating_remote::list(remote_path directory)
{
    return list_by(std::move(directory), false);
}

awaitable<result<listing>> translating_remote::list_ahead(remote_path directory)
{
    return list_by(std::move(directory), true);
}

awaitable<result<listing>> translating_remote::list_by(remote_path directory, bool ahead)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    auto path = to_wire(directory);
    if (!path) {
        co_return missing(std::move(path).error());
    }
    auto asked = ahead ? wire_->list_ahead(*std::move(path)) : wire_->list(*std::move(path));
    FTPFS_CO_TRY(auto listed, co_await std::move(asked));
    co_return decoded(std::move(listed), names_);
}

awaitable<result<file_attributes>> translating_remote::stat(remote_path path)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    auto where = to_wire(path);
    if (!where) {
        co_return missing(std::move(where).error());
    }
    FTPFS_CO_TRY(auto seen, co_await wire_->stat(*std::move(where)));
    seen.link_target = names_.decode(seen.link_target);
    co_return seen;
}

awaitable<result<std::string>> translating_remote::read_link(remote_path path)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    auto where = to_wire(path);
    if (!where) {
        co_return missing(std::move(where).error());
    }
    FTPFS_CO_TRY(const auto target, co_await wire_->read_link(*std::move(where)));
    co_return names_.decode(target);
}

awaitable<result<std::unique_ptr<download>>> translating_remote::open_download(download_request request)
{
    auto path = to_wire(request.path);
    if (!path) {
        return refuse<std::unique_ptr<download>>(missing(std::move(path).error()));
    }
    request.path = *std::move(path);
    return wire_->open_download(std::move(request));
}

awaitable<result<std::unique_ptr<upload>>> translating_remote::open_upload(upload_request request)
{
    auto path = to_wire(request.path);
    if (!path) {
        return refuse<std::unique_ptr<upload>>(std::move(path).error());
    }
    request.path = *std::move(path);
    return wire_->open_upload(std::move(request));
}

awaitable<result<>> translating_remote::remove(remote_path file)
{
    auto path = to_wire(file);
    return path ? wire_->remove(*std::move(path)) : refuse<void>(missing(std::move(path).error()));
}

awaitable<result<>> translating_remote::remove_directory(remote_path directory)
{
    auto path = to_wire(directory);
    return path ? wire_->remove_directory(*std::move(path)) : refuse<void>(missing(std::move(path).error()));
}

awaitable<result<>> translating_remote::make_directory(remote_path directory)
{
    auto path = to_wire(directory);
    return path ? wire_->make_directory(*std::move(path)) : refuse<void>(std::move(path).error());
}

awaitable<result<>> translating_remote::rename(remote_path from, remote_path to, existing_target policy)
{
    auto old_path = to_wire(from);
    if (!old_path) {
        return refuse<void>(missing(std::move(old_path).error()));
    }
    auto new_path = to_wire(to);
    if (!new_path) {
        return refuse<void>(std::move(new_path).error());
    }
    return wire_->rename(*std::move(old_path), *std::move(new_path), policy);
}

awaitable<result<>> translating_remote::change_attributes(remote_path path, attribute_change change)
{
    auto where = to_wire(path);
    return where ? wire_->change_attributes(*std::move(where), change)
                 : refuse<void>(missing(std::move(where).error()));
}

awaitable<result<>> translating_remote::make_link(std::string target, remote_path link)
{
    auto path = to_wire(link);
    auto words = names_.encode(target);
    if (!path || !words) {
        return refuse<void>(path ? std::move(words).error() : std::move(path).error());
    }
    return wire_->make_link(*std::move(words), *std::move(path));
}

awaitable<result<>> translating_remote::copy(remote_path from, remote_path to)
{
    auto old_path = to_wire(from);
    if (!old_path) {
        return refuse<void>(missing(std::move(old_path).error()));
    }
    auto new_path = to_wire(to);
    if (!new_path) {
        return refuse<void>(std::move(new_path).error());
    }
    return wire_->copy(*std::move(old_path), *std::move(new_path));
}

awaitable<result<free_space>> translating_remote::space(remote_path directory)
{
    auto path = to_wire(directory);
    return path ? wire_->space(*std::move(path)) : refuse<free_space>(missing(std::move(path).error()));
}

}  // namespace ftpfs::ftp
