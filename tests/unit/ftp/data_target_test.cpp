#include "ftpfs/ftp/data_target.hpp"

#include <gmock/gmock.h>

namespace ftpfs::ftp {
namespace {

using boost::asio::ip::make_address;
using testing::HasSubstr;
using testing::IsEmpty;
using hosts = std::vector<data_host>;

const data_host itself;
const data_host peer = make_address("203.0.113.5");
const data_host home = make_address("192.168.1.5");
const data_host elsewhere = make_address("198.51.100.7");
const data_host behind_nat = make_address("10.0.0.5");

TEST(address_scope, tells_from_where_an_address_means_something)
{
    struct row {
        const char* address;
        address_scope scope;
    };
    constexpr row rows[]{
        {"0.0.0.0", address_scope::none},
        {"0.1.2.3", address_scope::none},
        {"224.0.0.1", address_scope::none},
        {"255.255.255.255", address_scope::none},
        {"127.0.0.1", address_scope::loopback},
        {"169.254.9.9", address_scope::link_local},
        {"10.0.0.1", address_scope::private_network},
        {"172.15.255.255", address_scope::global},
        {"172.16.0.0", address_scope::private_network},
        {"172.31.255.255", address_scope::private_network},
        {"172.32.0.0", address_scope::global},
        {"192.168.0.1", address_scope::private_network},
        {"192.169.0.1", address_scope::global},
        {"100.63.255.255", address_scope::global},
        {"100.64.0.0", address_scope::private_network},
        {"100.127.255.255", address_scope::private_network},
        {"100.128.0.0", address_scope::global},
        {"203.0.113.5", address_scope::global},
        {"::", address_scope::none},
        {"ff02::1", address_scope::none},
        {"::1", address_scope::loopback},
        {"fe80::1", address_scope::link_local},
        {"fc00::1", address_scope::private_network},
        {"fd12::1", address_scope::private_network},
        {"2001:db8::1", address_scope::global},
    };
    for (const auto& [address, scope] : rows) {
        EXPECT_EQ(scope_of(make_address(address)), scope) << address;
    }
}

TEST(data_hosts, is_the_server_itself_by_default)
{
    EXPECT_EQ(data_hosts(pasv_address::control, peer, elsewhere, support::works), hosts{itself});
    EXPECT_EQ(data_hosts(pasv_address::control, peer, itself, support::unknown), hosts{itself});
}

TEST(data_hosts, is_what_the_server_named_if_that_is_wanted)
{
    EXPECT_EQ(data_hosts(pasv_address::server, peer, elsewhere, support::unknown), hosts{elsewhere});
    EXPECT_EQ(data_hosts(pasv_address::server, peer, behind_nat, support::refused), hosts{behind_nat});
    EXPECT_EQ(data_hosts(pasv_address::server, peer, itself, support::unknown), hosts{itself});
    EXPECT_EQ(data_hosts(pasv_address::server, peer, make_address("0.0.0.0"), support::unknown), hosts{itself});
}

TEST(data_hosts, is_first_the_server_and_then_what_it_named)
{
    EXPECT_EQ(data_hosts(pasv_address::automatic, peer, elsewhere, support::unknown), (hosts{itself, elsewhere}));
    EXPECT_EQ(data_hosts(pasv_address::automatic, home, behind_nat, support::unknown), (hosts{itself, behind_nat}));
    EXPECT_EQ(data_hosts(pasv_address::automatic, home, elsewhere, support::unknown), (hosts{itself, elsewhere}));
    EXPECT_EQ(data_hosts(pasv_address::automatic, itself, elsewhere, support::unknown), (hosts{itself, elsewhere}));
}

TEST(data_hosts, never_is_an_address_that_cannot_be_right)
{
    for (const auto* named : {"10.0.0.5", "127.0.0.1", "169.254.1.1", "0.0.0.0", "224.0.0.1"}) {
        EXPECT_EQ(data_hosts(pasv_address::automatic, peer, make_address(named), support::works), hosts{itself})
            << named;
        EXPECT_EQ(data_hosts(pasv_address::automatic, itself, make_address(named), support::works), hosts{itself})
            << named;
    }
    EXPECT_EQ(data_hosts(pasv_address::automatic, home, make_address("127.0.0.1"), support::works), hosts{itself});
    EXPECT_EQ(data_hosts(pasv_address::automatic, peer, peer, support::works), hosts{itself});
}

TEST(data_hosts, remembers_how_the_named_address_did)
{
    EXPECT_EQ(data_hosts(pasv_address::automatic, peer, elsewhere, support::works), (hosts{elsewhere, itself}));
    EXPECT_EQ(data_hosts(pasv_address::automatic, peer, elsewhere, support::refused), hosts{itself});
}

TEST(advice_about_addresses, says_what_was_believed_and_what_to_do)
{
    const auto words = advice_about(pasv_address::server, peer, behind_nat);
    EXPECT_THAT(words, HasSubstr("10.0.0.5, which is private"));
    EXPECT_THAT(words, HasSubstr("pasv_address=control"));
    EXPECT_THAT(advice_about(pasv_address::server, peer, elsewhere),
                HasSubstr("198.51.100.7, and pasv_address=server"));
}

TEST(advice_about_addresses, points_at_another_address_that_may_be_right)
{
    EXPECT_THAT(advice_about(pasv_address::control, peer, elsewhere), HasSubstr("pasv_address=auto"));
    EXPECT_THAT(advice_about(pasv_address::control, peer, behind_nat), IsEmpty());
}

TEST(advice_about_addresses, has_nothing_to_say_where_the_address_is_not_the_point)
{
    for (const auto policy : {pasv_address::control, pasv_address::server, pasv_address::automatic}) {
        EXPECT_THAT(advice_about(policy, peer, peer), IsEmpty());
        EXPECT_THAT(advice_about(policy, peer, itself), IsEmpty());
        EXPECT_THAT(advice_about(policy, peer, make_address("0.0.0.0")), IsEmpty());
    }
}

}  // namespace
}  // namespace ftpfs::ftp
