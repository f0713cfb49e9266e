// The entries of one directory as one listing gave them, and an index to find a name among them.
//
// Immutable, shared by the cache and the directory handles that show it: a handle keeps its moment even if the
// cache has long replaced it. Packed, because directories of 100,000 entries are met: 45 bytes for each and its name,
// where a directory_entry has 112; entries are unpacked when they are asked for.
#pragma once

#include "ftpfs/core/attributes.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ftpfs::cache {

class directory_snapshot {
public:
    // `complete`: a name that is not among the entries does not exist. Of equal names the first counts.
    directory_snapshot(std::vector<directory_entry> entries, bool complete);

    std::size_t size() const noexcept { return records_.size(); }
    // Valid as long as the snapshot.
    std::string_view name(std::size_t index) const noexcept;
    file_attributes attributes(std::size_t index) const;
    directory_entry operator[](std::size_t index) const;

    // All of them, as values.
    class iterator {
    public:
        using iterator_category = std::input_iterator_tag;
        using value_type = directory_entry;
        using difference_type = std::ptrdiff_t;
        using pointer = void;
        using reference = directory_entry;

        iterator() = default;
        iterator(const directory_snapshot& whole, std::size_t index) : whole_{&whole}, index_{index} {}

        directory_entry operator*() const { return (*whole_)[index_]; }
        iterator& operator++()
        {
            ++index_;
            return *this;
        }
        iterator operator++(int)
        {
            auto before = *this;
            ++*this;
            return before;
        }
        bool operator==(const iterator&) const = default;

    private:
        const directory_snapshot* whole_ = nullptr;
        std::size_t index_ = 0;
    };
    iterator begin() const { return {*this, 0}; }
    iterator end() const { return {*this, size()}; }

    bool complete() const noexcept { return complete_; }

    // The index of an entry; nothing if there is none of that name.
    std::optional<std::size_t> find(std::string_view name) const noexcept;

    // Bytes of memory.
    std::uint64_t charge() const noexcept;

private:
    struct record {
        std::uint64_t size;
        std::chrono::sys_seconds modified;
        std::uint32_t text;  // where the name begins in texts_, and behind it the link's target
        std::uint16_t name_length;
        std::uint16_t target_length;
        std::uint16_t mode;
        file_kind kind;
        time_precision precision;
        time_source source;
        bool has_size : 1;
        bool size_is_exact : 1;
        bool has_mode : 1;
    };

    void pack(const directory_entry& entry);
    void index();

    std::vector<record> records_;
    std::string texts_;
    // Open addressing at half load, entry number + 1, 0 is free: 8 bytes per entry and linear to build, where
    // sorting the 100,000 names of a large directory would hold up the loop for tens of milliseconds.
    std::vector<std::uint32_t> slots_;
    bool complete_;
};

using shared_snapshot = std::shared_ptr<const directory_snapshot>;

}  // namespace ftpfs::cache
