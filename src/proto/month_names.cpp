// Month names as `ls` writes them in the languages servers are set to.
//
// A word is first folded to small ASCII letters: Latin letters lose their accents, whether they came as UTF-8 or
// as ISO 8859-1; Cyrillic ones (UTF-8, CP1251, KOI8-R) are written in the Latin alphabet of `cyrillic`. What
// ISO 8859-2 has in other places comes out wrong in a known way and has rows of its own.
#include "ftpfs/proto/list_time.hpp"

#include "text.hpp"

#include <array>
#include <cstddef>

namespace ftpfs::proto {
namespace {

struct month_name {
    std::string_view prefix;
    int month;
};

// A word belongs to the first row that it begins with: longer prefixes stand before shorter ones.
constexpr std::array latin_months{
    // where three letters are not enough: Finnish, French, Czech, Lithuanian
    month_name{"marras", 11}, month_name{"cervene", 7}, month_name{"cerven", 6}, month_name{"juil", 7},
    month_name{"juin", 6}, month_name{"rugp", 8}, month_name{"rugs", 9},
    // shared by most
    month_name{"jan", 1}, month_name{"feb", 2}, month_name{"mar", 3}, month_name{"apr", 4}, month_name{"may", 5},
    month_name{"jun", 6}, month_name{"jul", 7}, month_name{"aug", 8}, month_name{"sep", 9}, month_name{"oct", 10},
    month_name{"nov", 11}, month_name{"dec", 12},
    // German, Dutch, the North
    month_name{"mrz", 3}, month_name{"mae", 3}, month_name{"mai", 5}, month_name{"okt", 10}, month_name{"dez", 12},
    month_name{"maa", 3}, month_name{"mrt", 3}, month_name{"mei", 5}, month_name{"maj", 5}, month_name{"des", 12},
    // French, Italian, Spanish, Portuguese, Romanian
    month_name{"fev", 2}, month_name{"avr", 4}, month_name{"aou", 8}, month_name{"gen", 1}, month_name{"mag", 5},
    month_name{"giu", 6}, month_name{"lug", 7}, month_name{"ago", 8}, month_name{"set", 9}, month_name{"ott", 10},
    month_name{"dic", 12}, month_name{"ene", 1}, month_name{"abr", 4}, month_name{"out", 10}, month_name{"ian", 1},
    month_name{"iun", 6}, month_name{"iul", 7}, month_name{"noi", 11},
    // Finnish
    month_name{"tam", 1}, month_name{"hel", 2}, month_name{"huh", 4}, month_name{"tou", 5}, month_name{"kes", 6},
    month_name{"hei", 7}, month_name{"elo", 8}, month_name{"syy", 9}, month_name{"lok", 10}, month_name{"jou", 12},
    // Polish
    month_name{"sty", 1}, month_name{"lut", 2}, month_name{"kwi", 4}, month_name{"cze", 6}, month_name{"lip", 7},
    month_name{"sie", 8}, month_name{"wrz", 9}, month_name{"paz", 10}, month_name{"pa?", 10}, month_name{"lis", 11},
    month_name{"gru", 12},
    // Czech, UTF-8 and then ISO 8859-2
    month_name{"led", 1}, month_name{"uno", 2}, month_name{"bre", 3}, month_name{"dub", 4}, month_name{"kve", 5},
    month_name{"cen", 6}, month_name{"cec", 7}, month_name{"srp", 8}, month_name{"zar", 9}, month_name{"rij", 10},
    month_name{"pro", 12}, month_name{"boe", 3}, month_name{"kvi", 5}, month_name{"een", 6}, month_name{"eec", 7},
    month_name{"zao", 9}, month_name{"oij", 10},
    // Hungarian, Slovenian, Icelandic, Lithuanian, Turkish
    month_name{"sze", 9}, month_name{"avg", 8}, month_name{"agu", 8}, month_name{"sau", 1}, month_name{"vas", 2},
    month_name{"kov", 3}, month_name{"bal", 4}, month_name{"geg", 5}, month_name{"bir", 6}, month_name{"lie", 7},
    month_name{"rgp", 8}, month_name{"rgs", 9}, month_name{"spa", 10}, month_name{"lap", 11}, month_name{"grd", 12},
    month_name{"oca", 1}, month_name{"sub", 2}, month_name{"nis", 4}, month_name{"haz", 6}, month_name{"tem", 7},
    month_name{"eyl", 9}, month_name{"eki", 10}, month_name{"kas", 11}, month_name{"ara", 12}};

// One Latin letter for each of the 32 letters from а to я.
constexpr std::string_view cyrillic = "abvgdeZziJklmnoprstufhcCSWQyqEUA";

// Russian and Bulgarian, in that alphabet.
constexpr std::array cyrillic_months{
    month_name{"Anv", 1},  month_name{"fev", 2},  month_name{"mar", 3},  month_name{"apr", 4}, month_name{"maJ", 5},
    month_name{"maA", 5},  month_name{"iUn", 6},  month_name{"iUl", 7},  month_name{"avg", 8}, month_name{"sen", 9},
    month_name{"okt", 10}, month_name{"noA", 11}, month_name{"dek", 12}, month_name{"Anu", 1}, month_name{"Uni", 6},
    month_name{"Uli", 7},  month_name{"sep", 9},  month_name{"noe", 11}};

// ISO 8859-1 from 0xC0 on, which is also Unicode from U+00C0 on.
constexpr std::string_view latin1 = "aaaaaaaceeeeiiiidnooooo?ouuuuyps"
                                    "aaaaaaaceeeeiiiidnooooo?ouuuuypy";

// Unicode from U+0100 on (Latin Extended-A).
constexpr std::string_view extended_latin = "aaaaaaccccccccdd"
                                            "ddeeeeeeeeeegggg"
                                            "gggghhhhiiiiiiii"
                                            "iiiijjkkklllllll"
                                            "lllnnnnnnnnnoooo"
                                            "oooorrrrrrssssss"
                                            "ssttttttuuuuuuuu"
                                            "uuuuwwyyyzzzzzzs";

// KOI8-R from 0xC0 on: the position in the Russian alphabet.
constexpr std::array<std::uint8_t, 32> koi8{30, 0,  1,  22, 4,  5,  20, 3, 21, 8,  9, 10, 11, 12, 13, 14,
                                            15, 31, 16, 17, 18, 19, 6,  2, 28, 27, 7, 24, 29, 25, 23, 26};

constexpr std::size_t longest_prefix = 8;

// The first letters of a word, folded. No allocation: this runs for every line of a listing.
struct folded_word {
    void add(char letter) noexcept
    {
        if (size < letters.size()) {
            letters[size++] = letter;
        }
    }
    std::string_view view() const noexcept { return {letters.data(), size}; }

