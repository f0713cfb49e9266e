#include "ftpfs/fs/segment_chain.hpp"

#include <algorithm>

namespace ftpfs::fs {
namespace {

// Less than this before the end of the file is sooner read than begun elsewhere.
constexpr std::uint64_t least_segment = std::uint64_t{16} << 20;

// After a refusal, the reader gets so much further before a session is asked for again: tens of round trips.
constexpr std::uint64_t retry_distance = std::uint64_t{4} << 20;

}  // namespace

segment_chain::segment_chain(reading& services, std::shared_ptr<file_content> content, std::shared_ptr<arrivals> news)
    : services_{services}, content_{std::move(content)}, news_{std::move(news)}, policy_{services.settings.streams,
                                                                                         services.blocks.limit() / 2}
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
    if (!size || services_.stopping || (services_.segmented && !has_turn_)) {
        return;
    }
    if (followers_.empty()) {
        lead_ = lead;
    } else if (lead != lead_) {
        return;  // another reader's
    }
    drop_refused(end);
    if (std::ranges::any_of(followers_, [](const auto& one) { return one.pump->why().has_value(); })) {
        end_followers();
        policy_.returned(services_.now());
        return;
    }
    if (lead->window().is_established()) {
        policy_.delivered(offset, end, waited, *size, services_.now());
    }
    if (policy_.streams() == 1) {
        end_followers();
        return;
    }
    content_->used_up(offset, end);
    begin_more(end);
    grant();
}

// There was no session to spare for it: usually one that has just left the segment before is not ready yet.
void segment_chain::drop_refused(std::uint64_t read_until)
{
    while (!followers_.empty() && followers_.back().pump->why() == errc::busy) {
        followers_.pop_back();
        ++services_.count.returned_segments;
        (followers_.empty() ? lead_ : followers_.back().pump)->stop_at(std::nullopt);
        begin_after_ = read_until + retry_distance;
    }
}

void segment_chain::begin_more(std::uint64_t read_until)
{
    const auto size = *content_->size();
    while (read_until >= begin_after_ && followers_.size() + 1 < policy_.streams()) {
        auto begin = followers_.empty() ? std::max(lead_->window().position(), read_until) + 2 * policy_.first_grant()
                                        : followers_.back().begin + policy_.spacing();
        begin += cache::block_size - 1 - (begin - 1) % cache::block_size;
        if (begin + least_segment > size) {
            return;
        }
        has_turn_ = services_.segmented = true;
        (followers_.empty() ? lead_ : followers_.back().pump)->stop_at(begin);
        followers_.push_back({begin, download_pump::start(services_, content_, news_, begin)});
        ++services_.count.segments;
    }
}

// Also what tells a follower that its reader is still there.
void segment_chain::grant()
{
    for (std::size_t rank = 0; rank < followers_.size(); ++rank) {
        if (!followers_[rank].pump->is_over()) {
            followers_[rank].pump->fetch_ahead(followers_[rank].begin + policy_.grant(rank));
        }
    }
}

std::shared_ptr<download_pump> segment_chain::take(std::uint64_t offset)
{
    if (followers_.empty() || offset < followers_.front().begin ||
        offset > followers_.front().begin + read_window::disorder) {
        return nullptr;
    }
    const auto next = followers_.front();
    if (next.pump->why()) {
        end_followers();
        policy_.returned(services_.now());
        return nullptr;
    }
    followers_.pop_front();
    next.pump->serve_reader();
    lead_ = next.pump;
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
}

}  // namespace ftpfs::fs
