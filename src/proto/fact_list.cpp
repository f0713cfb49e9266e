#include "ftpfs/proto/fact_list.hpp"

#include "ftpfs/proto/time_reply.hpp"

#include "text.hpp"

#include <array>

namespace ftpfs::proto {
namespace {

// Facts whose values are seen with spaces inside: link targets, names of Windows groups.
bool may_hold_spaces(std::string_view fact)
{
    return starts_with_word(fact, "type=os.") || starts_with_word(fact, "unix.owner") ||
           starts_with_word(fact, "unix.group") || starts_with_word(fact, "unix.slink") || starts_with_word(fact, "x.");
}

struct split_line {
    std::string_view facts;
    std::string_view name;
    bool separator_is_clear = false;
};

std::optional<split_line> split(std::string_view line, fact_end end)
{
    const auto space = line.find(' ');
    if (space == line.npos) {
        return std::nullopt;
    }
    const auto clear = line.find("; ");
    if (end == fact_end::semicolon_space && clear != line.npos) {
        bool omitted = false;  // the space inside the facts shows that "; " is a part of the name
        if (space < clear) {
            const auto fact_begin = line.rfind(';', space);
            omitted = !may_hold_spaces(line.substr(fact_begin == line.npos ? 0 : fact_begin + 1));
        }
        if (!omitted) {
            return split_line{line.substr(0, clear + 1), line.substr(clear + 2), true};
        }
    }
    const auto facts = line.substr(0, space);
    return split_line{facts, line.substr(space + 1), facts.ends_with(';')};
}

// The value behind "OS.unix=": "slink:target", "symlink", "chr-13/29", "blkdev", "fifo", "socket" …
void read_os_type(std::string_view value, file_attributes& out)
{
    struct type_row {
        std::string_view prefix;
        file_kind kind;
    };
    constexpr std::array rows{type_row{"slink", file_kind::symlink},
                              type_row{"symlink", file_kind::symlink},
                              type_row{"chr", file_kind::character_device},
                              type_row{"char", file_kind::character_device},
                              type_row{"blk", file_kind::block_device},
                              type_row{"block", file_kind::block_device},
                              type_row{"fifo", file_kind::fifo},
                              type_row{"pipe", file_kind::fifo},
                              type_row{"sock", file_kind::socket},
                              type_row{"dir", file_kind::directory},
                              type_row{"file", file_kind::regular}};
    const auto* const row = std::ranges::find_if(
        rows, [&](const type_row& candidate) { return starts_with_word(value, candidate.prefix); });
    out.kind = row == rows.end() ? file_kind::unknown : row->kind;
    if (out.kind == file_kind::symlink && value.find(':') != value.npos) {
        out.link_target = value.substr(value.find(':') + 1);
    }
}

void read_type(std::string_view value, fact_line& out)
{
    if (same_word(value, "file")) {
        out.attributes.kind = file_kind::regular;
    } else if (same_word(value, "dir")) {
        out.attributes.kind = file_kind::directory;
    } else if (same_word(value, "cdir")) {
        out.kind = fact_line_kind::listed_directory;
        out.attributes.kind = file_kind::directory;
    } else if (same_word(value, "pdir")) {
        out.kind = fact_line_kind::parent_directory;
        out.attributes.kind = file_kind::directory;
    } else if (starts_with_word(value, "os.") && value.find('=') != value.npos) {
        read_os_type(value.substr(value.find('=') + 1), out.attributes);
    }
}

void read_fact(std::string_view name, std::string_view value, fact_line& out)
{
    auto& attributes = out.attributes;
    if (same_word(name, "type")) {
        read_type(value, out);
    } else if (same_word(name, "size")) {
        attributes.size = number<std::uint64_t>(value);
    } else if (same_word(name, "modify")) {
        attributes.modified = parse_time_value(value).value_or(file_time{});
    } else if (same_word(name, "unix.mode")) {
        const auto digits = starts_with_word(value, "0o") ? value.substr(2) : value;  // pyftpdlib 1.5.7
        if (const auto mode = number<unsigned>(digits, 8)) {
            attributes.mode = static_cast<std::uint16_t>(*mode & 07777U);  // some send the file type along
        }
    } else if (same_word(name, "unix.slink")) {
        attributes.link_target = value;
    }
}

// False if there is not a single fact.
bool read_facts(std::string_view facts, fact_line& out)
{
    bool any = false;
    while (!facts.empty()) {
        const auto end = facts.find(';');
        const auto fact = facts.substr(0, end);
        facts.remove_prefix(end == facts.npos ? facts.size() : end + 1);
        const auto equals = fact.find('=');
        if (equals != fact.npos && equals > 0) {
            read_fact(fact.substr(0, equals), fact.substr(equals + 1), out);
            any = true;
        }
    }
    return any;
}

}  // namespace

fact_line parse_fact_line(std::string_view line, fact_end end)
{
    fact_line out;
    const auto parts = split(line, end);
    if (!parts || parts->name.empty()) {
        return out;
    }
    out.kind = fact_line_kind::entry;
    out.name = parts->name;
    out.separator_is_clear = parts->separator_is_clear;
    if (!parts->facts.empty() && !read_facts(parts->facts, out)) {
        return {};
    }
    auto& attributes = out.attributes;
    if (!attributes.link_target.empty()) {  // wu-ftpd gives type=file along with UNIX.slink, in any order
        attributes.kind = file_kind::symlink;
    }
    if (attributes.kind == file_kind::directory) {
        attributes.size.reset();
    }
    attributes.size_is_exact = attributes.kind != file_kind::symlink;
    if (out.kind == fact_line_kind::entry && out.name == ".") {
        out.kind = fact_line_kind::listed_directory;
    } else if (out.kind == fact_line_kind::entry && out.name == "..") {
        out.kind = fact_line_kind::parent_directory;
    }
    return out;
}

namespace {

std::optional<file_attributes> attributes_in(std::string_view line)
{
    line.remove_prefix(std::min(line.size(), line.find_first_not_of(' ')));
    if (line.find('=') == line.npos) {
        return std::nullopt;
    }
    auto parsed = parse_fact_line(line);
    if (parsed.kind == fact_line_kind::unreadable) {
        return std::nullopt;
    }
    return std::move(parsed.attributes);
}

}  // namespace

result<file_attributes> parse_mlst_reply(const reply& answer)
{
    if (!answer.is_completion()) {
        return answer.as_failure();
    }
    // The line is indented and between the first and the last one (RFC 3659 §7.2); servers that do neither come
    // after that, so that a path with '=' in the heading doesn't get in the way.
    const auto inner = [&](std::size_t i) { return i > 0 && i + 1 < answer.lines.size(); };
    for (const int strictness : {2, 1, 0}) {
        for (std::size_t i = 0; i < answer.lines.size(); ++i) {
            const auto& line = answer.lines[i];
            const bool tried = strictness == 0 || (inner(i) && (strictness == 1 || line.starts_with(' ')));
            if (!tried) {
                continue;
            }
            if (auto attributes = attributes_in(line)) {
                return *std::move(attributes);
            }
        }
    }
    return failure{errc::protocol_violation, "no facts in the answer to MLST: " + answer.as_failure().detail};
}

}  // namespace ftpfs::proto
