// The half of the fake remote that changes its tree.
#include "support/fake_remote.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <cstdio>
#include <set>
#include <utility>

namespace ftpfs::test {

namespace asio = boost::asio;

class fake_remote::upload final : public ftpfs::remote::upload {
public:
    upload(fake_remote& owner, ftpfs::remote::upload_request request, std::uint64_t begin,
           std::optional<planned_upload_cut> cut, std::optional<object> before)
        : owner_{owner}, request_{std::move(request)}, begin_{begin}, position_{begin}, cut_{std::move(cut)},
          before_{std::move(before)}
    {
        owner_.uploads_.insert(this);
    }
    ~upload() override
    {
        owner_.uploads_.erase(this);
        owner_.changed_.notify_all();
    }

    void press() const
    {
        if (request_.on_pressure) {
            request_.on_pressure();
        }
    }

    awaitable<result<>> write(std::vector<shared_bytes> pieces) override
    {
        FTPFS_CO_CHECK(co_await owner_.pass(call::write));
        for (const auto& piece : pieces) {
            auto bytes = piece.span();
            if (cut_) {
                bytes = bytes.first(std::min<std::uint64_t>(bytes.size(), begin_ + cut_->bytes - position_));
            }
            owner_.store_bytes(request_.path, position_, bytes);
            position_ += bytes.size();
            owner_.bytes_received_ += bytes.size();
            if (cut_ && position_ - begin_ >= cut_->bytes) {
                owner_.cut_bytes(request_.path, position_ - std::min(cut_->lost, position_ - begin_));
                if (owner_.hides_stores_ && request_.start == ftpfs::remote::upload_start::replace) {
                    owner_.put_back(request_.path, std::move(before_));
                }
                co_return cut_->why;
            }
        }
        co_return result<>{};
    }

