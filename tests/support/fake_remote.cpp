#include "support/fake_remote.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace ftpfs::test {

namespace asio = boost::asio;

remote_path path(std::string_view text)
{
    return remote_path::make(text).value();
}

file_name name(std::string_view text)
{
    return file_name::make(text).value();
}

class ahead_use {
public:
    explicit ahead_use(std::size_t* count) : count_{count} {}
    ahead_use(const ahead_use&) = delete;
    ahead_use& operator=(const ahead_use&) = delete;
    ~ahead_use() { count_ != nullptr ? void(--*count_) : void(); }

private:
    std::size_t* count_;
};

class fake_remote::download final : public ftpfs::remote::download {
public:
    download(fake_remote& owner, std::shared_ptr<const std::string> bytes, file_version version,
             ftpfs::remote::download_request request, std::optional<planned_cut> cut, std::shared_ptr<ahead_use> taken)
        : taken_{std::move(taken)}, owner_{owner}, bytes_{std::move(bytes)}, version_{version}, request_{std::move(
                                                                                                    request)},
          position_{std::min<std::uint64_t>(request_.offset, bytes_->size())}, cut_{std::move(cut)}
    {
        owner_.downloads_.insert(this);
        owner_.peak_downloads_ = std::max(owner_.peak_downloads_, owner_.downloads_.size());
    }
    ~download() override
    {
        owner_.downloads_.erase(this);
        owner_.changed_.notify_all();
    }

    const file_version& version() const noexcept override { return version_; }
    std::optional<std::uint64_t> until() const noexcept override
    {
        return owner_.ends_parts_ ? request_.until : std::nullopt;
    }

    void send_more(std::uint64_t bytes) { left_ = bytes; }

    void press() const
    {
        if (request_.on_pressure) {
            request_.on_pressure();
        }
    }

    awaitable<result<std::size_t>> read_some(std::span<std::byte> buffer) override
    {
        FTPFS_CO_CHECK(co_await owner_.pass(call::read));
        while (owner_.share_ && left_ == 0 && position_ < until().value_or(bytes_->size())) {
            const bool goes_on = co_await owner_.changed_.wait();
            if (!goes_on) {
                co_return errc::cancelled;
            }
        }
        if (cut_ && sent_ >= cut_->bytes) {
            co_return cut_->why;
        }
        const auto end = std::min<std::uint64_t>(bytes_->size(), until().value_or(bytes_->size()));
        auto count = std::min<std::uint64_t>({buffer.size(), owner_.chunk_, end - position_});
        if (cut_) {
            count = std::min(count, cut_->bytes - sent_);
        }
        if (owner_.share_) {
            count = std::min(count, left_);
            left_ -= count;
        }
        std::memcpy(buffer.data(), bytes_->data() + position_, count);
        position_ += count;
        sent_ += count;
        owner_.bytes_sent_ += count;
        co_return static_cast<std::size_t>(count);
    }

private:
    std::shared_ptr<ahead_use> taken_;
    fake_remote& owner_;
    std::shared_ptr<const std::string> bytes_;
    file_version version_;
    ftpfs::remote::download_request request_;
    std::uint64_t position_;
    std::uint64_t sent_ = 0;
    std::uint64_t left_ = owner_.share_.value_or(0);
    std::optional<planned_cut> cut_;
};

fake_remote::fake_remote(executor where) : where_{where}, changed_{where}
{
    add_directory("/");
}

void fake_remote::put(std::string_view where, object what)
{
    const auto whole = path(where);
    if (!whole.is_root() && !tree_.contains(whole.parent().str())) {
        add_directory(whole.parent().str());
    }
    touch(what);
    tree_.insert_or_assign(whole.str(), std::move(what));
}

// Each change has a time of its own.
void fake_remote::touch(object& what)
{
    what.attributes.modified = {next_time_, time_precision::second, time_source::fact};
    next_time_ += std::chrono::hours{1};
}

void fake_remote::add_directory(std::string_view where)
{
    object directory;
    directory.attributes.kind = file_kind::directory;
    directory.attributes.mode = std::uint16_t{0755};
    put(where, std::move(directory));
}

void fake_remote::add_file(std::string_view where, std::string bytes)
{
    object file;
    file.attributes.kind = file_kind::regular;
    file.attributes.size = bytes.size();
    file.attributes.mode = std::uint16_t{0644};
    file.bytes = std::make_shared<std::string>(std::move(bytes));
    put(where, std::move(file));
}

