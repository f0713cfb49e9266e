// The words of a listing's line, and where in the line they stand: names are cut out behind them.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace ftpfs::proto {

struct line_words {
    // Up to a date there are 8 words, or a few more in owner and group. What comes behind is not looked at.
    static constexpr std::size_t most = 20;

    explicit line_words(std::string_view line_) : line{line_}
    {
        std::size_t at = 0;
        while (count < most) {
            at = line.find_first_not_of(' ', at);
            if (at == line.npos) {
                break;
            }
            const auto end = std::min(line.find(' ', at), line.size());
            words[count++] = line.substr(at, end - at);
            at = end;
        }
    }

    // Empty beyond the last word.
    std::string_view operator[](std::size_t i) const { return i < count ? words[i] : std::string_view{}; }

    // The line from word i on, which must be there.
    std::string_view from(std::size_t i) const
    {
        return line.substr(static_cast<std::size_t>(words[i].data() - line.data()));
    }

    // What stands behind word i and at most so many spaces after it.
    std::string_view behind(std::size_t i, std::size_t spaces = 1) const
    {
        const auto rest = from(i).substr(words[i].size());
        return rest.substr(std::min({rest.size(), rest.find_first_not_of(' '), spaces}));
    }

    std::string_view line;
    std::array<std::string_view, most> words;
    std::size_t count = 0;
};

}  // namespace ftpfs::proto
