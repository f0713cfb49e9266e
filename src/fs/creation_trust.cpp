#include "ftpfs/fs/creation_trust.hpp"

#include <algorithm>

namespace ftpfs::fs {
namespace {

// More than one program fills at a time.
constexpr std::size_t most_directories = 64;

// Old servers and the file systems behind them have shorter limits than 255 bytes.
constexpr std::size_t longest_plain = 100;

bool is_plain_byte(char byte) noexcept
{
    const bool letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
    return letter || (byte >= '0' && byte <= '9') || std::string_view{"._-+,=@"}.find(byte) != std::string_view::npos;
}

}  // namespace

void creation_trust::accepted(const remote_path& file, time_point now)
{
    if (accepted_.size() >= most_directories) {
        std::erase_if(accepted_, [now](const auto& one) { return one.second + lasts <= now; });
    }
    if (accepted_.size() < most_directories) {
        accepted_.insert_or_assign(file.parent(), now);
    }
}

bool creation_trust::holds(const remote_path& file, time_point now) const
{
    const auto last = accepted_.find(file.parent());
    return last != accepted_.end() && now < last->second + lasts && is_plain(file.name());
}

// A leading dot is refused by some (Pure-FTPd: ProhibitDotFilesWrite), one at the end is dropped by Windows.
bool creation_trust::is_plain(std::string_view name) noexcept
{
    return !name.empty() && name.size() <= longest_plain && !name.starts_with('.') && !name.ends_with('.') &&
           std::ranges::all_of(name, is_plain_byte);
}

}  // namespace ftpfs::fs
