// Objects of OpenSSL that are freed when their owner goes.
#pragma once

#include <memory>

namespace ftpfs::net {

template <auto Free>
struct openssl_free {
    template <class T>
    void operator()(T* what) const noexcept
    {
        Free(what);
    }
};

template <class T, auto Free>
using openssl_ptr = std::unique_ptr<T, openssl_free<Free>>;

}  // namespace ftpfs::net
