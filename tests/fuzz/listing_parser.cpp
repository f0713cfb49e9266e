// Listings: the same however the bytes are cut; every name is safe; nothing is lost in silence.
#include "ftpfs/proto/listing_parser.hpp"

#include "fuzz.hpp"

#include <set>

using namespace ftpfs;
using namespace ftpfs::proto;
using fuzz::require;

namespace {

constexpr auto now = std::chrono::sys_days{std::chrono::year{2026} / 11 / 21};

parsed_listing parse(std::string_view bytes, dialect known, std::size_t step)
{
    listing_parser parser{known, now};
    while (!bytes.empty()) {
        parser.feed(bytes.substr(0, step));
        bytes.remove_prefix(std::min(step, bytes.size()));
    }
    return parser.finish();
}

bool same(const parsed_listing& a, const parsed_listing& b)
{
    return a.entries == b.entries && a.complete == b.complete && a.unreadable == b.unreadable &&
           a.first_unreadable == b.first_unreadable && a.not_found == b.not_found &&
           a.permission_denied == b.permission_denied && a.used == b.used;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    auto input = fuzz::text_of(data, size);
    const auto choice = fuzz::take_byte(input);
    constexpr auto dialects = static_cast<unsigned>(last_dialect) + 1U;
    const auto known = static_cast<dialect>(choice % dialects);
    const auto listing = parse(input, known, input.size() + 1);
    require(same(listing, parse(input, known, choice / dialects + 1U)), "the same however the bytes are cut");

    std::set<std::string> names;
    for (const auto& entry : listing.entries) {
        require(file_name::make(entry.name.str()).has_value(), "a name is a name");
        require(names.insert(entry.name.str()).second, "a name comes once");
        require(!entry.attributes.mode || *entry.attributes.mode <= 07777, "permission bits only");
        require(entry.attributes.modified.value.time_since_epoch().count() >= -24 * 3600, "no time before 1970");
    }
    require(listing.complete == (listing.unreadable == 0), "incomplete if a line was not read");
    require(listing.first_unreadable.empty() || listing.unreadable > 0, "a sample of what was not read");
    require(fuzz::is_printable(listing.first_unreadable), "the sample is printable");
    require(listing.entries.empty() || listing.used != dialect::unknown, "entries are in some dialect");
    return 0;
}
