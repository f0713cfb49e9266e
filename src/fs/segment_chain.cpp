#include "ftpfs/fs/segment_chain.hpp"

#include <algorithm>
#include <numeric>
#include <optional>
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

// A reader's last bytes stay in the cache, too, and some blocks are only filled in part.
std::uint64_t memory_in_front(std::uint64_t cache_limit)
{
    const auto others = cache_limit / 16 + read_window::disorder;
    return cache_limit - std::min(cache_limit, others);
}

std::uint64_t end_of_claim(const download_pump& pump)
{
    return pump.window().position() + pump.window().credit();
}

}  // namespace

segment_chain::segment_chain(reading& services, std::shared_ptr<file_content> content, std::shared_ptr<arrivals> news)
    : services_{services}, content_{std::move(content)}, news_{std::move(news)}, policy_{services.settings.streams,
                                                                                         memory_in_front(
                                                                                             services.blocks.limit())}
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
    if (gives_up_broken()) {
        return;
    }
    if (lead && lead->window().is_established()) {
        policy_.delivered(offset, end, waited, *size, services_.now());
    }
    if (policy_.streams() == 1 && followers_.empty()) {
        end_followers();
        return;
    }
    // After a trial in vain, what was fetched for it is still read. The kernel asks once more for what it has not shown
    // yet when it learns another time of the file, so the last bytes stay.
    content_->used_up(offset - std::min(offset, read_window::disorder), end - std::min(end, read_window::disorder));
    keep_busy(end);
}

void segment_chain::waits(std::uint64_t offset)
{
    const bool is_lead_awaited = !followers_.empty() && lead_ && !lead_->is_over() && lead_->window().reaches(offset);
    if (is_lead_awaited && !services_.stopping && !gives_up_broken()) {
        keep_busy(offset);
    }
}

bool segment_chain::gives_up_broken()
{
    const auto is_broken = [](const follower& one) { return one.pump->why() && !one.was_refused(); };
    if (std::ranges::none_of(followers_, is_broken)) {
        return false;
    }
    end_followers();
    policy_.returned(services_.now());
    return true;
}

void segment_chain::keep_busy(std::uint64_t read_until)
{
    if (leave_out_refused(read_until)) {
        begin_more(read_until);
    }
    grant(read_until);
}

// Is it this chain's reader, and not another one of the same file?
bool segment_chain::is_in_lead(const std::shared_ptr<download_pump>& lead, std::uint64_t offset)
{
    if (services_.segmented && !has_turn_) {
        return false;
    }
    if (followers_.empty()) {
        // The one that was left behind may still answer a request or two.
        const bool is_behind = lead && lead == last_lead_ && lead_ && !lead_->is_over();
        if (!is_behind) {
            lead_ = lead;
        }
        return lead != nullptr;
    }
    return lead ? lead == lead_ || lead == last_lead_ : offset < followers_.front().begin;
}

// Those for which there was no session to spare: sessions log in first, or have just left the segment before. At the
// end of the chain, where the stream in front still runs, that one goes on instead; else somebody has to be asked
// again. False while it is too early to ask for more.
bool segment_chain::leave_out_refused(std::uint64_t read_until)
{
    const bool may_ask = read_until >= begin_after_;
    bool refused = leave_out_last();
    for (std::size_t i = 0; i < followers_.size(); ++i) {
        if (followers_[i].was_refused()) {
            refused = true;
            if (may_ask) {
                begin_anew(i);
            }
        }
    }
    if (refused && may_ask) {
        begin_after_ = read_until + retry_distance;
    }
    return !refused && may_ask;
}

bool segment_chain::leave_out_last()
{
    auto first = followers_.end();
    while (first != followers_.begin() && std::prev(first)->was_refused()) {
        --first;
    }
    const auto& before = first == followers_.begin() ? lead_ : std::prev(first)->pump;
    if (first == followers_.end() || !before || before->is_over()) {
        return false;
    }
    before->stop_at(std::nullopt);
    services_.count.returned_segments += static_cast<std::uint64_t>(followers_.end() - first);
    followers_.erase(first, followers_.end());
    return true;
}

void segment_chain::begin_anew(std::size_t which)
{
    auto& one = followers_[which];
    one.pump = download_pump::start(services_, content_, news_, one.begin);
    if (which + 1 < followers_.size()) {
        one.pump->stop_at(followers_[which + 1].begin);
    }
}

void segment_chain::begin_more(std::uint64_t read_until)
{
    const auto size = *content_->size();
    while (running() < policy_.streams() && policy_.streams() > 1 &&
           claimed(read_until) + policy_.segment() / 2 <= policy_.memory()) {
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
void segment_chain::grant(std::uint64_t read_until)
{
    const auto in_use = claimed(read_until);
    auto left = policy_.memory() - std::min(policy_.memory(), in_use);
    for (auto& one : followers_) {
        if (one.pump->is_over()) {
            continue;
        }
        const auto has = end_of_claim(*one.pump);
        const auto wants = std::min(one.end, one.pump->window().position() + slice);
        const auto given = std::min(wants - std::min(wants, has), left);
        one.pump->fetch_ahead(has + given);
        left -= given;
    }
}

std::size_t segment_chain::running() const
{
    const auto runs = [](const std::shared_ptr<download_pump>& pump) { return pump && !pump->is_over(); };
    const auto followers = std::ranges::count_if(followers_, runs, &follower::pump);
    return static_cast<std::size_t>(followers) + (runs(lead_) ? 1 : 0) + (runs(last_lead_) ? 1 : 0);
}

// Bytes in memory that nobody has read yet, and those that may still come. More than there is room for would drive out
// the ones that are read next.
std::uint64_t segment_chain::claimed(std::uint64_t read_until) const
{
    const auto of_lead = lead_ ? end_of_claim(*lead_) : read_until;
    return std::accumulate(
        followers_.begin(), followers_.end(), of_lead - std::min(of_lead, read_until),
        [](std::uint64_t sum, const auto& one) { return sum + end_of_claim(*one.pump) - one.begin; });
}

std::shared_ptr<download_pump> segment_chain::take(std::uint64_t offset)
{
    if (followers_.empty() || offset < followers_.front().begin ||
        offset > followers_.front().begin + read_window::disorder) {
        return nullptr;
    }
    if (followers_.front().was_refused()) {
        begin_anew(0);  // now somebody waits for it
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