    std::array<char, longest_prefix> letters{};
    std::size_t size = 0;
};

// The code point of a two-byte UTF-8 sequence at the start, 0 if there is none.
unsigned two_byte_sequence(std::string_view text) noexcept
{
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    if (text.size() < 2 || (at(0) & 0xE0U) != 0xC0U || (at(1) & 0xC0U) != 0x80U) {
        return 0;
    }
    return (at(0) & 0x1FU) << 6U | (at(1) & 0x3FU);
}

folded_word fold_latin(std::string_view word) noexcept
{
    folded_word folded;
    while (!word.empty() && folded.size < longest_prefix) {
        const auto sequence = two_byte_sequence(word);
        const auto value = sequence != 0 ? sequence : static_cast<unsigned char>(word[0]);
        if (value < 0x80) {
            folded.add(to_lower(word[0]));
        } else if (value >= 0xC0 && value < 0x100) {
            folded.add(latin1[value - 0xC0]);
        } else if (value >= 0x100 && value < 0x100 + extended_latin.size()) {
            folded.add(extended_latin[value - 0x100]);
        } else {
            folded.add('?');
        }
        word.remove_prefix(sequence != 0 ? 2 : 1);
    }
    return folded;
}

folded_word fold_cyrillic_utf8(std::string_view word) noexcept
{
    folded_word folded;
    for (; !word.empty(); word.remove_prefix(std::min<std::size_t>(word.size(), 2))) {
        const auto value = two_byte_sequence(word);
        folded.add(value >= 0x410 && value < 0x450 ? cyrillic[(value - 0x410) % 32] : '?');
    }
    return folded;
}

folded_word fold_cyrillic(std::string_view word, bool is_koi8) noexcept
{
    folded_word folded;
    for (const char c : word) {
        const auto byte = static_cast<unsigned char>(c);
        const auto place = static_cast<std::size_t>(byte) % 32;
        folded.add(byte < 0xC0 ? '?' : cyrillic[is_koi8 ? koi8[place] : place]);
    }
    return folded;
}

template <std::size_t Size>
std::optional<int> look_up(const folded_word& word, const std::array<month_name, Size>& months) noexcept
{
    for (const auto& row : months) {
        if (word.view().starts_with(row.prefix)) {
            return row.month;
        }
    }
    return std::nullopt;
}

// "7月", "10월": a number and a few bytes of some East Asian encoding.
std::optional<int> numbered_month(std::string_view word) noexcept
{
    const auto digits = leading_digits(word);
    const auto suffix = word.substr(digits.size());
    if (digits.size() > 2 || suffix.empty() || suffix.size() > 4 || is_ascii(suffix[0])) {
        return std::nullopt;
    }
    const auto month = number<int>(digits);
    return month && *month >= 1 && *month <= 12 ? month : std::nullopt;
}

constexpr bool is_letter(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || !is_ascii(c);
}

}  // namespace

std::optional<int> parse_month(std::string_view word) noexcept
{
    constexpr std::size_t longest_month = 24;  // bytes; "września", "сентябрь" and the like are shorter
    if (word.ends_with('.')) {
        word.remove_suffix(1);
    }
    if (word.size() < 3 || word.size() > longest_month) {
        return word.size() == 2 && is_digit(word[0]) ? numbered_month(word) : std::nullopt;
    }
    if (is_digit(word[0])) {
        return numbered_month(word);
    }
    if (!std::ranges::all_of(word, is_letter)) {
        return std::nullopt;
    }
    if (const auto month = look_up(fold_latin(word), latin_months)) {
        return month;
    }
    if (std::ranges::all_of(word, is_ascii)) {
        return std::nullopt;
    }
    if (const auto month = look_up(fold_cyrillic_utf8(word), cyrillic_months)) {
        return month;
    }
    if (const auto month = look_up(fold_cyrillic(word, false), cyrillic_months)) {
        return month;
    }
    return look_up(fold_cyrillic(word, true), cyrillic_months);
}

}  // namespace ftpfs::proto
