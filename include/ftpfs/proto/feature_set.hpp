// What a server says it can do: the answer to FEAT (RFC 2389 §3).
//
// A hint, not the truth: servers list commands they refuse (Axway lists MLST) and hide ones they have (vsftpd 3.0.3
// hides UTF8, linux-ftpd-ssl has no FEAT but SIZE, MDTM, REST and EPSV). So a command found here may be tried first
// and one missing here may still be tried once; only the answer decides. Plain value.
#pragma once

#include "ftpfs/proto/reply.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ftpfs::proto {

class feature_set {
public:
    // One fact the server can put into MLST and MLSD lines (RFC 3659 §7.8).
    struct mlst_fact {
        std::string name;     // as the server spells it
        bool enabled = true;  // marked with '*': sent without OPTS MLST

        bool operator==(const mlst_fact&) const = default;
    };

    // Nothing is known.
    feature_set() = default;

    // Any reply: what is not a 211 leaves the set empty and `answered()` false.
    explicit feature_set(const reply& feat);

    // Did the server answer FEAT with a list (which may be empty)?
    bool answered() const noexcept { return answered_; }

    // Names are compared without case: has("REST"), has("utf8").
    bool has(std::string_view name) const noexcept;

    // What stands behind the name: "STREAM" for "REST STREAM", "TLS;TLS-C;SSL" for "AUTH TLS;TLS-C;SSL;". Empty
    // if there is nothing or no such feature; lines of the same name are joined with ';'.
    std::string_view parameters(std::string_view name) const noexcept;

    // The facts behind MLST, in the server's order.
    const std::vector<mlst_fact>& mlst_facts() const noexcept { return mlst_facts_; }

    bool mlsd() const noexcept { return has("MLST") || has("MLSD"); }  // RFC 3659 §7.8: MLST announces both
    bool mlst() const noexcept { return has("MLST"); }
    bool utf8() const noexcept { return has("UTF8"); }  // also "UTF-8" and "UTF8 ON" (MEGAcmd)
    bool epsv() const noexcept { return has("EPSV"); }
    bool size() const noexcept { return has("SIZE"); }
    bool mdtm() const noexcept { return has("MDTM"); }
    bool rest_stream() const noexcept;
    bool tvfs() const noexcept { return has("TVFS"); }
    bool clnt() const noexcept { return has("CLNT"); }
    bool rang() const noexcept { return has("RANG"); }  // bounded reads, ProFTPD from 1.3.7 on
    bool pret() const noexcept { return has("PRET"); }  // DrFTPD: wants to know the file before PASV

private:
    void add(std::string_view line);
    void read_mlst_facts();

    bool answered_ = false;
    std::vector<std::pair<std::string, std::string>> features_;  // name in upper case, parameters
    std::vector<mlst_fact> mlst_facts_;
};

}  // namespace ftpfs::proto
