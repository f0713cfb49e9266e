// Every listing of tests/data/listings against its expected result; see the README there.
#include "ftpfs/proto/listing_parser.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace ftpfs::proto {
namespace {

using namespace std::chrono;

const std::filesystem::path corpus = FTPFS_LISTINGS;

std::string contents_of(const std::filesystem::path& path)
{
    std::ifstream file{path, std::ios::binary};
    EXPECT_TRUE(file) << path;
    return {std::istreambuf_iterator<char>{file}, {}};
}

std::string_view kind_name(file_kind kind)
{
    switch (kind) {
    case file_kind::unknown: return "unknown";
    case file_kind::regular: return "file";
    case file_kind::directory: return "dir";
    case file_kind::symlink: return "link";
    case file_kind::character_device: return "char";
    case file_kind::block_device: return "block";
    case file_kind::fifo: return "fifo";
    case file_kind::socket: return "socket";
    }
    return "?";
}

std::string time_text(const file_time& time)
{
    const year_month_day date{floor<days>(time.value)};
    auto text = fmt::format("{}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                            static_cast<unsigned>(date.day()));
    const hh_mm_ss clock{time.value - floor<days>(time.value)};
    if (time.precision == time_precision::unknown) {
        return "-";
    }
    if (time.precision >= time_precision::minute) {
        text += fmt::format(" {:02}:{:02}", clock.hours().count(), clock.minutes().count());
    }
    if (time.precision == time_precision::second) {
        text += fmt::format(":{:02}", clock.seconds().count());
    }
    return text + (time.source == time_source::fact ? "Z" : "");
}

std::string text_of(const directory_entry& entry)
{
    const auto& attributes = entry.attributes;
    const auto size =
        attributes.size ? fmt::format("{}{}", attributes.size_is_exact ? "" : "~", *attributes.size) : "-";
    const auto mode = attributes.mode ? fmt::format("{:o}", *attributes.mode) : "-";
    const auto target = attributes.link_target.empty() ? "" : "\t" + attributes.link_target;
    return fmt::format("{}\t{}\t{}\t{}\t{}{}\n", kind_name(attributes.kind), size, mode, time_text(attributes.modified),
                       entry.name.str(), target);
}

std::string text_of(parsed_listing listing)
{
    std::ranges::sort(listing.entries, {}, &directory_entry::name);
    auto text = fmt::format("{}\n{}\n{}", to_string(listing.used), listing.complete ? "complete" : "incomplete",
                            listing.not_found ? "not_found\n" : "");
    for (const auto& entry : listing.entries) {
        text += text_of(entry);
    }
    return text;
}

std::vector<std::string> listings(std::initializer_list<std::string_view> kinds)
{
    std::vector<std::string> names;
    for (const auto& file : std::filesystem::directory_iterator{corpus}) {
        if (std::ranges::find(kinds, file.path().extension().string()) != kinds.end()) {
            names.push_back(file.path().filename());
        }
    }
    std::ranges::sort(names);
    return names;
}

std::string test_name(const testing::TestParamInfo<std::string>& file)
{
    auto name = file.param;
    std::ranges::replace_if(
        name, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '_');
    return name;
}

class listing_corpus : public testing::TestWithParam<std::string> {};
// Whose dialect has to be found out; MLSD is never guessed.
class guessed_listing : public testing::TestWithParam<std::string> {};

TEST_P(listing_corpus, is_read_as_expected)
{
    const auto bytes = contents_of(corpus / GetParam());
    const auto known = GetParam().ends_with(".mlsd") ? dialect::mlsd : dialect::unknown;
    listing_parser parser{known, sys_days{2026y / November / 21} + 12h};
    parser.feed(bytes);
    EXPECT_EQ(text_of(parser.finish()), contents_of(corpus / (GetParam() + ".expected")));
}

// No listing may be read as well in another dialect: a remembered one would win the draw.
TEST_P(guessed_listing, is_read_the_same_whatever_dialect_is_remembered)
{
    const auto bytes = contents_of(corpus / GetParam());
    for (int i = 0; i <= static_cast<int>(last_dialect); ++i) {
        const auto known = static_cast<dialect>(i);
        if (known == dialect::mlsd) {
            continue;
        }
        listing_parser parser{known, sys_days{2026y / November / 21} + 12h};
        parser.feed(bytes);
        EXPECT_EQ(text_of(parser.finish()), contents_of(corpus / (GetParam() + ".expected"))) << to_string(known);
    }
}

// What one line of a listing is read as must be its own dialect or none.
TEST_P(guessed_listing, has_no_line_that_is_an_entry_in_another_dialect)
{
    std::ifstream expected{corpus / (GetParam() + ".expected")};
    std::string own;
    std::getline(expected, own);
    std::ifstream file{corpus / GetParam(), std::ios::binary};
    for (std::string line; std::getline(file, line);) {
        for (int i = 0; i <= static_cast<int>(last_dialect); ++i) {
            const auto known = static_cast<dialect>(i);
            if (known == dialect::mlsd) {
                continue;
            }
            listing_parser parser{known, sys_days{2026y / November / 21} + 12h};
            parser.feed(line);
            const auto listing = parser.finish();
            // Any word alone may be a name.
            if (!listing.entries.empty() && listing.used != dialect::names) {
                EXPECT_EQ(to_string(listing.used), own) << to_string(known) << ": " << line;
            }
        }
    }
}

INSTANTIATE_TEST_SUITE_P(servers, listing_corpus, testing::ValuesIn(listings({".list", ".mlsd"})), test_name);
INSTANTIATE_TEST_SUITE_P(servers, guessed_listing, testing::ValuesIn(listings({".list"})), test_name);

TEST(listing_corpus_folder, is_not_empty)
{
    EXPECT_GE(listings({".list"}).size(), 10U);
}

}  // namespace
}  // namespace ftpfs::proto
