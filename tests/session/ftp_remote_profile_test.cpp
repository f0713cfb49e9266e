// What an earlier mount has learned of a server, and what is handed on to the next one.
#include "ftp_remote_fixture.hpp"

#include <gmock/gmock.h>

namespace ftpfs::test {
namespace {

using ftp::support;
using testing::HasSubstr;
using testing::Not;

class ftp_remote_profile_test : public ftp_remote_fixture {
public:
    // Lists a directory with a remote that recalls `kept`, and answers what it hands on.
    ftp::kept_profile list_knowing(ftp::kept_profile kept)
    {
        ftp::kept_profile learned;
        server.otherwise(small_server{});
        play([&](ftp::ftp_remote& remote) -> awaitable<> {
            if (!kept.greeting.empty()) {
                remote.recall(kept);
            }
            const auto listed = co_await remote.list(path("/d"));
            EXPECT_EQ(outcome(listed), "ok");
            learned = remote.learned();
        });
        return learned;
    }

    ftp::kept_profile learn_anew() { return list_knowing({}); }
};

TEST_F(ftp_remote_profile_test, hands_on_what_it_has_learned)
{
    const auto learned = learn_anew();
    EXPECT_FALSE(learned.greeting.empty());
    EXPECT_EQ(learned.learned.mlsd, support::works);
    EXPECT_EQ(learned.learned.epsv, support::works);
    EXPECT_EQ(learned.sessions, 0U);
}

TEST_F(ftp_remote_profile_test, uses_what_was_learned_of_the_same_server)
{
    auto kept = learn_anew();
    kept.learned.rest = support::refused;
    kept.sessions = 2;
    const auto again = list_knowing(kept);
    EXPECT_EQ(again.learned.rest, support::refused);
    EXPECT_EQ(counted.limit, 2U);
    EXPECT_EQ(again.sessions, 2U);
    EXPECT_THAT(logged.str(), Not(HasSubstr("another way")));
}

TEST_F(ftp_remote_profile_test, forgets_what_was_learned_of_another_server)
{
    auto kept = learn_anew();
    kept.greeting += " no more";
    kept.learned.rest = support::refused;
    kept.sessions = 2;
    const auto again = list_knowing(kept);
    EXPECT_EQ(again.learned.rest, support::unknown);
    EXPECT_EQ(counted.limit, settings.connections);
    EXPECT_EQ(again.sessions, 0U);
    EXPECT_THAT(logged.str(), HasSubstr("greets in another way than before"));
}

}  // namespace
}  // namespace ftpfs::test
