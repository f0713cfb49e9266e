// Bytes to write, in pieces.
#pragma once

#include "ftpfs/core/shared_bytes.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace ftpfs::test {

inline shared_bytes piece(std::string_view text)
{
    const std::shared_ptr<std::byte[]> block{new std::byte[text.size()]};
    std::transform(text.begin(), text.end(), block.get(), [](char c) { return static_cast<std::byte>(c); });
    return shared_bytes{block, 0, text.size()};
}

template <class... Text>
std::vector<shared_bytes> pieces(const Text&... texts)
{
    std::vector<shared_bytes> all;
    (all.push_back(piece(texts)), ...);
    return all;
}

}  // namespace ftpfs::test
