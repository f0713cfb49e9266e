// A map with a limit in bytes: what was not used for the longest time leaves first.
//
// The charge of an item is what its owner says it occupies; the map adds nothing. Used by all caches of this
// layer. Pointers to values stay valid until the item is replaced, erased or evicted, which only the
// non-const calls below do. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <unordered_map>
#include <utility>

namespace ftpfs::cache {

template <class Key, class Value, class Hash = std::hash<Key>>
class lru_map {
public:
    explicit lru_map(std::uint64_t limit) : limit_{limit} {}
    lru_map(const lru_map&) = delete;
    lru_map& operator=(const lru_map&) = delete;

    // Counts as a use.
    Value* find(const Key& key)
    {
        const auto found = items_.find(key);
        if (found == items_.end()) {
            return nullptr;
        }
        unlink(found->second);
        link_newest(found->second);
        return &found->second.value;
    }

    // The opposite of a use: it is the next to leave.
    void make_oldest(const Key& key)
    {
        const auto found = items_.find(key);
        if (found == items_.end()) {
            return;
        }
        auto& one = found->second;
        unlink(one);
        one.older = nullptr;
        one.newer = oldest_;
        (oldest_ != nullptr ? oldest_->older : newest_) = &one;
        oldest_ = &one;
    }

    // Does not.
    const Value* peek(const Key& key) const
    {
        const auto found = items_.find(key);
        return found == items_.end() ? nullptr : &found->second.value;
    }

    // Adds or replaces, then evicts the oldest until the limit holds. The new item stays, even if it is
    // larger than the limit alone: whoever stores something is about to use it.
    Value& put(Key key, Value value, std::uint64_t charge)
    {
        erase(key);
        const auto [place, added] = items_.try_emplace(std::move(key), std::move(value), charge);
        place->second.key = &place->first;
        link_newest(place->second);
        bytes_ += charge;
        while (bytes_ > limit_ && items_.size() > 1) {
            pop_oldest();
        }
        return place->second.value;
    }

    bool erase(const Key& key)
    {
        const auto found = items_.find(key);
        if (found == items_.end()) {
            return false;
        }
        unlink(found->second);
        bytes_ -= found->second.charge;
        items_.erase(found);
        return true;
    }

    std::optional<Value> pop_oldest()
    {
        if (oldest_ == nullptr) {
            return std::nullopt;
        }
        std::optional<Value> value{std::move(oldest_->value)};
        erase(Key{*oldest_->key});
        return value;
    }

    template <class Predicate>
    void erase_if(Predicate leaves)
    {
        for (auto at = items_.begin(); at != items_.end();) {
            auto& [key, held] = *at;
            if (!leaves(key, held.value)) {
                ++at;
                continue;
            }
            unlink(held);
            bytes_ -= held.charge;
            at = items_.erase(at);
        }
    }

    std::uint64_t bytes() const noexcept { return bytes_; }
    std::uint64_t limit() const noexcept { return limit_; }
    std::size_t size() const noexcept { return items_.size(); }
    bool empty() const noexcept { return items_.empty(); }

private:
    struct item {
        item(Value value_, std::uint64_t charge_) : value{std::move(value_)}, charge{charge_} {}

        Value value;
        std::uint64_t charge;
        const Key* key = nullptr;  // its own, in the node of the map
        item* newer = nullptr;
        item* older = nullptr;
    };

    void unlink(item& one)
    {
        (one.newer != nullptr ? one.newer->older : newest_) = one.older;
        (one.older != nullptr ? one.older->newer : oldest_) = one.newer;
    }

    void link_newest(item& one)
    {
        one.newer = nullptr;
        one.older = newest_;
        (newest_ != nullptr ? newest_->newer : oldest_) = &one;
        newest_ = &one;
    }

    std::uint64_t limit_;
    std::uint64_t bytes_ = 0;
    item* newest_ = nullptr;
    item* oldest_ = nullptr;
    std::unordered_map<Key, item, Hash> items_;
};

}  // namespace ftpfs::cache
