#include "ftpfs/fs/segment_chain.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace ftpfs::fs {
namespace {

// Less than this before the end of the file is sooner read than begun elsewhere.
constexpr std::uint64_t least_segment = std::uint64_t{8} << 20;

// After a refusal, the reader gets so much further before a session is asked for again: tens of round trips.
constexpr std::uint64_t retry_distance = std::uint64_t{4} << 20;

// What a follower may fetch until the reader has got on: enough that none stands still meanwhile, and little enough
// that the last ones have a share when memory becomes scarce.
constexpr std::uint64_t slice = std::uint64_t{8} << 20;

}  // namespace

segment_chain::segment_chain(reading& services, std::shared_ptr<file_content> content, std::shared_ptr<arrivals> news)
    : services_{services}, content_{std::move(content)}, news_{std::move(news)}, policy_{services.settings.streams,
                                                                                         services.blocks.limit() / 8 *
                                                                                             7}
{
}

segment_chain::~segment_chain()
{
    give_back();
}

void segment_chain::delivered(const std::shared_ptr<download_pump>& lead, std::uint64_t offset, std::uint64_t end,
                              bool waited)
{
    const auto size = content_->size();
    if (!size || services_.stopping || !is_in_lead(lead, offset)) {
        return;
    }
    const auto is_broken = [](const follower& one) { return one.pump->why() && !one.was_refused(); };
    if (std::ranges::any_of(followers_, is_broken)) {
        end_followers();
        policy_.returned(services_.now());
        return;
    }
    if (lead && lead->window().is_established()) {
        policy_.delivered(offset, end, waited, *size, services_.now());
    }
    if (policy_.streams() == 1 && followers_.empty()) {
        end_followers();
        return;
    }
    // After a trial in vain, what was fetched for it is still read.
    content_->used_up(offset, end);
    if (ask_again(end)) {
        begin_more(end);
    }
    grant();
}

// Is it this chain's reader, and not another one of the same file?
bool segment_chain::is_in_lead(const std::shared_ptr<download_pump>& lead, std::uint64_t offset)
{
    if (services_.segmented && !has_turn_) {
        return false;
    }
    if (followers_.empty()) {
        lead_ = lead;
        return lead != nullptr;
    }
    return lead ? lead == lead_ || lead == last_lead_ : offset < followers_.front().begin;
}

// A follower for which there was no session to spare: usually one that has just left the segment before is not ready
// yet. Where the stream before it still runs, that one goes on instead; else it is asked for again. False while there
// is such a follower.
bool segment_chain::ask_again(std::uint64_t read_until)
{
    const auto refused = std::ranges::find_if(followers_, &follower::was_refused);
    if (refused == followers_.end()) {
        return read_until >= begin_after_;
    }
    const auto& before = refused == followers_.begin() ? lead_ : std::prev(refused)->pump;
    if (std::next(refused) == followers_.end() && before && !before->is_over()) {
        before->stop_at(std::nullopt);
        followers_.pop_back();
        ++services_.count.returned_segments;
        begin_after_ = read_until + retry_distance;
    } else if (read_until >= begin_after_) {
        begin_anew(refused);
        begin_after_ = read_until + retry_distance;
    }
    return false;
}

void segment_chain::begin_anew(std::deque<follower>::iterator which)
{
    which->pump = download_pump::start(services_, content_, news_, which->begin);
    if (const auto behind = std::next(which); behind != followers_.end()) {
        which->pump->stop_at(behind->begin);
    }
}

void segment_chain::begin_more(std::uint64_t read_until)
{
    const auto size = *content_->size();
    while (running() < policy_.streams() && policy_.streams() > 1 &&
           held() + policy_.segment() / 2 <= policy_.memory()) {
        auto begin = followers_.empty() ? std::max(lead_->window().position(), read_until) + policy_.length(0)
                                        : followers_.back().end;
        begin += cache::block_size - 1 - (begin - 1) % cache::block_size;
        if (begin + least_segment > size) {
            return;
        }
        has_turn_ = services_.segmented = true;
        (followers_.empty() ? lead_ : followers_.back().pump)->stop_at(begin);
        followers_.push_back(
            {begin, begin + policy_.length(running()), download_pump::start(services_, content_, news_, begin)});
        ++services_.count.segments;
    }
}

// Also what tells a follower that its reader is still there.
void segment_chain::grant()
{
    const auto in_use = held();
    auto left = policy_.memory() - std::min(policy_.memory(), in_use);
    for (auto& one : followers_) {
        if (one.pump->is_over()) {
            continue;
        }
        const auto at = one.pump->window().position();
        const auto given = std::min({one.end - std::min(one.end, at), slice, left});
        one.pump->fetch_ahead(at + given);
        left -= given;
    }
}

std::size_t segment_chain::running() const
{
    const auto runs = [](const std::shared_ptr<download_pump>& pump) { return pump && !pump->is_over(); };
    const auto followers = std::ranges::count_if(followers_, runs, &follower::pump);
    return static_cast<std::size_t>(followers) + (runs(lead_) ? 1 : 0) + (runs(last_lead_) ? 1 : 0);
}

std::uint64_t segment_chain::held() const
{
    return std::accumulate(followers_.begin(), followers_.end(), std::uint64_t{0},
                           [](std::uint64_t sum, const auto& one) { return sum + one.held(); });
}

std::shared_ptr<download_pump> segment_chain::take(std::uint64_t offset)
{
    if (followers_.empty() || offset < followers_.front().begin ||
        offset > followers_.front().begin + read_window::disorder) {
        return nullptr;
    }
    if (followers_.front().was_refused()) {
        begin_anew(followers_.begin());  // now somebody waits for it
    }
    const auto next = followers_.front();
    if (next.pump->why()) {
        end_followers();
        policy_.returned(services_.now());
        return nullptr;
    }
    followers_.pop_front();
    next.pump->serve_reader();
    last_lead_ = std::exchange(lead_, next.pump);
    policy_.reached(next.begin, services_.now());
    return next.pump;
}

void segment_chain::give_back()
{
    end_followers();
    begin_after_ = 0;
    policy_.jumped();
}

void segment_chain::end_followers()
{
    services_.count.returned_segments += followers_.size();
    if (lead_ && !followers_.empty()) {
        lead_->stop_at(std::nullopt);
    }
    for (const auto& one : followers_) {
        one.pump->close();
    }
    followers_.clear();
    if (has_turn_) {
        has_turn_ = services_.segmented = false;
    }
    lead_.reset();
    last_lead_.reset();
}

}  // namespace ftpfs::fs
