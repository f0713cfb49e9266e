#include "ftpfs/cli/credentials.hpp"

#include "support/temporary_folder.hpp"

#include <gmock/gmock.h>

#include <sstream>

namespace ftpfs::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

class credentials_of : public testing::Test {
protected:
    credentials_of() : world_{in_, out_, err_}
    {
        world_.home = folder_.str();
        world_.ask_password = [this](const std::string& prompt) -> outcome<secret> {
            prompt_ = prompt;
            if (typed_) {
                return secret{*typed_};
            }
            return problem{exit_status::login_refused, "there is no terminal to ask for a password on"};
        };
    }

    outcome<login> find(std::string_view url) { return find_login(*parse_url(url), chosen_, world_); }

    void expect(std::string_view url, std::string_view user, std::string_view password)
    {
        const auto found = find(url);
        ASSERT_TRUE(found) << found.error().message;
        EXPECT_EQ(found->user, user);
        EXPECT_EQ(found->password.reveal(), password);
    }

    problem refused(std::string_view url)
    {
        const auto found = find(url);
        EXPECT_FALSE(found);
        return found ? problem{} : found.error();
    }

    test::temporary_folder folder_;
    std::istringstream in_;
    std::ostringstream out_;
    std::ostringstream err_;
    environment world_;
    settings chosen_;
    std::string prompt_;
    std::optional<std::string> typed_;
};

TEST_F(credentials_of, the_url_come_first)
{
    folder_.write(".netrc", "machine h login alice password netrc", 0600);
    chosen_.credentials_file = folder_.write("c", "password=file\n", 0600);
    chosen_.password_from_stdin = true;
    in_.str("stdin\n");
    expect("ftp://alice:url@h/", "alice", "url");
}

TEST_F(credentials_of, a_file_come_before_standard_input_and_netrc)
{
    folder_.write(".netrc", "machine h login alice password netrc", 0600);
    chosen_.credentials_file = folder_.write("c", "username=alice\npassword= a,b=c \n", 0600);
    chosen_.password_from_stdin = true;
    in_.str("stdin\n");
    expect("ftp://h/", "alice", " a,b=c ");
}

TEST_F(credentials_of, standard_input_come_before_netrc)
{
    folder_.write(".netrc", "machine h login alice password netrc", 0600);
    chosen_.password_from_stdin = true;
    in_.str("from stdin\r\nrest");
    expect("ftp://alice@h/", "alice", "from stdin");
}

TEST_F(credentials_of, netrc_give_user_password_and_account)
{
    folder_.write(".netrc", "machine h login alice password netrc account acc", 0600);
    expect("ftp://h/", "alice", "netrc");
    EXPECT_EQ(find("ftp://h/")->account, "acc");
    expect("ftp://alice@h/", "alice", "netrc");
}

TEST_F(credentials_of, netrc_are_of_no_use_for_another_user_or_when_off)
{
    folder_.write(".netrc", "machine h login alice password netrc", 0600);
    typed_ = "typed";
    expect("ftp://bob@h/", "bob", "typed");
    chosen_.use_netrc = false;
    expect("ftp://alice@h/", "alice", "typed");
    expect("ftp://h/", "anonymous", "anonymous@");
}

TEST_F(credentials_of, another_netrc_must_be_there)
{
    chosen_.netrc_file = folder_.write("logins", "default login alice password other", 0600);
    expect("ftp://h/", "alice", "other");
    chosen_.netrc_file = folder_.str() + "/nothing";
    EXPECT_THAT(refused("ftp://h/").message, HasSubstr("/nothing: No such file or directory"));
}

TEST_F(credentials_of, nobody_in_particular_are_anonymous)
{
    expect("ftp://h/", "anonymous", "anonymous@");
    expect("ftp://ftp@h/", "ftp", "anonymous@");
    EXPECT_EQ(prompt_, "");
}

TEST_F(credentials_of, a_user_without_a_password_are_asked_for)
{
    typed_ = "typed";
    chosen_.user = "alice";
    expect("ftp://h/", "alice", "typed");
    EXPECT_EQ(prompt_, "Password for alice@h: ");
}

TEST_F(credentials_of, a_user_without_a_terminal_are_refused)
{
    const auto why = refused("ftp://alice@h/");
    EXPECT_EQ(why.status, exit_status::login_refused);
    EXPECT_THAT(why.message, HasSubstr("no password known for user \"alice\" at h"));
    EXPECT_THAT(why.message, HasSubstr("credentials=FILE"));
}

TEST_F(credentials_of, an_empty_standard_input_are_refused)
{
    chosen_.password_from_stdin = true;
    EXPECT_EQ(refused("ftp://alice@h/").status, exit_status::login_refused);
}

TEST_F(credentials_of, files_open_to_others_are_refused)
{
    for (const mode_t mode : {0644U, 0604U, 0620U, 0602U}) {
        chosen_.netrc_file.reset();
        chosen_.credentials_file = folder_.write("c", "username=alice\npassword=geheim\n", mode);
        const auto why = refused("ftp://h/");
        EXPECT_THAT(why.message, HasSubstr("chmod 600 " + *chosen_.credentials_file)) << mode;
        EXPECT_EQ(why.status, exit_status::usage);
        chosen_.credentials_file.reset();
        chosen_.netrc_file = folder_.write("n", "machine h login alice password geheim", mode);
        EXPECT_THAT(refused("ftp://h/").message, HasSubstr("chmod 600 " + *chosen_.netrc_file)) << mode;
    }
}

TEST_F(credentials_of, files_without_a_password_may_be_open)
{
    typed_ = "typed";
    chosen_.credentials_file = folder_.write("c", "# who\nusername=alice\n\n", 0644);
    expect("ftp://h/", "alice", "typed");
    folder_.write(".netrc", "machine h login anonymous password me@here", 0644);
    chosen_.credentials_file.reset();
    expect("ftp://h/", "anonymous", "me@here");
}

TEST_F(credentials_of, two_users_are_refused)
{
    chosen_.credentials_file = folder_.write("c", "username=bob\npassword=x\n", 0600);
    EXPECT_THAT(refused("ftp://alice@h/").message, HasSubstr("two users are given, \"alice\" and"));
    expect("ftp://bob@h/", "bob", "x");
}

TEST_F(credentials_of, line_breaks_are_never_sent)
{
    chosen_.user = "alice\r\nDELE x";
    typed_ = "pw";
    EXPECT_THAT(refused("ftp://h/").message, HasSubstr("the user holds a line break"));
    chosen_.user = "alice";
    typed_ = std::string{"p\0w", 3};
    EXPECT_THAT(refused("ftp://h/").message, HasSubstr("the password holds a line break or a NUL"));
}

TEST(credentials_file, may_be_shared_with_mount_cifs)
{
    const auto found = parse_credentials("\n  # comment\r\n username = alice \r\npassword=a b=c\r\ndomain=WORK\n", "f");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->user, "alice");
    EXPECT_EQ(found->password, secret{"a b=c"});
}

TEST(credentials_file, odd_lines_are_told_by_number_and_not_repeated)
{
    for (const auto* text :
         {"username=a\ngeheim\n", "username=a\npasswort=geheim", "\npassword geheim", "\npassword"}) {
        const auto found = parse_credentials(text, "/the/file");
        ASSERT_FALSE(found) << text;
        EXPECT_THAT(found.error().message, HasSubstr("/the/file, line 2")) << text;
        EXPECT_THAT(found.error().message, Not(HasSubstr("geheim"))) << text;
    }
}

}  // namespace
}  // namespace ftpfs::cli
