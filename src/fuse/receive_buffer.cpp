#include "ftpfs/fuse/receive_buffer.hpp"

#include <cstdlib>
#include <cstring>
#include <mutex>
#include <utility>
#include <vector>

namespace ftpfs::fuse {

// All blocks are of one size, that of libfuse's first allocation: the kernel's limits are settled once, by INIT.
class receive_buffer::pool {
public:
    pool() { blocks_.reserve(spares); }
    ~pool() { keep_only(0); }
    pool(const pool&) = delete;
    pool& operator=(const pool&) = delete;

    void* take()
    {
        const std::scoped_lock lock{mutex_};
        if (blocks_.empty()) {
            return nullptr;
        }
        void* block = blocks_.back();
        blocks_.pop_back();
        return block;
    }

    void lend()
    {
        const std::scoped_lock lock{mutex_};
        ++lent_;
    }

    void give_back(void* block)
    {
        const std::scoped_lock lock{mutex_};
        --lent_;
        if (blocks_.size() < spares) {
            blocks_.push_back(block);
        } else {
            std::free(block);
        }
        if (lent_ == 0) {
            keep_only(idle_spares);
        }
    }

    std::size_t size() const
    {
        const std::scoped_lock lock{mutex_};
        return blocks_.size();
    }

private:
    void keep_only(std::size_t count)
    {
        while (blocks_.size() > count) {
            std::free(blocks_.back());
            blocks_.pop_back();
        }
    }

    mutable std::mutex mutex_;
    std::vector<void*> blocks_;
    std::size_t lent_ = 0;
};

receive_buffer::receive_buffer() : pool_{std::make_shared<pool>()} {}

receive_buffer::~receive_buffer()
{
    std::free(buffer_.mem);
}

fuse_buf* receive_buffer::prepare()
{
    if (buffer_.mem == nullptr) {
        buffer_.mem = pool_->take();
    }
    return &buffer_;
}

shared_bytes receive_buffer::keep(const char* data, std::size_t size)
{
    const auto* bytes = reinterpret_cast<const std::byte*>(data);
    if (size < worth_keeping || buffer_.mem == nullptr) {
        const std::shared_ptr<std::byte[]> copy{new std::byte[size]};
        std::memcpy(copy.get(), bytes, size);
        return shared_bytes{copy, 0, size};
    }
    auto* block = static_cast<std::byte*>(std::exchange(buffer_.mem, nullptr));
    const auto offset = static_cast<std::size_t>(bytes - block);
    pool_->lend();
    const std::shared_ptr<const std::byte[]> kept{
        block, [home = pool_](const std::byte* memory) { home->give_back(const_cast<std::byte*>(memory)); }};
    return shared_bytes{kept, offset, size};
}

std::size_t receive_buffer::spare_blocks() const
{
    return pool_->size();
}

}  // namespace ftpfs::fuse
