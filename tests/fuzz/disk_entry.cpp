// A file of the disk cache: header, records and times that anybody may have written there.
#include "ftpfs/cache/disk_entry.hpp"

#include "fuzz.hpp"

#include <span>

using namespace ftpfs;
using namespace ftpfs::cache;
using fuzz::require;

namespace {

void check_layout(const entry_header& header)
{
    require(header.record_offset(0) >= encode(header)->size(), "records lie behind the header");
    require(header.block_offset(0) >= header.record_offset(header.blocks()), "blocks lie behind the records");
    require(header.full_size() >= header.version.size, "no size overflows");
    if (const auto blocks = header.blocks()) {
        const auto last = header.block_length(blocks - 1);
        require(last > 0 && last <= block_size, "the last block is not empty");
        require((blocks - 1) * block_size + last == header.version.size, "the blocks are the file");
        require(header.block_offset(blocks - 1) + last == header.full_size(), "and end with it");
    }
    require(header.block_length(header.blocks()) == 0, "nothing lies behind the last block");
}

void check_times(const entry_header& header)
{
    for (const auto& stamp : {header.version.listed, header.version.fact}) {
        file_version seen;
        seen.size = header.version.size;
        seen.modified = stamp.time;
        const auto answer = compare(header.version, seen);
        require(answer.how != likeness::different, "a version is not different from itself");
        is_settled(answer.common, stamp.seen);
        is_settled(stamp, header.version.fact.seen);
    }
    fits(header.version, header.version);
}

// A header as the mutator made it is hardly ever right: the input is also taken for the values of one.
entry_header made_of(std::string_view& input)
{
    const auto number = [&] {
        std::uint64_t value = 0;
        for (int byte = 0; byte < 8; ++byte) {
            value = value << 8U | fuzz::take_byte(input);
        }
        return value;
    };
    const auto time = [&] {
        return std::chrono::sys_seconds{std::chrono::seconds{static_cast<std::int64_t>(number())}};
    };
    const auto stamp = [&](time_source source) {
        time_stamp made;
        made.time = {time(), static_cast<time_precision>(fuzz::take_byte(input) % 4), source};
        made.seen = time();
        return made;
    };
    entry_header header;
    header.version.size = number() >> fuzz::take_byte(input) % 64U;
    header.version.listed = stamp(time_source::listing);
    header.version.fact = stamp(time_source::fact);
    header.identity = number();
    header.key.server = input.substr(0, input.size() / 2);
    header.key.path = input.substr(input.size() / 2);
    return header;
}

void check_record(const entry_header& header, std::span<const std::byte, record_size> bytes)
{
    block_record record;
    for (const auto index : {std::uint64_t{0}, header.blocks() / 2, header.blocks()}) {
        if (decode(header, index, bytes, record) == record_state::valid) {
            require(index < header.blocks(), "only blocks of the file have records");
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    auto text = fuzz::text_of(data, size);
    const auto bytes = std::as_bytes(std::span{data, size});
    if (const auto header = decode(bytes)) {
        check_layout(*header);
        check_times(*header);
    }
    const auto header = made_of(text);
    const auto encoded = encode(header);
    if (!encoded) {
        return 0;
    }
    require(decode(*encoded) == header, "a header comes back");
    require(is_entry_name(entry_name(header.key)), "every key has a name");
    check_layout(header);
    check_times(header);
    if (bytes.size() >= record_size) {
        check_record(header, bytes.first<record_size>());
    }
    return 0;
}
