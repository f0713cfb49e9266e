#include "ftpfs/cache/disk_cache.hpp"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <numeric>

namespace ftpfs::cache {
namespace {

using std::chrono::sys_seconds;

constexpr std::uint64_t page = 4096;

// So that the folder is not searched for each block: what leaves makes room for an eighth of the limit.
constexpr std::uint64_t share_that_leaves = 8;

// A use is written down at most so often.
constexpr std::chrono::seconds use_step{5};

// A disk that others have filled is asked again after this.
constexpr std::chrono::seconds full_pause{10};

std::uint64_t in_pages(std::uint64_t bytes)
{
    return (bytes + page - 1) / page * page;
}

std::uint64_t random_identity()
{
    std::uint64_t number = 0;
    while (::getrandom(&number, sizeof number, 0) != sizeof number) {
    }
    return number;
}

// Nothing if there is none that can be believed.
result<std::optional<entry_header>> read_header(int file)
{
    std::array<std::byte, entry_header::max_size> bytes;
    FTPFS_TRY(auto size, read_at(file, 0, std::span{bytes}.first(page)));
    auto header = decode(std::span{bytes}.first(size));
    if (!header && size == page) {
        FTPFS_TRY(size, read_at(file, 0, bytes));
        header = decode(std::span{bytes}.first(size));
    }
    return header;
}

result<> note_use(int file, sys_seconds now)
{
    const timespec time{now.time_since_epoch().count(), 0};
    const std::array<timespec, 2> both{time, time};
    if (::futimens(file, both.data()) != 0) {
        return failure_from_errno("writing to the disk cache");
    }
    return {};
}

// The records of `count` blocks, as they are in the file; those behind its end are zeros.
result<std::vector<std::byte>> read_records(int file, const entry_header& header, std::uint64_t first,
                                            std::size_t count)
{
    std::vector<std::byte> bytes(count * record_size);
    FTPFS_CHECK(read_at(file, header.record_offset(first), bytes));
    return bytes;
}

record_state decode_at(const entry_header& header, std::uint64_t first, std::size_t place,
                       std::span<const std::byte> records, block_record& into)
{
    const auto bytes = records.subspan(place * record_size).first<record_size>();
    return decode(header, first + place, bytes, into);
}

// Nothing if it is damaged.
result<std::optional<disk_cache::found_block>> read_block(int file, const entry_header& header, std::uint64_t index,
                                                          const block_record& record)
{
    disk_cache::found_block block;
    block.index = index;
    block.length = header.block_length(index);
    block.capacity = in_pages(block.length);
    block.memory = std::make_shared_for_overwrite<std::byte[]>(block.capacity);
    const std::span bytes{block.memory.get(), block.length};
    FTPFS_TRY(const auto got, read_at(file, header.block_offset(index), bytes));
    if (got != block.length || block_checksum(header, index, bytes) != record.checksum) {
        return std::optional<disk_cache::found_block>{};
    }
    return std::optional{std::move(block)};
}

result<> write_block(int file, const entry_header& header, const disk_cache::block_to_keep& block)
{
    // First the bytes, then what says that they are there.
    FTPFS_CHECK(write_at(file, header.block_offset(block.index), block.bytes));
    block_record record;
    record.checksum = block_checksum(header, block.index, block.bytes);
    record.fetched = block.fetched;
    std::array<std::byte, record_size> bytes;
    encode(header, block.index, record, bytes);
    return write_at(file, header.record_offset(block.index), bytes);
}

// Of a new block: itself, and its record if that begins another page than the header's.
std::uint64_t charge_of(const entry_header& header, const disk_cache::block_to_keep& block)
{
    return in_pages(block.bytes.size()) + (header.record_offset(block.index) + record_size > page ? page : 0);
}

struct missing_blocks {
    std::vector<const disk_cache::block_to_keep*> blocks;
    std::size_t others = 0;    // are there already
    std::uint64_t charge = 0;  // of the missing ones
};

// Of the blocks that can be trusted later, those that an entry does not have; `file`: empty if it is a new one.
result<missing_blocks> find_missing(const descriptor& file, const entry_header& header,
                                    std::span<const disk_cache::block_to_keep> blocks)
{
    missing_blocks found;
    for (const auto& block : blocks) {
        if (block.bytes.size() != header.block_length(block.index) || block.bytes.empty() ||
            !is_settled(header.version, block.fetched)) {
            continue;
        }
        auto state = record_state::absent;
        if (file) {
            block_record record;
            FTPFS_TRY(const auto records, read_records(file.get(), header, block.index, 1));
            state = decode_at(header, block.index, 0, records, record);
        }
        if (state == record_state::valid) {
            ++found.others;
        } else {
            found.charge += charge_of(header, block);
            found.blocks.push_back(&block);
        }
    }
    return found;
}

// A file that does not fit as a whole must not drive out everything else.
bool exceeds_its_share(const descriptor& file, const entry_header& header, std::uint64_t need, std::uint64_t limit)
{
    constexpr std::uint64_t unit = 512;  // of st_blocks, stat(2)
    struct stat status {};
    const bool is_there = file && ::fstat(file.get(), &status) == 0;
    const auto there = is_there ? static_cast<std::uint64_t>(status.st_blocks) * unit : 0;
    return header.full_size() > limit && there + need > limit / 2;
}

}  // namespace

std::uint64_t least_free(const folder_space& space) noexcept
{
    constexpr std::uint64_t most = std::uint64_t{256} << 20;
    return std::min(space.total / 20, most);
}

disk_cache::disk_cache(disk_folder folder, std::string server, std::uint64_t limit)
    : folder_{std::move(folder)}, server_{std::move(server)}, limit_{limit}, space_{[this] { return folder_.space(); }}
{
}

result<std::unique_ptr<disk_cache>> disk_cache::open(const std::string& directory, std::string server,
                                                     std::uint64_t limit)
{
    FTPFS_TRY(auto folder, disk_folder::open(directory));
    return std::unique_ptr<disk_cache>{new disk_cache{std::move(folder), std::move(server), limit}};
}

// --- reading ---

result<disk_cache::found> disk_cache::load(const remote_path& path, const file_version& seen, std::uint64_t first,
                                           std::size_t count, sys_seconds now) const
{
    found answer;
    const auto key = key_of(path);
    const auto name = entry_name(key);
    const auto drop = [&]() -> result<found> {
        FTPFS_CHECK(folder_.remove(name));
        answer.dropped = true;
        return answer;
    };
    FTPFS_TRY(const auto file, folder_.open_entry(name, O_RDONLY));
    if (!file) {
        return answer;
    }
    FTPFS_TRY(const auto header, read_header(file.get()));
    if (!header || header->key != key) {
        return drop();
    }
    const auto likeness = compare(header->version, seen);
    if (likeness.how == likeness::different) {
        return drop();
    }
    if (likeness.how != likeness::same || first >= header->blocks()) {
        return answer;
    }
    answer.version = header->version;
    count = static_cast<std::size_t>(std::min<std::uint64_t>(count, header->blocks() - first));
    FTPFS_TRY(const auto records, read_records(file.get(), *header, first, count));
    for (std::size_t place = 0; place < count; ++place) {
        block_record record;
        const auto state = decode_at(*header, first, place, records, record);
        if (state == record_state::broken) {
            return drop();
        }
        if (state == record_state::absent || !is_settled(likeness.common, record.fetched)) {
            break;
        }
        FTPFS_TRY(auto block, read_block(file.get(), *header, first + place, record));
        if (!block) {
            return drop();
        }
        answer.blocks.push_back(*std::move(block));
    }
    struct stat status {};
    if (::fstat(file.get(), &status) == 0 &&
        std::abs(status.st_mtim.tv_sec - now.time_since_epoch().count()) >= use_step.count()) {
        FTPFS_CHECK(note_use(file.get(), now));
    }
    return answer;
}

// --- writing ---

// Open for writing, with the header that is there; empty if there is none that fits.
result<descriptor> disk_cache::open_matching(const std::string& name, entry_header& header) const
{
    FTPFS_TRY(auto file, folder_.open_entry(name, O_RDWR));
    if (!file) {
        return file;
    }
    FTPFS_TRY(auto there, read_header(file.get()));
    if (there && there->key == header.key && fits(there->version, header.version)) {
        header = *std::move(there);
        return file;
    }
    FTPFS_CHECK(folder_.remove(name));
    return descriptor{};
}

result<disk_cache::kept> disk_cache::store(const remote_path& path, const disk_version& version,
                                           std::span<const block_to_keep> blocks, sys_seconds now)
{
    kept done;
    done.refused = blocks.size();
    entry_header header;
    header.key = key_of(path);
    header.version = version;
    header.identity = random_identity();
    const auto first_bytes = encode(header);
    FTPFS_TRY(const auto lock, folder_.take_lock());
    if (!first_bytes || !lock) {
        return done;
    }
    const auto name = entry_name(header.key);
    FTPFS_TRY(auto file, open_matching(name, header));
    const bool is_new = !file;
    FTPFS_TRY(const auto missing, find_missing(file, header, blocks));
    done.refused -= missing.others;
    const auto need = missing.charge + (is_new ? in_pages(first_bytes->size()) : 0);
    if (need == 0 || exceeds_its_share(file, header, need, limit_)) {
        return done;
    }
    FTPFS_TRY(const auto room, make_room(*lock, need, name, now));
    done.disk_is_full = room.disk_is_full;
    if (!room.found) {
        return done;
    }
    if (is_new) {
        FTPFS_TRY(file, folder_.create_entry(name));
        if (!file) {
            return done;
        }
        FTPFS_CHECK(write_at(file.get(), 0, *first_bytes));
    }
    for (const auto* block : missing.blocks) {
        FTPFS_CHECK(write_block(file.get(), header, *block));
        --done.refused;
        done.bytes += block->bytes.size();
    }
    FTPFS_CHECK(note_use(file.get(), now));
    done.used = lock->used();
    return done;
}

result<disk_cache::room_made> disk_cache::make_room(const disk_folder::held_lock& lock, std::uint64_t need,
                                                    std::string_view keep, sys_seconds now)
{
    room_made answer;
    if (now < full_until_ && now + full_pause >= full_until_) {
        answer.disk_is_full = true;
        return answer;
    }
    const auto known = lock.used();
    FTPFS_TRY(auto space, space_());
    if (known && *known + need <= limit_ && space.available >= least_free(space) + need) {
        FTPFS_CHECK(lock.set_used(*known + need));
        answer.found = true;
        return answer;
    }
    FTPFS_TRY(auto entries, folder_.list());
    auto used = std::accumulate(entries.begin(), entries.end(), std::uint64_t{0},
                                [](std::uint64_t sum, const entry_info& one) { return sum + one.bytes; });
    const auto target = limit_ - limit_ / share_that_leaves;
    const auto too_much = used + need > target ? used + need - target : 0;
    const auto wanted = least_free(space) + need;
    const auto too_little = space.available < wanted ? wanted - space.available : 0;
    for (const auto& leaving : choose_leaving(std::move(entries), std::max(too_much, too_little), keep, now)) {
        FTPFS_CHECK(folder_.remove(leaving.name));
        used -= leaving.bytes;
    }
    FTPFS_TRY(space, space_());
    answer.disk_is_full = space.available < least_free(space) + need;
    answer.found = !answer.disk_is_full && used + need <= limit_;
    full_until_ = answer.disk_is_full ? now + full_pause : sys_seconds{};
    FTPFS_CHECK(lock.set_used(answer.found ? used + need : used));
    return answer;
}

// --- forgetting ---

result<> disk_cache::forget(const remote_path& path)
{
    return folder_.remove(entry_name(key_of(path)));
}

result<> disk_cache::forget_tree(const remote_path& directory)
{
    FTPFS_TRY(const auto entries, folder_.list());
    for (const auto& entry : entries) {
        FTPFS_TRY(const auto file, folder_.open_entry(entry.name, O_RDONLY));
        if (!file) {
            continue;
        }
        FTPFS_TRY(const auto header, read_header(file.get()));
        const auto path = header ? remote_path::make(header->key.path) : result<remote_path>{errc::invalid_name};
        if (!path || (header->key.server == server_ && path->is_within(directory))) {
            FTPFS_CHECK(folder_.remove(entry.name));
        }
    }
    return {};
}

result<std::uint64_t> disk_cache::take_stock(sys_seconds now)
{
    FTPFS_TRY(const auto lock, folder_.take_lock());
    if (!lock) {
        return std::uint64_t{0};
    }
    FTPFS_TRY(const auto entries, folder_.list());
    std::uint64_t used = 0;
    for (const auto& entry : entries) {
        used += entry.bytes;
    }
    FTPFS_CHECK(lock->set_used(used));
    FTPFS_CHECK(make_room(*lock, 0, {}, now));
    return lock->used().value_or(used);
}

}  // namespace ftpfs::cache
