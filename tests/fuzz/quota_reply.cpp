// The answers to AVBL, XQUOTA and SITE QUOTA.
#include "ftpfs/proto/quota_reply.hpp"
#include "ftpfs/proto/space_reply.hpp"

#include "fuzz.hpp"

using namespace ftpfs;
using fuzz::require;

namespace {

void check(const std::optional<proto::quota>& found)
{
    require(!found || !found->limit || found->available() <= *found->limit, "no more is free than there is");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto text = fuzz::text_of(data, size);
    for (const int code : {200, 202, 213, 550}) {
        const auto answer = fuzz::reply_of(code, text);
        check(proto::parse_xquota_reply(answer));
        check(proto::parse_site_quota_reply(answer));
        proto::parse_space_reply(answer);
    }
    return 0;
}
