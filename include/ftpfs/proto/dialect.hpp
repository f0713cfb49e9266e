// The languages in which servers write listings. To teach ftpfs one more: its name here, its reader in a file of
// its own (unix_listing.cpp is the model), its row in the table of listing_parser.cpp.
#pragma once

#include <cstdint>
#include <string_view>

namespace ftpfs::proto {

enum class dialect : std::uint8_t {
    unknown,
    mlsd,     // RFC 3659 facts; never guessed, the caller knows that it sent MLSD
    unix_ls,  // ls -l and what imitates it
    dos_dir,  // DIR, IIS
    netware,  // NetWare
    eplf,     // publicfile, anonftpd
    vms,      // OpenVMS: DIRECTORY
    ibm_i,    // IBM i (OS/400) in its own format
    zos,      // z/OS (MVS): data sets and members
    os2,      // OS/2
    vxworks,  // VxWorks
    nonstop,  // HP NonStop: Guardian
    nortel,   // Nortel routers (WfFtp)
    vshell,   // VShell
    os9,      // OS-9
    cms,      // z/VM: CMS
    names,    // one name a line and nothing else; only where nothing else reads a line
};

constexpr dialect last_dialect = dialect::names;  // for tests that go through all

// For logs and status: "mlsd", "unix", "dos", "ibm-i".
std::string_view to_string(dialect which) noexcept;

}  // namespace ftpfs::proto