    awaitable<result<file_attributes>> finish(std::optional<std::chrono::sys_seconds> modified) override
    {
        owner_.calls_.push_back("finish " + request_.path.str());
        FTPFS_CO_CHECK(co_await owner_.pass(call::finish));
        const auto found = owner_.tree_.find(request_.path.str());
        if (found == owner_.tree_.end()) {
            co_return failure{errc::not_found, request_.path.str()};
        }
        if (owner_.lose_at_finish_ > 0) {
            const auto lost = std::min(std::exchange(owner_.lose_at_finish_, 0), position_ - begin_);
            owner_.cut_bytes(request_.path, position_ - lost);
        }
        if (found->second.attributes.size != position_) {
            co_return failure{errc::truncated, request_.path.str()};
        }
        if (modified && owner_.times_with_uploads_) {
            owner_.calls_.back() += " " + std::to_string(modified->time_since_epoch().count());
            found->second.attributes.modified = {*modified, time_precision::second, time_source::fact};
        }
        co_return found->second.attributes;
    }

private:
    fake_remote& owner_;
    ftpfs::remote::upload_request request_;
    std::uint64_t begin_;
    std::uint64_t position_;
    std::optional<planned_upload_cut> cut_;
    std::optional<object> before_;
};

void fake_remote::press_uploads()
{
    const auto uploads = uploads_;
    for (const auto* one : uploads) {
        one->press();
    }
}

void fake_remote::cut_upload_after(std::uint64_t bytes, failure why, std::uint64_t lost)
{
    upload_cuts_.push_back({bytes, std::move(why), lost});
}

// A version that a download still reads stays as it is.
void fake_remote::store_bytes(const remote_path& where, std::uint64_t offset, std::span<const std::byte> bytes)
{
    const auto found = tree_.find(where.str());
    if (found == tree_.end()) {
        return;
    }
    auto& file = found->second;
    file.attributes.size = offset + bytes.size();
    if (forgetful_) {
        return;
    }
    if (file.bytes.use_count() > 1) {
        file.bytes = std::make_shared<std::string>(*file.bytes);
    }
    file.bytes->resize(offset);
    file.bytes->append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

void fake_remote::cut_bytes(const remote_path& where, std::uint64_t size)
{
    if (const auto found = tree_.find(where.str()); found != tree_.end()) {
        found->second.bytes = std::make_shared<std::string>(found->second.bytes->substr(0, size));
        found->second.attributes.size = size;
    }
}

void fake_remote::put_back(const remote_path& where, std::optional<object> before)
{
    tree_.erase(where.str());
    if (before) {
        tree_.emplace(where.str(), *std::move(before));
    }
}

bool fake_remote::has_children(const std::string& directory) const
{
    const auto below = directory + "/";
    const auto first = tree_.lower_bound(below);
    return first != tree_.end() && first->first.starts_with(below);
}

std::vector<std::string> fake_remote::names_in(std::string_view directory) const
{
    std::vector<std::string> names;
    for (const auto& [where, what] : tree_) {
        const auto child = path(where);
        if (!child.is_root() && child.parent().str() == directory) {
            names.emplace_back(child.name());
        }
    }
    return names;
}

awaitable<result<std::unique_ptr<ftpfs::remote::upload>>>
fake_remote::open_upload(ftpfs::remote::upload_request request)
{
    const bool appends = request.start == ftpfs::remote::upload_start::append;
    calls_.push_back(appends ? "append " + request.path.str() + " @" + std::to_string(request.offset)
                             : "upload " + request.path.str());
    const bool served = co_await wait_for_session();
    if (!served) {
        co_return errc::cancelled;
    }
    auto passed = co_await pass(call::open_upload);
    --opening_;
    changed_.notify_all();
    FTPFS_CO_CHECK(std::move(passed));
    auto found = tree_.find(request.path.str());
    if (found != tree_.end() && found->second.attributes.kind == file_kind::directory) {
        co_return failure{errc::is_a_directory, request.path.str()};
    }
    if (!tree_.contains(request.path.parent().str())) {
        co_return failure{errc::not_found, request.path.parent().str()};
    }
    std::optional<object> before;
    if (found != tree_.end()) {
        before = found->second;
    }
    if (appends && !appends_) {
        co_return failure{errc::unsupported, "502 APPE not implemented"};
    }
    if (appends) {
        if (found == tree_.end()) {
            co_return failure{errc::not_found, request.path.str()};
        }
        const auto& known = found->second.attributes;
        if (known.size != request.offset || (request.expected && !same_version(*request.expected, version_of(known)))) {
            co_return failure{errc::version_changed, request.path.str()};
        }
    } else if (found == tree_.end()) {
        add_file(request.path.str(), "");
        find(request.path.str()).attributes.mode = new_mode_;
    } else {
        found->second.bytes = std::make_shared<std::string>();
        found->second.attributes.size = 0;
    }
    touch(find(request.path.str()));
    std::optional<planned_upload_cut> cut;
    if (!upload_cuts_.empty()) {
        cut = std::move(upload_cuts_.front());
        upload_cuts_.erase(upload_cuts_.begin());
    }
    const auto begin = appends ? request.offset : 0;
    co_return std::make_unique<upload>(*this, std::move(request), begin, std::move(cut), std::move(before));
}

awaitable<result<>> fake_remote::remove(remote_path file)
{
    calls_.push_back("remove " + file.str());
    FTPFS_CO_CHECK(co_await enter(call::remove));
    const auto found = tree_.find(file.str());
    if (found == tree_.end()) {
        co_return failure{errc::not_found, file.str()};
    }
    if (found->second.attributes.kind == file_kind::directory) {
        co_return failure{errc::is_a_directory, file.str()};
    }
    tree_.erase(found);
    co_return result<>{};
}

awaitable<result<>> fake_remote::remove_directory(remote_path directory)
{
    calls_.push_back("rmdir " + directory.str());
    FTPFS_CO_CHECK(co_await enter(call::remove_directory));
    const auto found = tree_.find(directory.str());
    if (found == tree_.end()) {
        co_return failure{errc::not_found, directory.str()};
    }
    if (found->second.attributes.kind != file_kind::directory) {
        co_return failure{errc::not_a_directory, directory.str()};
    }
    if (has_children(directory.str())) {
        co_return failure{errc::not_empty, directory.str()};
    }
    tree_.erase(found);
    co_return result<>{};
}

awaitable<result<>> fake_remote::make_directory(remote_path directory)
{
    calls_.push_back("mkdir " + directory.str());
    FTPFS_CO_CHECK(co_await enter(call::make_directory));
    if (tree_.contains(directory.str())) {
        co_return failure{errc::already_exists, directory.str()};
    }
    if (!tree_.contains(directory.parent().str())) {
        co_return failure{errc::not_found, directory.parent().str()};
    }
    add_directory(directory.str());
    co_return result<>{};
}

void fake_remote::move_tree(const std::string& from, const std::string& to)
{
    std::map<std::string, object, std::less<>> moved;
    for (auto at = tree_.begin(); at != tree_.end();) {
        if (at->first == from || at->first.starts_with(from + "/")) {
            moved.emplace(to + at->first.substr(from.size()), std::move(at->second));
            at = tree_.erase(at);
        } else {
            ++at;
        }
    }
    tree_.merge(moved);
}

awaitable<result<>> fake_remote::rename(remote_path from, remote_path to, ftpfs::remote::existing_target policy)
{
    const bool refuses = policy == ftpfs::remote::existing_target::refuse;
    calls_.push_back("rename " + from.str() + " " + to.str() + (refuses ? " refuse" : ""));
    FTPFS_CO_CHECK(co_await enter(call::rename));
    const auto source = tree_.find(from.str());
    if (source == tree_.end() || !tree_.contains(to.parent().str())) {
        co_return failure{errc::not_found, from.str()};
    }
    const auto target = tree_.find(to.str());
    if (target != tree_.end() && target != source) {
        const bool directory = target->second.attributes.kind == file_kind::directory;
        const bool moves_directory = source->second.attributes.kind == file_kind::directory;
        if (refuses) {
            co_return failure{errc::already_exists, to.str()};
        }
        if (directory != moves_directory) {
            co_return failure{directory ? errc::is_a_directory : errc::not_a_directory, to.str()};
        }
        if (has_children(to.str())) {
            co_return failure{errc::not_empty, to.str()};
        }
        tree_.erase(target);
    }
    if (from != to) {
        move_tree(from.str(), to.str());
    }
    co_return result<>{};
}

awaitable<result<>> fake_remote::change_attributes(remote_path where, ftpfs::remote::attribute_change change)
{
    if (change.mode) {
        char digits[8];
        std::snprintf(digits, sizeof digits, "%04o", static_cast<unsigned>(*change.mode));
        calls_.push_back("mode " + where.str() + " " + digits);
    }
    if (change.modified) {
        calls_.push_back("time " + where.str() + " " + std::to_string(change.modified->time_since_epoch().count()));
    }
    FTPFS_CO_CHECK(co_await enter(call::change_attributes));
    const auto found = tree_.find(where.str());
    if (found == tree_.end()) {
        co_return failure{errc::not_found, where.str()};
    }
    if (change.mode && modes_) {
        found->second.attributes.mode = change.mode;
    }
    if (change.modified && times_) {
        found->second.attributes.modified = {*change.modified, time_precision::second, time_source::fact};
    }
    if ((change.mode && !modes_) || (change.modified && !times_)) {
        co_return failure{errc::unsupported, "500 unknown command"};
    }
    co_return result<>{};
}

awaitable<result<>> fake_remote::make_link(std::string target, remote_path link)
{
    calls_.push_back("link " + link.str());
    FTPFS_CO_CHECK(co_await enter(call::make_link));
    if (!links_) {
        co_return failure{errc::unsupported, "500 unknown command"};
    }
    if (tree_.contains(link.str())) {
        co_return failure{errc::already_exists, link.str()};
    }
    add_link(link.str(), std::move(target));
    co_return result<>{};
}

awaitable<result<>> fake_remote::copy(remote_path from, remote_path to)
{
    calls_.push_back("copy " + from.str() + " " + to.str());
    FTPFS_CO_CHECK(co_await enter(call::copy));
    if (!copies_) {
        co_return failure{errc::unsupported, "500 unknown command"};
    }
    const auto found = tree_.find(from.str());
    if (found == tree_.end() || !found->second.bytes) {
        co_return failure{errc::not_found, from.str()};
    }
    add_file(to.str(), std::string{*found->second.bytes});
    co_return result<>{};
}

awaitable<result<ftpfs::remote::free_space>> fake_remote::space(remote_path directory)
{
    calls_.push_back("space " + directory.str());
    FTPFS_CO_CHECK(co_await enter(call::space));
    if (!space_) {
        co_return failure{errc::unsupported, "500 unknown command"};
    }
    co_return *space_;
}

}  // namespace ftpfs::test
