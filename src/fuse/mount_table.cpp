#include "ftpfs/fuse/mount_table.hpp"

#include <charconv>
#include <vector>

namespace ftpfs::fuse {
namespace {

bool is_octal(char c)
{
    return c >= '0' && c <= '7';
}

// The kernel writes blanks, tabs, newlines and backslashes as \ooo.
std::string unescaped(std::string_view field)
{
    std::string text;
    for (std::size_t i = 0; i < field.size(); ++i) {
        if (field[i] == '\\' && i + 3 < field.size() && is_octal(field[i + 1]) && is_octal(field[i + 2]) &&
            is_octal(field[i + 3])) {
            text += static_cast<char>((field[i + 1] - '0') * 64 + (field[i + 2] - '0') * 8 + (field[i + 3] - '0'));
            i += 3;
        } else {
            text += field[i];
        }
    }
    return text;
}

std::vector<std::string_view> fields_of(std::string_view line)
{
    std::vector<std::string_view> fields;
    while (!line.empty()) {
        const auto end = line.find(' ');
        fields.push_back(line.substr(0, end));
        line.remove_prefix(end == line.npos ? line.size() : end + 1);
    }
    return fields;
}

bool parse_number(std::string_view text, unsigned& number)
{
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

// 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
// (1)(2)(3)  (4)   (5)   (6)        (7…)    (8)(9)  (10)      (11)
std::optional<mounted_file_system> parse_mount_line(std::string_view line)
{
    const auto fields = fields_of(line);
    std::size_t separator = 6;
    while (separator < fields.size() && fields[separator] != "-") {
        ++separator;
    }
    if (separator + 2 >= fields.size()) {
        return std::nullopt;
    }
    mounted_file_system found;
    const auto colon = fields[2].find(':');
    if (colon == std::string_view::npos || !parse_number(fields[2].substr(0, colon), found.major) ||
        !parse_number(fields[2].substr(colon + 1), found.minor)) {
        return std::nullopt;
    }
    found.mount_point = unescaped(fields[4]);
    found.type = unescaped(fields[separator + 1]);
    found.source = unescaped(fields[separator + 2]);
    return found;
}

std::optional<mounted_file_system> find_mount(std::string_view mountinfo, std::string_view mount_point)
{
    std::optional<mounted_file_system> topmost;
    while (!mountinfo.empty()) {
        const auto end = mountinfo.find('\n');
        if (auto mounted = parse_mount_line(mountinfo.substr(0, end)); mounted && mounted->mount_point == mount_point) {
            topmost = std::move(mounted);
        }
        mountinfo.remove_prefix(end == mountinfo.npos ? mountinfo.size() : end + 1);
    }
    return topmost;
}

}  // namespace ftpfs::fuse
