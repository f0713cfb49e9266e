#include "filesystem/writing_fixture.hpp"

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

namespace ftpfs::fs {

writing_fixture::writing_fixture()
{
    std::string name = (std::filesystem::temp_directory_path() / "ftpfs-test-XXXXXX").string();
    staging = ::mkdtemp(name.data());
    settings.staging_dir = staging.string();
    settings.stop_limit = std::chrono::milliseconds{1000};
}

writing_fixture::~writing_fixture()
{
    files.reset();
    std::filesystem::remove_all(staging);
}

shared_bytes writing_fixture::bytes_of(std::string_view text)
{
    const auto block = std::make_shared_for_overwrite<std::byte[]>(text.size());
    std::memcpy(block.get(), text.data(), text.size());
    return shared_bytes{block, 0, text.size()};
}

std::pair<std::string, file_name> writing_fixture::split(const std::string& path)
{
    const auto whole = test::path(path);
    return {whole.parent().str(), test::name(whole.name())};
}

awaitable<result<handle_id>> writing_fixture::create(std::string path, int flags)
{
    const auto [directory, last] = split(path);
    const auto parent = co_await find(directory);
    auto made = co_await files->create(parent, last, flags, 0644);
    if (!made) {
        co_return made.error();
    }
    co_return made->file.handle;
}

awaitable<handle_id> writing_fixture::open_with(std::string path, int flags)
{
    const auto inode = co_await find(std::move(path));
    const auto opened = co_await files->open(inode, flags);
    co_return opened.value().handle;
}

awaitable<result<>> writing_fixture::write(handle_id file, std::uint64_t offset, std::string text)
{
    return files->write(file, offset, bytes_of(text));
}

awaitable<result<>> writing_fixture::close(handle_id file)
{
    auto flushed = co_await files->flush(file);
    files->release(file);
    co_return flushed;
}

awaitable<result<>> writing_fixture::store(std::string path, std::string content, std::size_t piece)
{
    const auto file = co_await create(std::move(path));
    if (!file) {
        co_return file.error();
    }
    for (std::size_t at = 0; at < content.size(); at += piece) {
        const auto written = co_await write(*file, at, content.substr(at, piece));
        if (!written) {
            break;
        }
    }
    co_return co_await close(*file);
}

awaitable<std::optional<struct stat>> writing_fixture::stat_of(std::string path)
{
    const auto [directory, last] = split(path);
    const auto parent = co_await find(directory);
    const auto found = co_await files->lookup(parent, last);
    if (!found || found->inode == inode_id{}) {
        co_return std::nullopt;
    }
    co_return found->status.attributes;
}

awaitable<std::vector<std::string>> writing_fixture::names_in(std::string path)
{
    const auto inode = co_await find(std::move(path));
    const auto directory = (co_await files->open_directory(inode)).value();
    std::vector<std::string> names;
    for (const auto& entry : files->entries(directory)) {
        names.push_back(entry.name.str());
    }
    files->release_directory(directory);
    std::ranges::sort(names);
    co_return names;
}

std::vector<std::string> writing_fixture::kept_copies() const
{
    std::vector<std::string> found;
    const auto recovery = staging / "recovery";
    if (std::filesystem::exists(recovery)) {
        for (const auto& entry : std::filesystem::directory_iterator{recovery}) {
            if (entry.path().extension() != ".txt") {
                found.push_back(entry.path().string());
            }
        }
    }
    return found;
}

std::string writing_fixture::content_of(const std::filesystem::path& file)
{
    std::ifstream in{file, std::ios::binary};
    std::ostringstream all;
    all << in.rdbuf();
    return all.str();
}

}  // namespace ftpfs::fs
