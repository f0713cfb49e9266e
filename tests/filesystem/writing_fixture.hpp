// What tests of writing need beyond file_system_test: a staging directory, and the calls of programs in short.
#pragma once

#include "filesystem/file_system_test.hpp"

#include <filesystem>

namespace ftpfs::fs {

class writing_fixture : public file_system_test {
protected:
    writing_fixture();
    ~writing_fixture() override;

    static shared_bytes bytes_of(std::string_view text);

    // open(2) with O_CREAT, for reading and writing unless `flags` say otherwise.
    awaitable<result<handle_id>> create(std::string path, int flags = O_WRONLY | O_CREAT | O_TRUNC);
    awaitable<handle_id> open_with(std::string path, int flags);
    awaitable<result<>> write(handle_id file, std::uint64_t offset, std::string text);
    // flush and release.
    awaitable<result<>> close(handle_id file);
    // Creates, writes in pieces, closes.
    awaitable<result<>> store(std::string path, std::string content, std::size_t piece = 128 * 1024);
    awaitable<std::optional<struct stat>> stat_of(std::string path);
    awaitable<std::vector<std::string>> names_in(std::string path);

    std::string on_server(std::string_view path) const { return remote->has(path) ? remote->bytes_of(path) : "(none)"; }
    std::vector<std::string> kept_copies() const;
    static std::string content_of(const std::filesystem::path& file);

    std::filesystem::path staging;

private:
    static std::pair<std::string, file_name> split(const std::string& path);
};

inline constexpr std::size_t KiB = 1024;
inline constexpr std::size_t MiB = 1024 * KiB;

}  // namespace ftpfs::fs
