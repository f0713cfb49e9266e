#include "ftpfs/proto/server_zone.hpp"

#include "ftpfs/core/log.hpp"

#include "text.hpp"

#include <date/tz.h>
#include <fmt/format.h>

#include <cstdlib>
#include <optional>

namespace ftpfs::proto {
namespace {

using namespace std::chrono;

// Zones differ from UTC by multiples of this.
constexpr minutes zone_step{15};
// What is left of a difference between two clocks or two precisions.
constexpr seconds slack{90};
// No zone is further away; 14 hours is the most, and a date may be read a day off.
constexpr hours farthest{26};

// The multiple of a quarter of an hour that a difference is meant to be.
std::optional<seconds> as_offset(seconds difference)
{
    const auto rounded = duration_cast<seconds>(round<duration<std::int64_t, std::ratio<15 * 60>>>(difference));
    if (abs(difference - rounded) > slack || abs(rounded) > farthest) {
        return std::nullopt;
    }
    return rounded;
}

server_zone::rules always(seconds offset)
{
    if (offset == seconds::zero()) {
        return {};
    }
    return [offset](sys_seconds) { return offset; };
}

server_zone::rules rules_of(const date::time_zone* zone)
{
    return [zone](sys_seconds wall) {
        const date::local_seconds local{wall.time_since_epoch()};
        return zone->get_info(local).first.offset;
    };
}

// "+02:00", "-0330", "+2".
std::optional<seconds> parse_offset(std::string_view text)
{
    if (text.size() < 2 || (text[0] != '+' && text[0] != '-')) {
        return std::nullopt;
    }
    const bool is_west = text[0] == '-';
    text.remove_prefix(1);
    auto hour_digits = leading_digits(text).substr(0, 2);
    auto rest = text.substr(hour_digits.size());
    if (rest.starts_with(':')) {
        rest.remove_prefix(1);
    }
    const auto hour = number<int>(hour_digits);
    const auto minute = rest.empty() ? std::optional{0} : number<int>(rest);
    const bool is_whole = rest.empty() || rest.size() == 2;
    if (!hour || !minute || !is_whole || *hour > 14 || *minute > 59) {
        return std::nullopt;
    }
    const seconds offset = hours{*hour} + minutes{*minute};
    return is_west ? -offset : offset;
}

// The zone in which a clock is so far ahead at that moment: ours, or one without summer time.
server_zone::rules zone_with(seconds offset, sys_seconds wall, const server_zone::rules& here)
{
    return here && here(wall) == offset ? here : always(offset);
}

seconds ahead(const server_zone::rules& zone, sys_seconds wall)
{
    return zone ? zone(wall) : seconds::zero();
}

}  // namespace

result<server_zone> server_zone::make(std::string_view text)
{
    server_zone made;
    if (text == "auto") {
        return made;
    }
    made.told_ = true;
    if (same_word(text, "utc")) {
        return made;
    }
    if (const auto offset = parse_offset(text)) {
        made.listings_ = always(*offset);
        return made;
    }
    try {
        made.listings_ = rules_of(date::locate_zone(text));
    } catch (const std::runtime_error&) {
        return failure{errc::unsupported, fmt::format("\"{}\" is no time zone this machine knows: write auto, UTC, "
                                                      "+02:00 or a name like Europe/Berlin",
                                                      printable(text))};
    }
    return made;
}

server_zone::rules server_zone::ours()
{
    try {
        return rules_of(date::current_zone());
    } catch (const std::runtime_error&) {
        return {};
    }
}

void server_zone::learn(const file_time& listed, const file_time& fact, const rules& here)
{
    if (!wants_sample()) {
        return;
    }
    const auto offset = as_offset(listed.value - fact.value);
    if (!offset) {
        learn_nothing();
        return;
    }
    samples_left_ = 0;
    if (!told_) {
        listings_ = *offset == seconds::zero() ? rules{} : zone_with(*offset, listed.value, here);
    } else if (*offset == seconds::zero() && ahead(listings_, listed.value) != seconds::zero()) {
        facts_ = listings_;
    }
}

bool server_zone::learn_from_upload(const file_time& fact, sys_seconds now, const rules& here)
{
    const auto offset = as_offset(fact.value - now);
    if (!offset || *offset == ahead(facts_, fact.value) || facts_) {
        return false;
    }
    facts_ = zone_with(*offset, fact.value, here);
    if (!told_ && !listings_) {
        listings_ = facts_;
    }
    return true;
}

file_time server_zone::corrected(file_time said) const
{
    const auto& zone = said.source == time_source::fact ? facts_ : listings_;
    if (zone && said.precision >= time_precision::minute) {
        said.value -= zone(said.value);
    }
    return said;
}

bool server_zone::same(const file_version& before, const file_version& now) const
{
    const bool may_be_older = facts_ && before.modified.source == time_source::fact;
    return same_version(before, now) ||
           (may_be_older && same_version(file_version{before.size, corrected(before.modified)}, now));
}

sys_seconds server_zone::for_server(sys_seconds utc) const
{
    // The offset depends on what the wall shows, so guess that first.
    const auto guess = utc + ahead(facts_, utc);
    return utc + ahead(facts_, guess);
}

}  // namespace ftpfs::proto
