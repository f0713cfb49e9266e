// EPLF, the Easily Parsed List Format of publicfile and anonftpd: "+", facts with commas behind, a tab, the name. Its
// times are seconds since 1970, so they are facts and not wall-clock times.
#include "listing_dialect.hpp"
#include "text.hpp"

namespace ftpfs::proto {
namespace {

using namespace std::chrono;

void read_fact(std::string_view fact, file_attributes& out)
{
    if (fact == "/") {
        out.kind = file_kind::directory;
    } else if (fact == "r") {
        out.kind = out.kind == file_kind::directory ? out.kind : file_kind::regular;
    } else if (fact.starts_with('s')) {
        out.size = number<std::uint64_t>(fact.substr(1));
    } else if (fact.starts_with('m')) {
        if (const auto when = number<std::uint32_t>(fact.substr(1))) {
            out.modified = {sys_seconds{seconds{*when}}, time_precision::second, time_source::fact};
        }
    } else if (fact.starts_with("up")) {
        const auto mode = number<std::uint16_t>(fact.substr(2), 8);
        out.mode = mode && *mode <= 07777 ? mode : std::nullopt;
    }
}

class eplf_listing final : public listing_dialect {
public:
    line_verdict read(std::string_view line, listing_line& out) override
    {
        const auto tab = line.find('\t');
        if (!line.starts_with('+') || tab == line.npos || tab + 1 == line.size()) {
            return line_verdict::unreadable;
        }
        auto facts = line.substr(1, tab - 1);
        while (!facts.empty()) {
            const auto fact = facts.substr(0, facts.find(','));
            read_fact(fact, out.attributes);
            facts.remove_prefix(std::min(facts.size(), fact.size() + 1));
        }
        if (out.attributes.kind == file_kind::directory) {
            out.attributes.size.reset();
        }
        out.name = line.substr(tab + 1);
        return out.name == "." || out.name == ".." ? line_verdict::skipped : line_verdict::entry;
    }
};

}  // namespace

std::unique_ptr<listing_dialect> make_eplf_listing(sys_seconds)
{
    return std::make_unique<eplf_listing>();
}

}  // namespace ftpfs::proto
