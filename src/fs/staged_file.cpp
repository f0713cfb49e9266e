#include "ftpfs/fs/staged_file.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace ftpfs::fs {
namespace {

constexpr std::uint64_t fetch_step = std::uint64_t{1} << 20;
constexpr auto nowhere = std::numeric_limits<std::uint64_t>::max();

}  // namespace

awaitable<result<std::shared_ptr<staged_file>>> staged_file::make(writing& services, std::shared_ptr<file_reader> base,
                                                                  std::uint64_t base_size)
{
    using made = result<std::shared_ptr<local_file>>;
    const auto work = [directory = services.services.settings.staging_dir]() -> made {
        return local_file::make(directory);
    };
    auto file = co_await services.helper.run<made>(work);
    if (!file) {
        co_return file.error();
    }
    ++services.services.count.staged_files;
    auto staged = std::make_shared<staged_file>(services, *std::move(file), std::move(base), base_size);
    FTPFS_CO_CHECK(co_await staged->resize(base_size));
    staged->mark_sent();
    co_return staged;
}

staged_file::staged_file(writing& services, std::shared_ptr<local_file> file, std::shared_ptr<file_reader> base,
                         std::uint64_t base_size)
    : writing_{services}, file_{std::move(file)}, base_{std::move(base)}, base_size_{base_size}, size_{base_size},
      changed_from_{nowhere}
{
}

awaitable<result<>> staged_file::write(std::uint64_t offset, std::vector<shared_bytes> pieces)
{
    std::uint64_t count = 0;
    for (const auto& piece : pieces) {
        count += piece.size();
    }
    if (count == 0) {
        co_return result<>{};
    }
    const auto work = [file = file_, offset, pieces = std::move(pieces)] { return file->write(offset, pieces); };
    auto written = co_await writing_.helper.run<result<>>(work);
    if (!written) {
        co_return written;
    }
    local_.add(offset, offset + count);
    size_ = std::max(size_, offset + count);
    changed_from_ = std::min(changed_from_, offset);
    dirty_ = true;
    co_return result<>{};
}

awaitable<result<>> staged_file::resize(std::uint64_t size)
{
    const auto work = [file = file_, size] { return file->resize(size); };
    auto resized = co_await writing_.helper.run<result<>>(work);
    if (!resized) {
        co_return resized;
    }
    changed_from_ = std::min({changed_from_, size, size_});
    local_.remove_from(size);
    base_size_ = std::min(base_size_, size);
    size_ = size;
    dirty_ = true;
    co_return result<>{};
}

bool staged_file::is_complete(std::uint64_t begin, std::uint64_t end) const
{
    return !local_.first_gap(begin, std::min(end, base_size_));
}

awaitable<result<>> staged_file::complete(std::uint64_t begin, std::uint64_t end)
{
    for (;;) {
        const auto missing = local_.first_gap(begin, std::min(end, base_size_));
        if (!missing) {
            co_return result<>{};
        }
        const auto size = std::min(missing->end - missing->begin, fetch_step);
        auto pieces = co_await file_reader::read(base_, missing->begin, static_cast<std::size_t>(size));
        if (!pieces) {
            co_return pieces.error();
        }
        std::uint64_t count = 0;
        for (const auto& piece : *pieces) {
            count += piece.size();
        }
        if (count == 0) {
            co_return failure{errc::version_changed, "the file on the server is shorter than it was"};
        }
        const auto offset = missing->begin;
        const auto work = [file = file_, offset, bytes = *std::move(pieces)] { return file->write(offset, bytes); };
        auto stored = co_await writing_.helper.run<result<>>(work);
        if (!stored) {
            co_return stored;
        }
        local_.add(offset, offset + count);
        begin = offset + count;
    }
}

awaitable<result<shared_bytes>> staged_file::read_local(std::uint64_t offset, std::size_t size)
{
    const auto end = std::min(size_, offset + std::min<std::uint64_t>(size, nowhere - offset));
    if (offset >= end) {
        co_return shared_bytes{};
    }
    const auto count = static_cast<std::size_t>(end - offset);
    const auto work = [file = file_, offset, count] { return file->read(offset, count); };
    co_return co_await writing_.helper.run<result<shared_bytes>>(work);
}

void staged_file::mark_changed_from(std::uint64_t offset)
{
    dirty_ = true;
    changed_from_ = std::min(changed_from_, offset);
}

void staged_file::mark_sent()
{
    dirty_ = false;
    changed_from_ = nowhere;
}

std::string staged_file::note(const remote_path& path, const failure& why) const
{
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    auto text = fmt::format("This is a changed copy of a remote file that ftpfs could not send.\n"
                            "mount: {}\nfile: {}\ntime: {:%Y-%m-%d %H:%M:%S} UTC\nreason: {}\nsize: {}\n",
                            printable(writing_.url), printable(path.str()), now, printable(to_string(why)), size_);
    if (!is_complete(0, size_)) {
        text += "The copy is not complete. It holds these bytes; take the others from the file on the server:\n";
        for (const auto& [begin, end] : local_.ranges()) {
            text += fmt::format("{}-{}\n", begin, end - 1);
        }
        if (size_ > base_size_) {
            text += fmt::format("From byte {} on all bytes are here.\n", base_size_);
        }
    }
    return text;
}

awaitable<result<std::string>> staged_file::keep(remote_path path, failure why)
{
    const auto work = [file = file_, name = std::string{path.name()}, text = note(path, why)] {
        return file->keep(name, text);
    };
    auto kept = co_await writing_.helper.run<result<std::string>>(work);
    writing_.services.count.kept_copies += kept ? 1U : 0U;
    co_return kept;
}

}  // namespace ftpfs::fs
