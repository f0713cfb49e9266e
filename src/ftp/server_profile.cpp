#include "ftpfs/ftp/server_profile.hpp"

namespace ftpfs::ftp {

namespace {

void hint(support& known, bool listed)
{
    if (known == support::unknown && !listed) {
        known = support::refused;
    }
}

}  // namespace

void note_login(server_profile& profile, std::string_view greeting, const proto::feature_set& features,
                std::string_view system)
{
    if (greeting.find("Pure-FTPd") != std::string_view::npos) {
        profile.abort = abort_style::abor_first;
    }
    // MLSD and MLST are announced by whoever has them (RFC 3659 §7.8), and inetutils 2.4 leaves unknown commands
    // unanswered now and then; so they are never tried blindly. SIZE, MDTM, EPSV and REST are often unannounced.
    hint(profile.mlsd, features.mlsd());
    hint(profile.mlst, features.mlst());
    profile.features = features;
    profile.system = system;
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
