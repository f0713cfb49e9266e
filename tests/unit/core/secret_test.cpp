#include "ftpfs/core/secret.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <new>
#include <ostream>

namespace ftpfs {
namespace {

template <class Type>
concept printable_to_a_stream = requires(std::ostream& out, const Type& value)
{
    out << value;
};

static_assert(printable_to_a_stream<std::string>);
static_assert(!printable_to_a_stream<secret>);
static_assert(!fmt::is_formattable<secret>::value);
static_assert(!std::is_convertible_v<secret, std::string>);
static_assert(!std::is_convertible_v<secret, std::string_view>);
static_assert(!std::is_convertible_v<std::string, secret>);

TEST(secret, reveals_itself_only_when_asked)
{
    const secret password{"hunter2"};
    EXPECT_EQ(password.reveal(), "hunter2");
    EXPECT_FALSE(password.empty());
    EXPECT_TRUE(secret{}.empty());
    EXPECT_EQ(password, secret{"hunter2"});
    EXPECT_FALSE(password == secret{"hunter3"});
}

TEST(secret, is_copied_by_value)
{
    const secret original{"hunter2"};
    secret copy{original};
    EXPECT_EQ(copy, original);
    copy = secret{"other"};
    EXPECT_EQ(original.reveal(), "hunter2");
    copy = original;
    EXPECT_EQ(copy, original);
    const auto& self = copy;
    copy = self;
    EXPECT_EQ(copy, original);
}

// Short strings live inside the object, so its memory can be looked through after a move.
bool holds(const void* memory, std::size_t size, std::string_view bytes)
{
    return std::string_view{static_cast<const char*>(memory), size}.find(bytes) != std::string_view::npos;
}

TEST(secret, leaves_nothing_behind_when_moved)
{
    secret from{"hunter2"};
    ASSERT_TRUE(holds(&from, sizeof from, "hunter2"));
    secret to{std::move(from)};
    EXPECT_EQ(to.reveal(), "hunter2");
    EXPECT_FALSE(holds(&from, sizeof from, "hunter"));

    secret assigned{"old one"};
    assigned = std::move(to);
    EXPECT_EQ(assigned.reveal(), "hunter2");
    EXPECT_FALSE(holds(&to, sizeof to, "hunter"));
}

TEST(secret, leaves_nothing_behind_when_destroyed)
{
    alignas(secret) std::byte memory[sizeof(secret)];
    auto* const password = new (memory) secret{"hunter2"};
    ASSERT_TRUE(holds(memory, sizeof memory, "hunter2"));
    std::destroy_at(password);
    EXPECT_FALSE(holds(memory, sizeof memory, "hunter"));
}

TEST(without_secret, hides_every_place_where_it_is_repeated)
{
    EXPECT_EQ(without_secret("530 hunter2: hunter22 is wrong", secret{"hunter2"}), "530 ****: ****2 is wrong");
    EXPECT_EQ(without_secret("530 wrong", secret{"hunter2"}), "530 wrong");
    EXPECT_EQ(without_secret("", secret{"hunter2"}), "");
    EXPECT_EQ(without_secret("530 wrong", secret{}), "530 wrong");
    EXPECT_EQ(without_secret("********", secret{"****"}), "********") << "ends";
}

TEST(without_secret, hides_a_short_one_only_as_a_word)
{
    EXPECT_EQ(without_secret("530 a wrong password: a", secret{"a"}), "530 **** wrong password: ****");
    EXPECT_EQ(without_secret("a", secret{"a"}), "****");
    EXPECT_EQ(without_secret("\"pw\" is no pwd", secret{"pw"}), "\"****\" is no pwd");
}

}  // namespace
}  // namespace ftpfs
