// The values of options: each function takes one over, or says what is wrong with it. Internal to the option table.
#pragma once

#include "ftpfs/ftp/config.hpp"

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>
#include <sys/types.h>

#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ftpfs::cli {

using complaint = std::optional<std::string>;

inline constexpr complaint fine = std::nullopt;

template <class T>
std::optional<T> whole_number(std::string_view text, int base = 10)
{
    T number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return number;
}

complaint set_text(std::string& into, std::string_view value);
complaint set_text(std::optional<std::string>& into, std::string_view value);
complaint set_duration(std::chrono::milliseconds& into, std::string_view value, std::chrono::milliseconds least);
complaint set_size(std::uint64_t& into, std::string_view value, std::uint64_t least);
complaint set_mask(std::optional<mode_t>& into, std::string_view value);
complaint set_user_id(std::optional<uid_t>& into, std::string_view value);
complaint set_group_id(std::optional<gid_t>& into, std::string_view value);
complaint set_address(std::optional<boost::asio::ip::address>& into, std::string_view value);
// "50000-50099"
complaint set_ports(ftp::port_range& into, std::string_view value);
// An absolute path.
complaint set_directory(std::string& into, std::string_view value);

template <class Enum>
struct choice {
    std::string_view name;
    Enum meaning;
};

template <class Enum, std::size_t N>
complaint one_of(Enum& into, std::string_view value, const std::array<choice<Enum>, N>& choices)
{
    std::string names;
    for (const auto& candidate : choices) {
        if (candidate.name == value) {
            into = candidate.meaning;
            return fine;
        }
        names += fmt::format("{}{}", names.empty() ? "" : ", ", candidate.name);
    }
    return fmt::format("\"{}\" is not one of {}", value, names);
}

}  // namespace ftpfs::cli
