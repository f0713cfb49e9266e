#include "ftpfs/proto/feature_set.hpp"

#include <gtest/gtest.h>

namespace ftpfs::proto {
namespace {

using fact = feature_set::mlst_fact;

feature_set features(std::vector<std::string> lines)
{
    lines.insert(lines.begin(), "Features:");
    lines.emplace_back("End");
    return feature_set{reply{211, std::move(lines)}};
}

TEST(feature_set, reads_proftpd_1_3_8)
{
    const auto set = features({" CLNT", " CSID", " EPRT", " EPSV", " HOST", " LANG en-US*",
                               " MLST modify*;perm*;size*;type*;unique*;UNIX.group*;UNIX.groupname*;UNIX.mode*;",
                               " RANG STREAM", " REST STREAM", " SIZE", " TVFS", " UTF8", " MDTM"});
    EXPECT_TRUE(set.answered());
    EXPECT_TRUE(set.clnt() && set.epsv() && set.mlst() && set.mlsd() && set.rang() && set.rest_stream());
    EXPECT_TRUE(set.size() && set.tvfs() && set.utf8() && set.mdtm());
    EXPECT_FALSE(set.pret());
    EXPECT_EQ(set.parameters("LANG"), "en-US*");
    EXPECT_EQ(set.mlst_facts().size(), 8U);
}

TEST(feature_set, reads_vsftpd_3_0_3_which_hides_utf8)
{
    const auto set = features({" EPRT", " EPSV", " MDTM", " PASV", " REST STREAM", " SIZE", " TVFS"});
    EXPECT_FALSE(set.utf8());
    EXPECT_FALSE(set.mlst() || set.mlsd());
    EXPECT_TRUE(set.rest_stream());
}

TEST(feature_set, compares_names_without_case)
{
    const auto set = features({" epsv", "Mdtm"});
    EXPECT_TRUE(set.has("EPSV"));
    EXPECT_TRUE(set.has("mdtm"));
    EXPECT_FALSE(set.has("EPS"));
}

TEST(feature_set, knows_every_spelling_of_utf8)
{
    for (const char* const line : {" UTF8", " UTF-8", " utf8", "UTF8 ON", " UTF8."}) {
        EXPECT_TRUE(features({line}).utf8()) << line;
    }
}

TEST(feature_set, keeps_which_mlst_facts_are_on)
{
    const auto expected = std::vector<fact>{{"type", true}, {"size", true}, {"UNIX.mode", false}};
    EXPECT_EQ(features({" MLST type*;size*;UNIX.mode;"}).mlst_facts(), expected);
    EXPECT_EQ(features({" MLST type*,size*,UNIX.mode"}).mlst_facts(), expected) << "old DrFTPD";
    EXPECT_EQ(features({"MLST type*; size* ;;UNIX.mode; "}).mlst_facts(), expected);
    EXPECT_TRUE(features({" MLST"}).mlst_facts().empty());
}

TEST(feature_set, counts_mlsd_alone_as_mlsd_only)
{
    EXPECT_TRUE(features({" MLSD"}).mlsd());
    EXPECT_FALSE(features({" MLSD"}).mlst());
    EXPECT_TRUE(features({" MLST size*;"}).mlsd());
}

TEST(feature_set, reads_iis_and_serv_u_lists)
{
    const auto set =
        features({"    AUTH TLS;TLS-C;SSL;TLS-P;", "    PROT C;P;", " SITE PSWD;SET;ZONE;CHMOD;MSG;EXEC;HELP"});
    EXPECT_EQ(set.parameters("AUTH"), "TLS;TLS-C;SSL;TLS-P");
    EXPECT_EQ(set.parameters("PROT"), "C;P");
    EXPECT_EQ(set.parameters("site"), "PSWD;SET;ZONE;CHMOD;MSG;EXEC;HELP");
}

TEST(feature_set, reads_openvms_lines_that_end_with_a_dot)
{
    const auto set = features({"AUTH TLS.", "SIZE.", "REST STREAM."});
    EXPECT_EQ(set.parameters("AUTH"), "TLS");
    EXPECT_TRUE(set.size() && set.rest_stream());
}

TEST(feature_set, joins_the_parameters_of_repeated_features)
{
    EXPECT_EQ(features({" AUTH SSL", " AUTH TLS", " AUTH"}).parameters("AUTH"), "SSL;TLS");
}

TEST(feature_set, does_not_take_heading_and_end_for_features)
{
    const auto set = features({});
    EXPECT_TRUE(set.answered());
    EXPECT_FALSE(set.has("Features:"));
    EXPECT_FALSE(set.has("End"));
}

TEST(feature_set, keeps_a_feature_in_the_last_line)
{
    EXPECT_TRUE((feature_set{reply{211, {"Features:", " SIZE", "MDTM"}}}.mdtm()));
}

TEST(feature_set, is_empty_for_any_other_answer)
{
    for (const int code : {500, 502, 530, 200}) {
        const feature_set set{reply{code, {"x", " SIZE", "End"}}};
        EXPECT_FALSE(set.answered()) << code;
        EXPECT_FALSE(set.size()) << code;
    }
    EXPECT_TRUE((feature_set{reply{211, {"No features"}}}.answered()));
    EXPECT_FALSE(feature_set{}.answered());
}

TEST(feature_set, needs_stream_for_rest)
{
    EXPECT_FALSE(features({" REST"}).rest_stream());
    EXPECT_TRUE(features({" rest stream"}).rest_stream());
}

}  // namespace
}  // namespace ftpfs::proto
