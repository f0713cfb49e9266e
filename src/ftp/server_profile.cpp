#include "ftpfs/ftp/server_profile.hpp"

#include "ftpfs/ftp/kept_profile.hpp"

#include <utility>

namespace ftpfs::ftp {

namespace {

void hint(support& known, bool listed)
{
    if (known == support::unknown && !listed) {
        known = support::refused;
    }
}

}  // namespace

bool wants_pret(std::string_view greeting, const proto::feature_set& features)
{
    return features.pret() && greeting.find("Pure-FTPd") == std::string_view::npos;
}

void note_login(server_profile& profile, std::string_view greeting, const proto::feature_set& features,
                std::string_view system)
{
    profile.greeting = greeting_key(greeting);
    if (const auto kept = std::exchange(profile.remembered, nullptr); kept && kept->greeting == profile.greeting) {
        recall(profile, kept->learned);
    }
    const auto greets_as = [&](std::string_view name) { return greeting.find(name) != std::string_view::npos; };
    const bool pure = greets_as("Pure-FTPd");
    const bool vsftpd = greets_as("vsFTPd");
    const bool pyftpdlib = greets_as("pyftpdlib");
    if (pure) {
        profile.abort = abort_style::abor_first;
        profile.rewrites_names = true;
    }
    profile.mlsd_omits_dangling_links = profile.reads_in_transfers = greets_as("ProFTPD");
    if (pure || vsftpd || pyftpdlib || greets_as("ProFTPD")) {
        profile.dele_spares_directories = support::works;
    }
    // Tried: vsftpd 3.0.3, ProFTPD 1.3.8, Pure-FTPd 1.0.50, pyftpdlib 1.5.7, inetutils 2.4, linux-ftpd 0.17. FileZilla
    // Server queues what it reads. Everybody else is asked before it is relied on.
    if (profile.pipelining == support::unknown &&
        (pure || vsftpd || pyftpdlib || greets_as("ProFTPD") || greets_as("GNU inetutils") || greets_as("linux-ftpd") ||
         greets_as("FileZilla Server"))) {
        profile.pipelining = support::works;
    }
    // Tried: vsftpd 3.0.3, ProFTPD 1.3.8, inetutils 2.4 and linux-ftpd 0.17.
    const bool waits = vsftpd || greets_as("ProFTPD") || greets_as("GNU inetutils") || greets_as("linux-ftpd");
    if (waits && profile.queueing == support::unknown) {
        profile.queueing = support::works;
    }
    if (waits || pure) {
        profile.early_data = support::works;
    }
    // Tried: these take 0xFF as it is and make two of a doubled one; ProFTPD 1.3.8 takes either, inetutils 2.4 and
    // linux-ftpd 0.17 need it doubled.
    if (pure || vsftpd || pyftpdlib) {
        profile.telnet_bytes = support::refused;
    }
    // Tried: vsftpd 3.0.3, Pure-FTPd 1.0.50 (cuts at n, which is the end), pyftpdlib 1.5.7, inetutils 2.4.
    if (pure || vsftpd || pyftpdlib || greets_as("GNU inetutils")) {
        profile.store_at_end = support::works;
    }
    // MLSD and MLST are announced by whoever has them (RFC 3659 §7.8), and inetutils 2.4 leaves unknown commands
    // unanswered now and then; so they are never tried blindly. SIZE, MDTM, EPSV and REST are often unannounced.
    hint(profile.mlsd, features.mlsd());
    hint(profile.mlst, features.mlst());
    if (profile.pret == support::unknown && wants_pret(greeting, features)) {
        profile.pret = support::works;
    }
    hint(profile.rang, features.rang());
    hint(profile.mfmt, features.has("MFMT"));
    hint(profile.mff, features.has("MFF"));
    hint(profile.avbl, features.has("AVBL"));
    hint(profile.xquota, features.has("XQUOTA"));
    hint(profile.site_quota, greets_as("ProFTPD"));
    profile.features = features;
    profile.system = system;
}

void note_armed(server_profile& profile, bool used) noexcept
{
    constexpr unsigned most_in_a_row = 2;  // one may be a firewall's whim
    profile.armed_failures = used ? 0 : profile.armed_failures + 1;
    if (used) {
        profile.armed = support::works;
    } else if (profile.armed_failures >= most_in_a_row) {
        profile.armed = support::refused;
    }
}

bool refused_by(support& known, const proto::reply& answer) noexcept
{
    constexpr int without_effect = 202;  // RFC 959 §4.2.1: "command not implemented, superfluous at this site"
    const bool refused = answer.is_unknown_command() || answer.code == without_effect;
    if (refused) {
        known = support::refused;
    } else if (answer.is_completion() || answer.is_intermediate()) {
        known = support::works;
    }
    return refused;
}

void note_answer(support& known, const proto::reply& answer) noexcept
{
    if (answer.is_completion() || answer.is_intermediate()) {
        known = support::works;
    } else if (answer.is_unknown_command()) {
        known = support::refused;
    }
}

}  // namespace ftpfs::ftp
