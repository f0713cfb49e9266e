#include "ftpfs/ftp/active_offer.hpp"

#include "ftpfs/ftp/data_connection.hpp"
#include "ftpfs/net/endpoint_text.hpp"

#include <fmt/format.h>

namespace ftpfs::ftp {
namespace {

constexpr auto what_to_do = "the server must be able to reach that address: behind NAT or a firewall name one that it "
                            "can, with active_address= and active_ports=, or mount with data=auto";

}  // namespace

bool active_offer::explains(const failure& why) const noexcept
{
    return !arrived() && (why == errc::timed_out || why.code == make_reply_error(no_data_connection));
}

failure active_offer::explain(failure why) const
{
    why.detail = fmt::format("{}active mode: the server was to connect to {} and did not: {}; {}",
                             data_connection_failure, net::to_string(where_), why.detail, what_to_do);
    return why;
}

failure active_offer::explain_refusal(failure why) const
{
    if (why == errc::cancelled) {
        return why;
    }
    const auto* const outcome = why == errc::timed_out ? "and says nothing" : "and refused";
    why.detail = fmt::format("active mode: the server was asked to connect to {} {}: {}; {}", net::to_string(where_),
                             outcome, why.detail, what_to_do);
    return why;
}

}  // namespace ftpfs::ftp
