// z/VM (CMS): name, type, format F or V, record length, records, blocks, "yyyy-mm-dd", time, disk.
//
// The file is NAME.TYPE to FTP. Records may be shorter than the longest one, so the size is an upper bound for V.
#include "ftpfs/proto/list_time.hpp"

#include "line_words.hpp"
#include "listing_dialect.hpp"
#include "text.hpp"

#include <string>

namespace ftpfs::proto {
namespace {

constexpr std::size_t longest_part = 8;

std::optional<file_time> date_in(std::string_view word, std::string_view clock)
{
    const auto time = parse_time_of_day(clock);
    if (word.size() != 10 || word[4] != '-' || word[7] != '-' || !time) {
        return std::nullopt;
    }
    const auto year = number<int>(word.substr(0, 4));
    const auto month = number<int>(word.substr(5, 2));
    const auto day = number<int>(word.substr(8, 2));
    return year && month && day ? list_time(*year, *month, *day, time) : std::nullopt;
}

class cms_listing final : public listing_dialect {
public:
    line_verdict read(std::string_view line, listing_line& out) override
    {
        const line_words words{line};
        const bool is_fixed = words[2] == "F";
        const bool has_shape = words.count >= 8 && words.count <= 9 && (is_fixed || words[2] == "V") &&
                               words[0].size() <= longest_part && words[1].size() <= longest_part;
        const auto length = number<std::uint32_t>(words[3]);
        const auto records = number<std::uint32_t>(words[4]);
        const auto modified = has_shape && length && records && number<std::uint64_t>(words[5])
                                  ? date_in(words[6], words[7])
                                  : std::nullopt;
        if (!modified) {
            return line_verdict::unreadable;
        }
        name_ = std::string{words[0]} + "." + std::string{words[1]};
        out.name = name_;
        out.attributes.kind = file_kind::regular;
        out.attributes.size = std::uint64_t{*length} * *records;
        out.attributes.size_is_exact = false;
        out.attributes.modified = *modified;
        return line_verdict::entry;
    }

private:
    std::string name_;
};

}  // namespace

std::unique_ptr<listing_dialect> make_cms_listing(std::chrono::sys_seconds)
{
    return std::make_unique<cms_listing>();
}

}  // namespace ftpfs::proto
