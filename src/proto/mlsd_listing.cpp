// MLSD lines (RFC 3659 §7.2).
#include "ftpfs/proto/fact_list.hpp"

#include "listing_dialect.hpp"

namespace ftpfs::proto {
namespace {

class mlsd_listing final : public listing_dialect {
public:
    line_verdict read(std::string_view line, listing_line& out) override
    {
        auto parsed = parse_fact_line(line, end_);
        if (parsed.kind == fact_line_kind::unreadable) {
            return line_verdict::unreadable;
        }
        if (!parsed.separator_is_clear && !line.starts_with(' ')) {
            end_ = fact_end::first_space;
        }
        if (parsed.kind != fact_line_kind::entry) {
            return line_verdict::skipped;
        }
        out.name = parsed.name;
        out.attributes = std::move(parsed.attributes);
        return line_verdict::entry;
    }

private:
    fact_end end_ = fact_end::semicolon_space;
};

}  // namespace

std::unique_ptr<listing_dialect> make_mlsd_listing(std::chrono::sys_seconds)
{
    return std::make_unique<mlsd_listing>();
}

}  // namespace ftpfs::proto
