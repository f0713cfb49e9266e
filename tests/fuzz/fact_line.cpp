// One MLSD line: the name is a part of the line, and reads back.
#include "ftpfs/proto/fact_list.hpp"

#include "fuzz.hpp"

using namespace ftpfs;
using namespace ftpfs::proto;
using fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    auto input = fuzz::text_of(data, size);
    const auto end = fuzz::take_byte(input) % 2 == 0 ? fact_end::semicolon_space : fact_end::first_space;
    const auto line = parse_fact_line(input, end);
    if (line.kind == fact_line_kind::unreadable) {
        return 0;
    }
    require(!line.name.empty() && input.ends_with(line.name), "the name ends the line");
    require(line.name.size() < input.size() && input[input.size() - line.name.size() - 1] == ' ', "a space before it");
    require(!line.attributes.mode || *line.attributes.mode <= 07777, "permission bits only");
    require(line.attributes.kind != file_kind::directory || !line.attributes.size, "no size of a directory");
    require(line.attributes.link_target.empty() || line.attributes.kind == file_kind::symlink,
            "only links have targets");

    // Whatever name a well-formed line carries comes out as it went in.
    const auto well_formed = "type=file;size=1; " + std::string{input};
    require(input.empty() || parse_fact_line(well_formed).name == input, "every name is kept");
    return 0;
}
