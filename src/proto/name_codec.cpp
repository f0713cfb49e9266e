#include "ftpfs/proto/name_codec.hpp"

#include "ftpfs/core/log.hpp"
#include "ftpfs/core/utf8.hpp"

#include "text.hpp"

#include <fmt/format.h>

#include <iconv.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <utility>

namespace ftpfs::proto {
namespace {

using namespace std::string_view_literals;

// Private use, and hardly used: not the ranges of Apple, Adobe or the user-defined characters of CP932 and Big5.
constexpr char32_t first_escape = 0xEF80;
constexpr char32_t last_escape = 0xEFFF;

constexpr std::size_t longest_character = 4;  // GB18030

bool is_escape(char32_t character) noexcept
{
    return character >= first_escape && character <= last_escape;
}

void append_escape(std::string& text, char byte)
{
    append_utf8(text, first_escape - 0x80 + static_cast<std::uint8_t>(byte));
}

enum class conversion { done, unfinished, impossible };

// One direction.
class converter {
public:
    converter(const char* to, const char* from) : handle_{::iconv_open(to, from)} {}
    converter(const converter&) = delete;
    converter& operator=(const converter&) = delete;
    ~converter()
    {
        if (is_open()) {
            ::iconv_close(handle_);
        }
    }

    bool is_open() const noexcept { return handle_ != reinterpret_cast<iconv_t>(-1); }

    // All of a short `in`, as if nothing had been before it.
    conversion run(std::string_view in, std::string& out)
    {
        std::array<char, 32> buffer{};  // a few characters, in any charset
        auto* to = buffer.data();
        auto room = buffer.size();
        auto* from = const_cast<char*>(in.data());  // iconv's old signature; it does not write there
        auto left = in.size();
        constexpr auto failed = static_cast<std::size_t>(-1);
        ::iconv(handle_, nullptr, nullptr, nullptr, nullptr);
        const auto irreversible = ::iconv(handle_, &from, &left, &to, &room);
        if (irreversible == failed && errno == EINVAL) {
            return conversion::unfinished;
        }
        if (irreversible != 0 || ::iconv(handle_, nullptr, nullptr, &to, &room) != 0) {
            return conversion::impossible;
        }
        out.assign(buffer.data(), to);
        return conversion::done;
    }

private:
    iconv_t handle_;
};

struct alias {
    std::string_view name;
    std::string_view meaning;
};

constexpr std::array aliases{alias{"shift_jis", "CP932"}, alias{"shift-jis", "CP932"}, alias{"sjis", "CP932"},
                             alias{"gb2312", "GBK"}, alias{"euc-kr", "CP949"}};

std::string resolved(std::string_view charset)
{
    const auto* const row = std::ranges::find_if(aliases, [&](const alias& a) { return same_word(a.name, charset); });
    return std::string{row == aliases.end() ? charset : row->meaning};
}

// What iconv would take for more than a name: "CP932//TRANSLIT" replaces characters.
bool is_name(std::string_view charset)
{
    return !charset.empty() && std::ranges::all_of(charset, [](char c) {
        return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z') || c == '-' || c == '_' || c == '.' ||
               c == ':';
    });
}

}  // namespace

struct name_codec::tables {
    explicit tables(const std::string& charset) : from_wire{"UTF-8", charset.c_str()}, to_wire{charset.c_str(), "UTF-8"}
    {
    }

    // What the first bytes of `wire` are, which begin beyond ASCII: how many belong together, and their character, or
    // an empty one if they can only be escaped.
    struct piece {
        std::size_t length = 1;
        std::string character;
    };

    piece first_piece(std::string_view wire)
    {
        piece found;
        for (std::size_t length = 1; length <= std::min(longest_character, wire.size()); ++length) {
            const auto bytes = wire.substr(0, length);
            const auto read = from_wire.run(bytes, found.character);
            if (read == conversion::unfinished) {
                continue;
            }
            if (read == conversion::done && stands_for(found.character, bytes)) {
                found.length = length;
                return found;
            }
            // Bytes of one character that can't be told from another's stay together: reading on in the middle of
            // them would make up neighbours.
            found.length = read == conversion::done ? length : 1;
            break;
        }
        found.character.clear();
        return found;
    }

    bool stands_for(std::string_view character, std::string_view bytes)
    {
        constexpr char32_t first_graphic = 0xA0;
        const bool is_single = !character.empty() && utf8_sequence(character) == character.size();
        // Bytes that mean something else in a path or a command; no charset known has them inside a character.
        constexpr auto reserved = "/\r\n\0"sv;
        if (!is_single || utf8_character(character) < first_graphic || is_escape(utf8_character(character)) ||
            bytes.find_first_of(reserved) != bytes.npos) {
            return false;
        }
        std::string back;
        return to_wire.run(character, back) == conversion::done && back == bytes;
    }

