// Names in any charset: every one comes back byte for byte, no two are shown alike, and guessing survives anything.
#include "ftpfs/proto/name_codec.hpp"

#include "ftpfs/core/utf8.hpp"
#include "ftpfs/proto/charset_guess.hpp"

#include "fuzz.hpp"

#include <algorithm>
#include <array>
#include <vector>

using namespace ftpfs;
using namespace ftpfs::proto;
using fuzz::require;

namespace {

constexpr std::array charsets{"UTF-8", "CP932",  "EUC-JP", "GBK",   "GB18030", "BIG5",
                              "CP949", "KOI8-R", "CP1251", "JOHAB", "CP1252",  "BIG5-HKSCS"};

const name_codec& codec(std::size_t which)
{
    static const auto all = [] {
        std::vector<name_codec> made;
        for (const auto* charset : charsets) {
            made.push_back(name_codec::make(charset).value());
        }
        return made;
    }();
    return all[which % all.size()];
}

void check_wire(const name_codec& names, std::string_view wire)
{
    const auto local = names.decode(wire);
    const auto back = names.encode(local);
    require(back.has_value() && *back == wire, "what a server says can be said to it");
    if (!names.is_utf8()) {
        require(is_utf8(local), "names are UTF-8");
        require(std::count(local.begin(), local.end(), '/') == std::count(wire.begin(), wire.end(), '/'),
                "no slash comes or goes");
    }
}

void check_local(const name_codec& names, std::string_view local)
{
    if (const auto wire = names.encode(local)) {
        require(names.decode(*wire) == local, "what is sent is shown as it was written");
        require(local.find('/') != local.npos || wire->find('/') == wire->npos, "no slash is made up");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    auto input = fuzz::text_of(data, size);
    const auto& names = codec(fuzz::take_byte(input));
    check_wire(names, input);
    check_local(names, input);
    const std::array<std::string_view, 1> one{input};
    guess_charset(one);
    name_codec::make(input.substr(0, 20));
    return 0;
}
