#include "ftpfs/ftp/listing_transfer.hpp"

#include "ftpfs/core/result.hpp"

#include <chrono>
#include <vector>

namespace ftpfs::ftp {

namespace {

constexpr std::size_t piece = std::size_t{64} * 1024;

// Replies between the command and the end; one is usual.
constexpr int most_preliminary = 4;

// Waits for the reply that ends the listing; `answer` is the latest one.
awaitable<result<proto::reply>> final_reply(control_channel& control, proto::reply answer, arming_behind& behind)
{
    for (int i = 0; answer.is_preliminary(); ++i) {
        if (i == most_preliminary) {
            control.give_up();
            co_return failure{errc::protocol_violation, "too many preliminary replies to a listing"};
        }
        FTPFS_CO_TRY(answer, co_await control.read_reply());
        if (behind.is_out_of_turn(answer)) {
            control.give_up();
            co_return failure{errc::protocol_violation, "the server did not say how the listing ended"};
        }
    }
    co_return answer;
}

awaitable<result<>> feed_all(net::byte_stream& data, std::chrono::milliseconds timeout, proto::listing_parser& parser)
{
    std::vector<std::byte> buffer(piece);
    for (;;) {
        data.expires_after(timeout);
        FTPFS_CO_TRY(const auto count, co_await data.read_some(buffer));
        if (count == 0) {
            co_return result<>{};
        }
        parser.feed({reinterpret_cast<const char*>(buffer.data()), count});
    }
}

}  // namespace

awaitable<result<listing_answer>> transfer_listing(control_channel& control, std::unique_ptr<net::byte_stream> data,
                                                   proto::dialect known, arming_behind& behind)
{
    proto::listing_parser parser{known, std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now())};
    FTPFS_CO_TRY(auto first, co_await control.read_reply());
    if (control.broken()) {
        co_return first.as_failure();
    }
    if (!first.is_negative()) {
        auto fed = co_await feed_all(*data, control.timeout(), parser);
        if (!fed && !(fed.error() == errc::connection_lost)) {
            control.give_up();
            co_return std::move(fed).error();
        }
        data->close(net::close_mode::orderly);
        if (fed && first.is_preliminary()) {
            co_await behind.ask();
        }
        auto verdict = co_await final_reply(control, std::move(first), behind);
        co_await behind.hear();
        FTPFS_CO_TRY(first, std::move(verdict));
        if (!fed && !first.is_negative()) {
            co_return std::move(fed).error();  // cut off, whatever the reply says
        }
    }
    auto listing = parser.finish();
    co_return listing_answer{std::move(first), std::move(listing)};
}

}  // namespace ftpfs::ftp