    converter from_wire;
    converter to_wire;
};

name_codec::name_codec() : charset_{"UTF-8"} {}
name_codec::name_codec(name_codec&&) noexcept = default;
name_codec& name_codec::operator=(name_codec&&) noexcept = default;
name_codec::~name_codec() = default;

result<name_codec> name_codec::make(std::string_view charset)
{
    name_codec made;
    if (same_word(charset, "utf-8") || same_word(charset, "utf8")) {
        return made;
    }
    made.charset_ = resolved(charset);
    auto all = is_name(charset) ? std::make_unique<tables>(made.charset_) : nullptr;
    if (!all || !all->from_wire.is_open() || !all->to_wire.is_open()) {
        return failure{
            errc::unsupported,
            fmt::format("\"{}\" is no charset this machine knows (\"iconv -l\" lists them)", printable(charset))};
    }
    // Commands and paths are ASCII, so the names must be able to stand among it: not those of UTF-16, EBCDIC or
    // ISO-2022-JP, which has nothing beyond ASCII.
    constexpr std::string_view needed = "/.-_ abzABZ09";
    std::string same;
    const bool has_ascii = std::ranges::all_of(needed, [&](const char& c) {
        return all->from_wire.run({&c, 1}, same) == conversion::done && same == std::string_view{&c, 1};
    });
    bool has_more = false;
    for (unsigned lead = 0x80; lead <= 0xFF && !has_more; ++lead) {
        const std::array<char, 2> pair{static_cast<char>(lead), static_cast<char>(0xC1)};
        has_more = !all->first_piece({pair.data(), pair.size()}).character.empty();
    }
    if (!has_ascii || !has_more) {
        return failure{errc::unsupported, fmt::format("\"{}\" cannot be the charset of names on an FTP server: it does "
                                                      "not extend ASCII",
                                                      printable(charset))};
    }
    made.tables_ = std::move(all);
    return made;
}

std::string name_codec::decode(std::string_view wire) const
{
    if (is_utf8()) {
        return std::string{wire};
    }
    std::string local;
    local.reserve(wire.size() * 2);
    while (!wire.empty()) {
        if (is_ascii(wire[0])) {
            local += wire[0];
            wire.remove_prefix(1);
            continue;
        }
        const auto piece = tables_->first_piece(wire);
        local += piece.character;
        if (piece.character.empty()) {
            for (const char byte : wire.substr(0, piece.length)) {
                is_ascii(byte) ? local.push_back(byte) : append_escape(local, byte);
            }
        }
        wire.remove_prefix(piece.length);
    }
    return local;
}

result<std::string> name_codec::encode(std::string_view local) const
{
    if (is_utf8()) {
        return std::string{local};
    }
    const auto refused = [&](std::string_view what) {
        return failure{errc::not_in_charset,
                       fmt::format("\"{}\": {} has nothing for \"{}\"", printable(local), charset_, printable(what))};
    };
    std::string wire;
    std::string bytes;
    for (auto rest = local; !rest.empty();) {
        const auto length = utf8_sequence(rest);
        if (length == 0) {
            return refused(rest.substr(0, 1));
        }
        const auto sequence = rest.substr(0, length);
        const auto character = utf8_character(sequence);
        if (is_escape(character)) {
            wire += static_cast<char>(character - first_escape + 0x80);
        } else if (length == 1) {
            wire += sequence;
        } else if (tables_->to_wire.run(sequence, bytes) == conversion::done && !bytes.empty() &&
                   tables_->stands_for(sequence, bytes) && !is_ascii(bytes[0])) {
            wire += bytes;
        } else {
            return refused(sequence);
        }
        rest.remove_prefix(length);
    }
    // Escapes that together are a character, or become one with what stands beside them.
    if (decode(wire) != local) {
        return failure{errc::not_in_charset,
                       fmt::format("\"{}\" would be another name on the server, in {}", printable(local), charset_)};
    }
    return wire;
}

bool name_codec::understands(std::string_view wire) const
{
    if (is_utf8()) {
        return ftpfs::is_utf8(wire);
    }
    while (!wire.empty()) {
        const auto piece = is_ascii(wire[0]) ? tables::piece{1, std::string{wire[0]}} : tables_->first_piece(wire);
        if (piece.character.empty()) {
            return false;
        }
        wire.remove_prefix(piece.length);
    }
    return true;
}

}  // namespace ftpfs::proto
