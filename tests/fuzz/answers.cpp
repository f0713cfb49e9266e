// The answers to PWD, EPSV, PASV, SIZE, MDTM and MLST, and the meaning of refusals.
#include "ftpfs/proto/data_address.hpp"
#include "ftpfs/proto/fact_list.hpp"
#include "ftpfs/proto/pwd_path.hpp"
#include "ftpfs/proto/server_words.hpp"
#include "ftpfs/proto/size_reply.hpp"
#include "ftpfs/proto/time_reply.hpp"

#include "fuzz.hpp"

using namespace ftpfs;
using fuzz::require;

namespace {

constexpr int codes[] = {213, 227, 229, 250, 257, 421, 430, 450, 451, 452, 500, 530, 534, 550, 552, 553};

template <class Type>
void check(const result<Type>& parsed)
{
    require(parsed || fuzz::is_printable(parsed.error().detail), "a failure is printable");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    auto input = fuzz::text_of(data, size);
    const auto answer = fuzz::reply_of(codes[fuzz::take_byte(input) % std::size(codes)], input);

    const auto path = proto::parse_pwd(answer);
    check(path);
    require(!path || path->str().starts_with('/'), "a path is absolute");
    const auto address = proto::parse_data_address(answer);
    check(address);
    require(!address || address->port != 0, "a port is not 0");
    check(proto::parse_mlst_reply(answer));

    proto::parse_size_reply(answer);
    const auto time = proto::parse_time_reply(answer);
    require(!time || time->value.time_since_epoch().count() >= 0, "no time before 1970");

    const auto why = proto::explain(answer);
    require(!answer.is_negative() || why.code.failed(), "a refusal is a failure");
    require(fuzz::is_printable(why.detail), "a failure is printable");
    require(answer.code != 421 || session_is_lost(why), "421 ends the session");
    return 0;
}
