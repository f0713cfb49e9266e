// The dates of `ls -l`, in all its forms; NetWare writes the same.
#pragma once

#include "ftpfs/core/attributes.hpp"

#include "line_words.hpp"

#include <chrono>
#include <cstddef>
#include <optional>

namespace ftpfs::proto {

struct ls_date {
    file_time time;
    std::size_t last_word;
    std::size_t spaces = 1;  // before the name
};

// The date that begins with word `at`.
std::optional<ls_date> ls_date_at(const line_words& words, std::size_t at, std::chrono::sys_seconds now);

}  // namespace ftpfs::proto