void fake_remote::add_link(std::string_view where, std::string target)
{
    object link;
    link.attributes.kind = file_kind::symlink;
    link.attributes.link_target = std::move(target);
    put(where, std::move(link));
}

void fake_remote::remove(std::string_view where)
{
    find(where);
    const std::string below = std::string{where} + "/";
    std::erase_if(tree_, [&](const auto& item) { return item.first == where || item.first.starts_with(below); });
}

void fake_remote::replace_file(std::string_view where, std::string bytes)
{
    find(where);
    add_file(where, std::move(bytes));
}

fake_remote::object& fake_remote::find(std::string_view where)
{
    const auto found = tree_.find(where);
    if (found == tree_.end()) {
        throw std::invalid_argument{"not in the fake tree: " + std::string{where}};
    }
    return found->second;
}

file_attributes& fake_remote::attributes_of(std::string_view where)
{
    return find(where).attributes;
}

const std::string& fake_remote::bytes_of(std::string_view where) const
{
    return *tree_.find(where)->second.bytes;
}

std::size_t fake_remote::count(std::string_view first_word) const
{
    const auto begins = [&](const std::string& line) { return line.starts_with(std::string{first_word} + " "); };
    return static_cast<std::size_t>(std::ranges::count_if(calls_, begins));
}

void fake_remote::hold_everything()
{
    for (int each = 0; each <= static_cast<int>(call::space); ++each) {
        held_.insert(static_cast<call>(each));
    }
}

void fake_remote::release()
{
    held_.clear();
    changed_.notify_all();
}

void fake_remote::send_more(std::uint64_t bytes_each)
{
    share_ = bytes_each;
    for (auto* one : downloads_) {
        one->send_more(bytes_each);
    }
    changed_.notify_all();
}

void fake_remote::press()
{
    // A copy: the callback may end the download.
    const auto downloads = downloads_;
    for (const auto* one : downloads) {
        one->press();
    }
    press_uploads();
}

void fake_remote::fail(call what, failure why, std::size_t skip)
{
    failures_.push_back({what, std::move(why), skip});
}

void fake_remote::cut_download_after(std::uint64_t bytes, failure why)
{
    cuts_.push_back({bytes, std::move(why)});
}

awaitable<result<void>> fake_remote::pass(call what)
{
    co_await asio::this_coro::throw_if_cancelled(false);
    while (held_.contains(what)) {
        ++held_calls_;
        const bool goes_on = co_await changed_.wait();
        --held_calls_;
        if (!goes_on) {
            co_return errc::cancelled;
        }
    }
    if (latency_.count() > 0) {
        asio::steady_timer pause{where_, latency_};
        co_await pause.async_wait(as_result);
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none) {
            co_return errc::cancelled;
        }
    }
    const auto planned = std::ranges::find(failures_, what, &planned_failure::what);
    if (planned != failures_.end() && planned->skip-- == 0) {
        auto why = std::move(planned->why);
        failures_.erase(planned);
        co_return why;
    }
    co_return result<void>{};
}

// A single command, from its line-up for a session to its reply.
awaitable<result<void>> fake_remote::enter(call what)
{
    if (!commands_take_sessions_) {
        co_return co_await pass(what);
    }
    const bool served = co_await wait_for_session();
    if (!served) {
        co_return errc::cancelled;
    }
    --opening_;
    ++busy_;
    auto passed = co_await pass(what);
    --busy_;
    changed_.notify_all();
    co_return passed;
}

void fake_remote::limit_sessions(std::size_t sessions)
{
    sessions_ = sessions;
    commands_take_sessions_ = true;
}

file_attributes fake_remote::as_listed(file_attributes attributes) const
{
    auto& time = attributes.modified;
    if (lists_minutes_) {
        time = {std::chrono::floor<std::chrono::minutes>(time.value), time_precision::minute, time_source::listing};
    }
    return attributes;
}

awaitable<result<ftpfs::remote::listing>> fake_remote::list(remote_path directory)
{
    calls_.push_back("list " + directory.str());
    return list_now(std::move(directory));
}

