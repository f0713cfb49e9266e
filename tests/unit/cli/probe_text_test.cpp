#include "ftpfs/cli/probe_text.hpp"

#include <boost/json/parse.hpp>

#include <gmock/gmock.h>

namespace ftpfs::cli {
namespace {

using namespace std::chrono_literals;
using ftp::probe_outcome;
using testing::HasSubstr;
using testing::Not;

TEST(probe_text, has_a_line_for_each_step)
{
    EXPECT_EQ(to_text(ftp::probe_step{"EPSV", probe_outcome::good, "works", 1500us}),
              "EPSV            ok    works (1.5 ms)\n");
    EXPECT_EQ(to_text(ftp::probe_step{"PASV", probe_outcome::bad, "500 no", 1234ms}),
              "PASV            bad   500 no (1234 ms)\n");
    EXPECT_EQ(to_text(ftp::probe_step{"dot files", probe_outcome::odd, "hidden", {}}),
              "dot files       note  hidden\n");
    EXPECT_EQ(to_text(ftp::probe_step{"files", probe_outcome::untried, "none", {}}), "files           -     none\n");
}

TEST(probe_text, ends_with_what_is_wrong_and_how_to_mount)
{
    probe_summary all;
    EXPECT_EQ(to_text(all), "\nNothing is wrong.\n");
    all.advice.problems = {"this", "that"};
    all.advice.notes = {"and that"};
    all.command = "ftpfs ftp://h/ MOUNTPOINT";
    all.fstab_line = "ftp://h/ /mnt/ftp ftpfs _netdev 0 0";
    EXPECT_EQ(to_text(all), "\nWhat is wrong:\n  * this\n  * that\n"
                            "\nWorth knowing:\n  * and that\n"
                            "\nBest command line:\n  ftpfs ftp://h/ MOUNTPOINT\n"
                            "\nLine for /etc/fstab:\n  ftp://h/ /mnt/ftp ftpfs _netdev 0 0\n");
    all.report.interrupted = true;
    EXPECT_THAT(to_text(all), HasSubstr("Interrupted"));
}

TEST(probe_text, tells_programs_the_same)
{
    probe_summary all;
    all.url = "ftp://h/";
    all.advice.status = exit_status::cannot_connect;
    all.advice.problems = {"\"quoted\""};
    all.report.steps.push_back({"EPSV", probe_outcome::good, "works", 1500us});
    all.report.epsv.carries = ftp::support::works;
    all.report.pasv.carries = ftp::support::refused;
    all.report.pasv.why = "500 no";
    all.report.pasv.named = boost::asio::ip::make_address("10.0.0.1");
    all.report.zone = -90min;
    const auto text = to_json(all);
    EXPECT_THAT(text, Not(HasSubstr("\n")));
    const auto read = boost::json::parse(text).as_object();
    EXPECT_EQ(read.at("status"), 5);
    EXPECT_EQ(read.at("problems").as_array().at(0), "\"quoted\"");
    EXPECT_EQ(read.at("steps").as_array().at(0).at("us"), 1500);
    const auto& facts = read.at("facts").as_object();
    EXPECT_EQ(facts.at("data").at("epsv").at("works"), true);
    EXPECT_EQ(facts.at("data").at("pasv").at("named_address"), "10.0.0.1");
    EXPECT_TRUE(facts.at("data").at("active").at("works").is_null());
    EXPECT_EQ(facts.at("zone_minutes"), -90);
    EXPECT_FALSE(facts.contains("sessions"));
    EXPECT_FALSE(read.contains("dialogue"));
}

}  // namespace
}  // namespace ftpfs::cli
