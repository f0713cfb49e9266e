#include "ftpfs/proto/login_sequence.hpp"

#include <gtest/gtest.h>

namespace ftpfs::proto {
namespace {

login_request alice()
{
    login_request request;
    request.user = "alice";
    request.password = secret{"pw"};
    return request;
}

// Plays a server: answers each command with the next reply, and notes what was sent.
struct dialogue {
    std::vector<std::string> sent;
    std::optional<login_outcome> outcome;
    std::optional<failure> why;
    std::size_t replies_used = 0;
};

dialogue play(const std::vector<reply>& replies, login_request request = alice())
{
    dialogue result;
    login_sequence login{std::move(request)};
    auto step = login.start();
    for (;;) {
        if (auto* const command = std::get_if<login_sequence::send>(&step)) {
            auto line = std::string{command->what.wire()};
            line.resize(line.size() - 2);
            result.sent.push_back(line);
        } else if (auto* const done = std::get_if<login_sequence::done>(&step)) {
            result.outcome = std::move(done->outcome);
            return result;
        } else if (auto* const failed = std::get_if<login_sequence::failed>(&step)) {
            result.why = std::move(failed->why);
            return result;
        }
        if (result.replies_used == replies.size()) {
            return result;
        }
        step = login.on_reply(replies[result.replies_used++]);
    }
}

using lines = std::vector<std::string>;

const reply greeting{220, {"Welcome"}};
const reply password_please{331, {"Password please"}};
const reply logged_in{230, {"Logged in"}};
const reply no_feat{500, {"Unknown command"}};
const reply unix_system{215, {"UNIX Type: L8"}};
const reply binary{200, {"Switching to Binary mode."}};
const reply home{257, {"\"/home/alice\" is current"}};

TEST(login_sequence, logs_in_to_a_plain_server)
{
    const auto result = play({greeting, password_please, logged_in, no_feat, unix_system, binary, home});
    EXPECT_EQ(result.sent, (lines{"USER alice", "PASS pw", "FEAT", "SYST", "TYPE I", "PWD"}));
    ASSERT_TRUE(result.outcome);
    EXPECT_EQ(result.outcome->greeting, "Welcome");
    EXPECT_EQ(result.outcome->system, "UNIX Type: L8");
    EXPECT_EQ(result.outcome->home.value().str(), "/home/alice");
    EXPECT_FALSE(result.outcome->features.answered());
}

TEST(login_sequence, uses_what_feat_lists)
{
    const reply feat{211, {"Features:", " CLNT", " UTF8", " MLST type*;size*;modify*;UNIX.mode;unique;", "End"}};
    const auto result = play({greeting,
                              password_please,
                              logged_in,
                              feat,
                              {200, {"Noted"}},
                              {200, {"UTF8"}},
                              {200, {"MLST OPTS"}},
                              unix_system,
                              binary,
                              home});
    EXPECT_EQ(result.sent, (lines{"USER alice", "PASS pw", "FEAT", "CLNT ftpfs", "OPTS UTF8 ON",
                                  "OPTS MLST type;size;modify;UNIX.mode;", "SYST", "TYPE I", "PWD"}));
    ASSERT_TRUE(result.outcome);
    EXPECT_TRUE(result.outcome->features.mlst());
}

TEST(login_sequence, switches_no_facts_on_that_are_on)
{
    for (const char* const facts : {" MLST type*;size*;modify*;UNIX.mode*;unique;", " MLST unique;perm;", " MLST"}) {
        const auto result =
            play({greeting, password_please, logged_in, {211, {"Features:", facts, "End"}}, unix_system, binary, home});
        EXPECT_EQ(result.sent, (lines{"USER alice", "PASS pw", "FEAT", "SYST", "TYPE I", "PWD"})) << facts;
        EXPECT_TRUE(result.outcome);
    }
}

TEST(login_sequence, does_not_mind_refused_options)
{
    const reply feat{211, {"Features:", " CLNT", " UTF8", " MLST type;", "End"}};
    const reply no{504, {"No"}};
    const auto result =
        play({greeting, password_please, logged_in, feat, no, {501, {"Already"}}, no, {502, {"No"}}, binary, home});
    ASSERT_TRUE(result.outcome);
    EXPECT_EQ(result.outcome->system, "");
}

TEST(login_sequence, waits_when_the_server_asks_it_to)
{
    const auto result =
        play({{120, {"Ready in 1 minute"}}, greeting, password_please, logged_in, no_feat, unix_system, binary, home});
    EXPECT_TRUE(result.outcome);
    EXPECT_EQ(result.sent.size(), 6U);
}

TEST(login_sequence, leaves_out_what_the_server_does_not_ask_for)
{
    EXPECT_EQ(play({greeting, logged_in, no_feat, unix_system, binary, home}).sent,
              (lines{"USER alice", "FEAT", "SYST", "TYPE I", "PWD"}))
        << "BusyBox";
    EXPECT_EQ(play({{230, {"Welcome"}}, no_feat, unix_system, binary, home}).sent,
              (lines{"FEAT", "SYST", "TYPE I", "PWD"}));
    EXPECT_TRUE(play({greeting, password_please, {202, {"Superfluous"}}, no_feat, unix_system, binary, home}).outcome);
}

TEST(login_sequence, gives_the_account_when_asked)
{
    auto request = alice();
    request.account = secret{"acc"};
    const reply account_please{332, {"Account"}};
    EXPECT_EQ(
        play({greeting, password_please, account_please, logged_in, no_feat, unix_system, binary, home}, request).sent,
        (lines{"USER alice", "PASS pw", "ACCT acc", "FEAT", "SYST", "TYPE I", "PWD"}));
    EXPECT_EQ(play({greeting, account_please, {202, {"ok"}}, no_feat, unix_system, binary, home}, request).sent,
              (lines{"USER alice", "ACCT acc", "FEAT", "SYST", "TYPE I", "PWD"}));
    EXPECT_EQ(
        play({greeting, account_please, password_please, logged_in, no_feat, unix_system, binary, home}, request).sent,
        (lines{"USER alice", "ACCT acc", "PASS pw", "FEAT", "SYST", "TYPE I", "PWD"}));
    EXPECT_EQ(*play({greeting, password_please, account_please, password_please}, request).why,
              errc::protocol_violation)
        << "no loop";
    EXPECT_EQ(*play({greeting, password_please, account_please}).why, errc::login_refused) << "no account configured";
}

TEST(login_sequence, gives_linux_ftpd_the_password_although_it_says_550)
{
    const reply special{220, {"host FTP server (Version 6.4/OpenBSD/Linux-ftpd-0.17) ready."}};
    EXPECT_TRUE(play({special, {550, {"x"}}, logged_in, no_feat, unix_system, binary, home}).outcome);
    EXPECT_EQ(*play({greeting, {550, {"x"}}}).why, errc::login_refused);
}

struct refusal_case {
    std::vector<reply> replies;
    errc expected;
};

TEST(login_sequence, tells_why_it_was_refused)
{
    const std::vector<refusal_case> cases{
        {{{421, {"There are too many connections from your internet address."}}}, errc::server_busy},
        {{{421, {"Service not available."}}}, errc::connection_lost},
        {{{530, {"Sorry, the maximum number of allowed clients from your host are already connected."}}},
         errc::server_busy},
        {{{554, {"You are banned"}}}, errc::login_refused},
        {{{331, {"?"}}}, errc::protocol_violation},
        {{greeting, {530, {"Login incorrect."}}}, errc::login_refused},
        {{greeting, {421, {"Timeout."}}}, errc::connection_lost},
        {{greeting, {530, {"Non-anonymous sessions must use encryption."}}}, errc::encryption_required},
        {{greeting, {503, {"Use AUTH first."}}}, errc::encryption_required},
        {{greeting, {550, {"SSL/TLS required on the control channel"}}}, errc::encryption_required},
        {{greeting, {421, {"Sorry, cleartext sessions and weak ciphers are not accepted on this server."}}},
         errc::encryption_required},
        {{greeting, password_please, {530, {"Login incorrect."}}}, errc::login_refused},
        {{greeting, password_please, {430, {"Invalid username or password"}}}, errc::login_refused},
        {{greeting,
          password_please,
          {530, {"Sorry, the maximum number of clients (2) for this user are already connected."}}},
         errc::server_busy},
        {{greeting, password_please, {421, {"8 users (the maximum) are already logged in, sorry"}}}, errc::server_busy},
        {{greeting, password_please, {534, {"Policy requires SSL."}}}, errc::encryption_required},
        {{greeting, password_please, logged_in, {421, {"Timeout."}}}, errc::connection_lost},
        {{greeting, password_please, logged_in, no_feat, unix_system, {504, {"No"}}}, errc::unsupported},
        {{greeting, password_please, logged_in, no_feat, unix_system, binary, {421, {"Timeout."}}},
         errc::connection_lost},
    };
    for (const auto& row : cases) {
        const auto result = play(row.replies);
        ASSERT_TRUE(result.why) << row.replies.back().as_failure().detail;
        EXPECT_EQ(*result.why, row.expected) << row.replies.back().as_failure().detail;
        EXPECT_NE(result.why->detail.find(row.replies.back().lines[0]), std::string::npos);
        EXPECT_EQ(result.why->detail.find("pw"), std::string::npos);
    }
}

TEST(login_sequence, can_be_cut_off_by_421_at_every_step)
{
    const reply feat{211, {"Features:", " CLNT", " UTF8", " MLST type;", "End"}};
    const reply ok{200, {"ok"}};
    const std::vector<reply> all{greeting, password_please, logged_in, feat, ok, ok, ok, unix_system, binary, home};
    ASSERT_TRUE(play(all).outcome);
    for (std::size_t i = 0; i < all.size(); ++i) {
        auto replies = all;
        replies[i] = {421, {"Bye"}};
        const auto result = play(replies);
        ASSERT_TRUE(result.why) << i;
        EXPECT_EQ(*result.why, errc::connection_lost) << i;
        EXPECT_EQ(result.replies_used, i + 1);
    }
}

TEST(login_sequence, does_without_a_home)
{
    const auto result =
        play({greeting, password_please, logged_in, no_feat, unix_system, binary, {257, {"\"'ALICE.'\" is it"}}});
    ASSERT_TRUE(result.outcome);
    EXPECT_EQ(result.outcome->home.error(), errc::unsupported);
    EXPECT_EQ(play({greeting, password_please, logged_in, no_feat, unix_system, binary, {550, {"No"}}})
                  .outcome->home.error()
                  .code,
              make_reply_error(550));
}

TEST(login_sequence, refuses_a_user_that_cannot_be_sent)
{
    auto request = alice();
    request.user = "a\r\nDELE b";
    const auto result = play({greeting}, request);
    EXPECT_EQ(*result.why, errc::invalid_name);
    EXPECT_TRUE(result.sent.empty());
}

TEST(login_sequence, knows_a_server_of_another_protocol)
{
    login_sequence early{alice()};
    early.start();
    auto step = early.on_unreadable({errc::protocol_violation, "\"SSH-2.0-OpenSSH_9.2\""});
    const auto& why = std::get<login_sequence::failed>(step).why;
    EXPECT_EQ(why, errc::not_an_ftp_server);
    EXPECT_NE(why.detail.find("SSH-2.0"), std::string::npos);

    login_sequence late{alice()};
    late.start();
    late.on_reply(greeting);
    step = late.on_unreadable({errc::protocol_violation, "x"});
    EXPECT_EQ(std::get<login_sequence::failed>(step).why, errc::protocol_violation);
}

TEST(login_sequence, does_not_go_on_after_its_end)
{
    login_sequence login{alice()};
    login.start();
    login.on_reply({530, {"No"}});
    EXPECT_TRUE(std::holds_alternative<login_sequence::failed>(login.on_reply(greeting)));
}

}  // namespace
}  // namespace ftpfs::proto