bool fake_remote::may_begin_ahead()
{
    if (ahead_ >= spare_ || !queue_.empty()) {
        return false;
    }
    peak_ahead_ = std::max(peak_ahead_, ++ahead_);
    return true;
}

awaitable<result<ftpfs::remote::listing>> fake_remote::list_ahead(remote_path directory)
{
    if (!may_begin_ahead()) {
        co_return failure{errc::busy, "no session to spare"};
    }
    calls_.push_back("list " + directory.str() + " ahead");
    auto answer = co_await list_now(std::move(directory));
    --ahead_;
    co_return answer;
}

awaitable<result<ftpfs::remote::listing>> fake_remote::list_now(remote_path directory)
{
    FTPFS_CO_CHECK(co_await enter(call::list));
    const auto found = tree_.find(directory.str());
    if (found == tree_.end()) {
        co_return failure{errc::not_found, directory.str()};
    }
    if (found->second.attributes.kind != file_kind::directory) {
        co_return failure{errc::not_a_directory, directory.str()};
    }
    ftpfs::remote::listing answer;
    answer.complete = listings_complete_;
    for (const auto& [where, what] : tree_) {
        const auto child = path(where);
        if (!child.is_root() && child.parent() == directory) {
            answer.entries.emplace_back(name(child.name()), as_listed(what.attributes));
        }
    }
    if (lists_backwards_) {
        std::ranges::reverse(answer.entries);
    }
    co_return answer;
}

awaitable<result<file_attributes>> fake_remote::stat(remote_path where)
{
    calls_.push_back("stat " + where.str());
    FTPFS_CO_CHECK(co_await enter(call::stat));
    const auto found = tree_.find(where.str());
    if (found == tree_.end()) {
        co_return failure{errc::not_found, where.str()};
    }
    co_return as_listed(found->second.attributes);
}

awaitable<result<std::string>> fake_remote::read_link(remote_path where)
{
    calls_.push_back("read_link " + where.str());
    FTPFS_CO_CHECK(co_await enter(call::read_link));
    const auto found = tree_.find(where.str());
    if (found == tree_.end()) {
        co_return failure{errc::not_found, where.str()};
    }
    co_return found->second.attributes.link_target;
}

awaitable<bool> fake_remote::wait_for_session()
{
    co_await asio::this_coro::throw_if_cancelled(false);
    const auto ticket = next_ticket_++;
    queue_.push_back(ticket);
    bool served = true;
    while (served &&
           (queue_.front() != ticket || downloads_.size() + uploads_.size() + busy_ + opening_ >= sessions_)) {
        press();
        served = co_await changed_.wait();
    }
    std::erase(queue_, ticket);
    opening_ += served ? 1 : 0;
    changed_.notify_all();
    co_return served;
}

awaitable<result<std::unique_ptr<ftpfs::remote::download>>>
fake_remote::open_download(ftpfs::remote::download_request request)
{
    if (request.ahead && !may_begin_ahead()) {
        co_return failure{errc::busy, "no session to spare"};
    }
    calls_.push_back("open " + request.path.str() + " @" + std::to_string(request.offset) +
                     (request.ahead ? " ahead" : ""));
    const auto taken = std::make_shared<ahead_use>(request.ahead ? &ahead_ : nullptr);
    const bool served = co_await wait_for_session();
    if (!served) {
        co_return errc::cancelled;
    }
    auto passed = co_await pass(call::open);
    --opening_;
    changed_.notify_all();
    FTPFS_CO_CHECK(std::move(passed));
    const auto found = tree_.find(request.path.str());
    if (found == tree_.end()) {
        co_return failure{errc::not_found, request.path.str()};
    }
    const auto& [attributes, bytes] = found->second;
    if (!bytes) {
        co_return failure{errc::permission_denied, request.path.str() + ": not a plain file"};
    }
    const file_version version{bytes->size(), attributes.modified};
    if (request.expected && !same_version(*request.expected, version)) {
        co_return failure{errc::version_changed, request.path.str()};
    }
    std::optional<planned_cut> cut;
    if (!cuts_.empty()) {
        cut = std::move(cuts_.front());
        cuts_.erase(cuts_.begin());
    }
    co_return std::make_unique<download>(*this, bytes, version, std::move(request), std::move(cut), taken);
}

awaitable<> fake_remote::shut_down()
{
    shut_down_ = true;
    co_return;
}

}  // namespace ftpfs::test
