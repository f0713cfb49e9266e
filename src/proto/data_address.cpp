#include "ftpfs/proto/data_address.hpp"

#include "text.hpp"

#include <ranges>

namespace ftpfs::proto {
namespace {

// "(|||4127|)" with any delimiters and any number of them, "(|2|::1|4127|)", or no parentheses at all: the port
// is the last number.
std::optional<data_address> extended(std::string_view line)
{
    if (const auto open = line.rfind('('); open != line.npos) {
        line = line.substr(open, line.find(')', open) - open);
    }
    const auto port = number<std::uint16_t>(last_digits(line));
    if (!port || *port == 0) {
        return std::nullopt;
    }
    return data_address{std::nullopt, *port};
}

// Six numbers from 0 to 255 with commas between, at the start of `text`.
std::optional<std::array<std::uint8_t, 6>> six_numbers(std::string_view text)
{
    std::array<std::uint8_t, 6> numbers{};
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        if (i > 0) {
            text = trim(text);
            if (!text.starts_with(',')) {
                return std::nullopt;
            }
            text = trim(text.substr(1));
        }
        const auto digits = leading_digits(text);
        const auto value = number<std::uint8_t>(digits);
        if (!value) {
            return std::nullopt;
        }
        numbers[i] = *value;
        text.remove_prefix(digits.size());
    }
    return numbers;
}

std::optional<data_address> classic(std::string_view line)
{
    for (std::size_t at = 0; at < line.size(); ++at) {
        const bool begins_number = is_digit(line[at]) && (at == 0 || !is_digit(line[at - 1]));
        const auto found = begins_number ? six_numbers(line.substr(at)) : std::nullopt;
        if (!found) {
            continue;
        }
        const auto& [a, b, c, d, high, low] = *found;
        const auto port = static_cast<std::uint16_t>(high * 256 + low);
        if (port == 0) {
            return std::nullopt;
        }
        return data_address{std::array{a, b, c, d}, port};
    }
    return std::nullopt;
}

}  // namespace

result<data_address> parse_data_address(const reply& answer)
{
    if (answer.code != 227 && answer.code != 229) {
        return answer.as_failure();
    }
    const auto read = answer.code == 229 ? extended : classic;
    if (const auto address = read(answer.last_line())) {
        return *address;
    }
    return failure{errc::protocol_violation, "no address in " + answer.as_failure().detail};
}

}  // namespace ftpfs::proto
