#include "ftpfs/proto/charset_guess.hpp"

#include "ftpfs/core/utf8.hpp"

#include "text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

namespace ftpfs::proto {
namespace {

// Enough to tell by, and quickly read.
constexpr std::size_t most_names = 100;

// Frequent characters, among those that the languages do not share.
constexpr std::u32string_view common_japanese =
    U"日本会年月人大国中長出同時事自行社見分議後前民生連発間対上部東者地合業内相方定回新場金員"
    U"入選立開手力学問高代明実円関決子動京全目表経通外最言現理調体化田当約主題下意法書資料画写真版";
constexpr std::u32string_view common_simplified =
    U"的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子"
    U"说产种面而方后多定行学法所民得经进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使"
    U"点从业本去把性好应开合还因由其些然前外天报告文件资料图片新建夹";
constexpr std::u32string_view common_traditional =
    U"的一是不我有大在人了中到資要以可這個你會好為上來就學交也用能如時文說沒他看那問生提下過請天們所多"
    U"麼小想得之還電出工對都機自後子而訊站去心只家知國台很信成章何同道地發法無然但當於本現年前真最"
    U"和新因果定意情點題其事方清科樣料圖片檔案報告";

struct candidate {
    std::string_view charset;
    std::u32string_view common;
    bool is_double = false;  // what is not in pairs of bytes from 0xA1 on is rare
};

// Of equally good ones the first is chosen.
constexpr std::array candidates{candidate{"CP932", common_japanese},
                                candidate{"EUC-JP", common_japanese},
                                candidate{"GBK", common_simplified},
                                candidate{"BIG5", common_traditional},
                                candidate{"CP949", {}, true},
                                candidate{"CP1251", {}},
                                candidate{"KOI8-R", {}},
                                candidate{"CP866", {}},
                                candidate{"CP1252", {}}};

enum class kind { ascii, kana, narrow_kana, han, hangul, small_cyrillic, large_cyrillic, latin, wide_sign, other };

bool is_between(char32_t character, char32_t first, char32_t last) noexcept
{
    return character >= first && character <= last;
}

kind kind_of(char32_t character) noexcept
{
    struct range {
        char32_t first;
        char32_t last;
        kind what;
    };
    constexpr std::array ranges{range{0, 0x7F, kind::ascii},
                                range{0xC0, 0x24F, kind::latin},
                                range{0x401, 0x401, kind::large_cyrillic},
                                range{0x404, 0x407, kind::large_cyrillic},
                                range{0x410, 0x42F, kind::large_cyrillic},
                                range{0x430, 0x44F, kind::small_cyrillic},
                                range{0x451, 0x457, kind::small_cyrillic},
                                range{0x3000, 0x303F, kind::wide_sign},
                                range{0x3041, 0x30FF, kind::kana},
                                range{0x4E00, 0x9FFF, kind::han},
                                range{0xAC00, 0xD7A3, kind::hangul},
                                range{0xFF01, 0xFF5E, kind::wide_sign},
                                range{0xFF61, 0xFF9F, kind::narrow_kana}};
    const auto* const row =
        std::ranges::find_if(ranges, [&](const range& r) { return is_between(character, r.first, r.last); });
    return row == ranges.end() ? kind::other : row->what;
}

bool is_letter(char32_t character) noexcept
{
    return is_between(character | 0x20U, 'a', 'z');
}

// How well a character fits between its neighbours; 0 is neither good nor bad.
double score_of(char32_t before, char32_t character, char32_t after, std::u32string_view common)
{
    const auto last = kind_of(before);
    const bool is_beside_letter = is_letter(before) || is_letter(after);  // of ASCII
    switch (kind_of(character)) {
    case kind::ascii: return 0;
    case kind::kana: return 3;
    case kind::narrow_kana: return -0.5;  // what other charsets' bytes look like in CP932
    case kind::han: return common.find(character) == common.npos ? 1 : 3;
    case kind::hangul: return last == kind::han || kind_of(after) == kind::han ? -2 : 2.5;
    case kind::small_cyrillic: return is_beside_letter ? -2 : 2;
    case kind::large_cyrillic: return last == kind::small_cyrillic || is_beside_letter ? -3 : 1;
    case kind::latin: return is_beside_letter ? 2 : -1;
    case kind::wide_sign: return 0.5;
    case kind::other: break;
    }
    return -3;
}

double score_of(std::string_view local, std::u32string_view common)
{
    std::u32string text;
    while (!local.empty()) {
        const auto length = utf8_sequence(local);
        text += utf8_character(local.substr(0, length));
        local.remove_prefix(length);
    }
    double sum = 0;
    double count = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (kind_of(text[i]) != kind::ascii) {
            sum += score_of(i > 0 ? text[i - 1] : U' ', text[i], i + 1 < text.size() ? text[i + 1] : U' ', common);
            ++count;
        }
    }
    return count == 0 ? 0 : sum / count;
}

bool is_in_pairs(std::string_view name)
{
    std::size_t run = 0;
    for (const char c : name) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x80 && byte < 0xA1) {
            return false;
        }
        if (byte < 0x80 && run % 2 != 0) {
            return false;
        }
        run = byte < 0x80 ? 0 : run + 1;
    }
    return run % 2 == 0;
}

double score_of(std::span<const std::string_view> names, const candidate& tried)
{
    constexpr double misfit = -10;
    const auto codec = name_codec::make(tried.charset);
    if (!codec) {
        return misfit;
    }
    double sum = 0;
    for (const auto name : names) {
        const bool fits = codec->understands(name) && (!tried.is_double || is_in_pairs(name));
        sum += fits ? score_of(codec->decode(name), tried.common) : misfit;
    }
    return sum;
}

bool has_only_ascii(std::string_view name)
{
    return std::ranges::all_of(name, is_ascii);
}

}  // namespace

std::optional<std::string_view> guess_charset(std::span<const std::string_view> names)
{
    std::optional<std::string_view> best;
    // Less is what chance makes of noise.
    double best_score = 0.8 * static_cast<double>(names.size());
    for (const auto& tried : candidates) {
        const auto score = score_of(names, tried);
        if (score > best_score) {
            best = tried.charset;
            best_score = score;
        }
    }
    return best;
}

std::optional<std::string> charset_hint::look(std::span<const directory_entry> entries)
{
    if (said_) {
        return std::nullopt;
    }
    std::vector<std::string_view> strange;
    std::size_t understood = 0;
    bool all_utf8 = true;
    for (const auto& entry : entries) {
        const std::string_view name = entry.name.str();
        if (strange.size() == most_names || understood == most_names) {
            break;
        }
        if (has_only_ascii(name)) {
            continue;
        }
        all_utf8 = all_utf8 && is_utf8(name);
        told_.understands(name) ? void(++understood) : strange.push_back(name);
    }
    const bool looks_like_utf8 = !told_.is_utf8() && all_utf8 && understood + strange.size() > 0;
    if (!looks_like_utf8 && strange.empty()) {
        return std::nullopt;
    }
    said_ = true;
    if (looks_like_utf8) {
        return fmt::format("names of this server look like UTF-8 and not like {}: try without charset=",
                           told_.charset());
    }
    const auto guess = guess_charset(strange);
    if (guess && *guess != told_.charset()) {
        return fmt::format("names of this server are not in {} and look like {}: mount with charset={} to see them as "
                           "they are meant",
                           told_.charset(), *guess, *guess);
    }
    return fmt::format("names of this server are not in {}: they can be used as they are; charset= names the charset, "
                       "if there is one",
                       told_.charset());
}

}  // namespace ftpfs::proto
