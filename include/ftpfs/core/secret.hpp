// A password: can be compared and handed to the one who sends it, never printed.
//
// There is no conversion to a string and no formatter: `reveal()` marks each use. The bytes are wiped when
// the last copy goes.
#pragma once

#include <string>
#include <string_view>

namespace ftpfs {

class secret {
public:
    secret() = default;
    explicit secret(std::string_view bytes) : bytes_{bytes} {}
    secret(const secret&) = default;
    secret& operator=(const secret& other);
    secret(secret&& other) noexcept;
    secret& operator=(secret&& other) noexcept;
    ~secret();

    bool empty() const noexcept { return bytes_.empty(); }
    const std::string& reveal() const noexcept { return bytes_; }
    bool operator==(const secret&) const = default;

private:
    void wipe() noexcept;
    std::string bytes_;
};

// The text with "****" where it repeats the secret, as servers do that quote what they refuse. A secret of less than
// four bytes is hidden only where it stands alone, since it is also a part of other words.
std::string without_secret(std::string text, const secret& hidden);

}  // namespace ftpfs
