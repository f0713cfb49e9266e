// One name a line, as NLST answers and some small servers answer LIST. Says nothing of what the names are.
#include "listing_dialect.hpp"
#include "text.hpp"

namespace ftpfs::proto {
namespace {

class names_listing final : public listing_dialect {
public:
    line_verdict read(std::string_view line, listing_line& out) override
    {
        if (!is_bare_name(line)) {
            return line_verdict::unreadable;
        }
        out.name = line;
        if (out.name.ends_with('/')) {
            out.name.remove_suffix(1);
            out.attributes.kind = file_kind::directory;
        }
        return out.name == "." || out.name == ".." ? line_verdict::skipped : line_verdict::entry;
    }
};

}  // namespace

bool is_bare_name(std::string_view line) noexcept
{
    constexpr std::size_t longest = 255;  // bytes of a name, on nearly every file system
    const bool is_text = std::ranges::all_of(line, [](char c) { return !is_ascii(c) || (c > ' ' && c != 0x7F); });
    const auto slash = line.find('/');
    return !line.empty() && line.size() <= longest && is_text && !line.ends_with(':') &&
           (slash == line.npos || (slash == line.size() - 1 && slash > 0));
}

std::unique_ptr<listing_dialect> make_names_listing(std::chrono::sys_seconds)
{
    return std::make_unique<names_listing>();
}

}  // namespace ftpfs::proto
