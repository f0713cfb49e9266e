#include "ftpfs/proto/server_words.hpp"

#include "text.hpp"

#include <array>
#include <string>

namespace ftpfs::proto {
namespace {

struct phrase {
    std::string_view words;  // small letters; letters outside ASCII as servers write them, mid-word if possible
    errc meaning;
};

// In order: the first phrase found counts, so special ones stand before general ones.
constexpr std::array phrases{
    phrase{"quota", errc::quota_exceeded},
    phrase{"no space", errc::no_space},
    phrase{"disk full", errc::no_space},
    phrase{"disk is full", errc::no_space},
    phrase{"not enough space", errc::no_space},
    phrase{"out of space", errc::no_space},
    phrase{"insufficient disk", errc::no_space},
    phrase{"insufficient storage", errc::no_space},
    phrase{"insufficient system storage", errc::no_space},
    phrase{"disk space", errc::no_space},  // "not enough disk space", "no disk space left"
    phrase{"kein speicherplatz", errc::no_space},
    phrase{"nicht genug speicher", errc::no_space},
    phrase{"nicht genügend speicher", errc::no_space},
    phrase{"aucun espace", errc::no_space},
    phrase{"espace insuffisant", errc::no_space},
    phrase{"no queda espacio", errc::no_space},
    phrase{"espacio insuficiente", errc::no_space},
    phrase{"spazio esaurito", errc::no_space},
    phrase{"磁盘空间不足", errc::no_space},
    // vsftpd, when write(2) fails; what makes that fail is a full disk or quota, hardly anything else.
    phrase{"failure writing to local file", errc::no_space},
    phrase{"read-only", errc::read_only},
    phrase{"read only", errc::read_only},
    phrase{"not empty", errc::not_empty},
    phrase{"nicht leer", errc::not_empty},
    phrase{"pas vide", errc::not_empty},
    phrase{"no está vac", errc::not_empty},
    phrase{"non vuota", errc::not_empty},
    phrase{"already exist", errc::already_exists},
    phrase{"file exists", errc::already_exists},
    phrase{"directory exists", errc::already_exists},
    phrase{"overwrite", errc::already_exists},  // ProFTPD "Overwrite permission denied"
    phrase{"existiert bereits", errc::already_exists},
    phrase{"existe déjà", errc::already_exists},
    phrase{"ya existe", errc::already_exists},
    phrase{"not a directory", errc::not_a_directory},
    phrase{"not a folder", errc::not_a_directory},
    phrase{"kein verzeichnis", errc::not_a_directory},
    phrase{"pas un dossier", errc::not_a_directory},
    phrase{"is a directory", errc::is_a_directory},
    phrase{"is a folder", errc::is_a_directory},
    phrase{"not a plain file", errc::is_a_directory},
    phrase{"not a regular file", errc::is_a_directory},
    phrase{"only retrieve regular files", errc::is_a_directory},  // Pure-FTPd
    phrase{"is not retrievable", errc::is_a_directory},           // pyftpdlib
    phrase{"ist ein verzeichnis", errc::is_a_directory},
    phrase{"being used by another process", errc::busy},
    phrase{"von einem anderen prozess", errc::busy},
    phrase{"file busy", errc::busy},
    phrase{"file is busy", errc::busy},
    phrase{"resource busy", errc::busy},
    phrase{"is locked", errc::busy},
    phrase{"no such", errc::not_found},
    phrase{"not found", errc::not_found},
    phrase{"cannot find", errc::not_found},
    phrase{"can't find", errc::not_found},
    phrase{"not exist", errc::not_found},  // "does not exist", "doesn't exist" below
    phrase{"n't exist", errc::not_found},
    phrase{"nicht gefunden", errc::not_found},
    phrase{"nicht finden", errc::not_found},
    phrase{"introuvable", errc::not_found},
    phrase{"aucun fichier", errc::not_found},
    phrase{"no existe", errc::not_found},
    phrase{"puede encontrar", errc::not_found},
    phrase{"impossibile trovare", errc::not_found},
    phrase{"non esiste", errc::not_found},
    phrase{"pode encontrar", errc::not_found},
    phrase{"não encontrad", errc::not_found},
    phrase{"niet vinden", errc::not_found},
    phrase{"nie ma takiego", errc::not_found},
    phrase{"ет такого файла", errc::not_found},
    phrase{"удается найти", errc::not_found},
    phrase{"找不到", errc::not_found},
    phrase{"見つかりません", errc::not_found},
    phrase{"prohibited file name", errc::invalid_name},  // Pure-FTPd
    phrase{"syntax is incorrect", errc::invalid_name},   // IIS
    phrase{"invalid file name", errc::invalid_name},
    phrase{"invalid directory name", errc::invalid_name},  // ProFTPD, of a '*'
    phrase{"illegal file name", errc::invalid_name},
    phrase{"name too long", errc::name_too_long},
    phrase{"restart not permitted", errc::unsupported},  // ProFTPD 451 "Append/Restart not permitted", for good
    phrase{"permission", errc::permission_denied},
    phrase{"denied", errc::permission_denied},
    phrase{"not permitted", errc::permission_denied},
    phrase{"enough privilege", errc::permission_denied},  // pyftpdlib
    phrase{"insufficient privilege", errc::permission_denied},
    phrase{"forbidden", errc::permission_denied},
    phrase{"not authorized", errc::permission_denied},
    phrase{"zugriff verweigert", errc::permission_denied},
    phrase{"keine berechtigung", errc::permission_denied},
    phrase{"accès refusé", errc::permission_denied},
    phrase{"acceso denegado", errc::permission_denied},
    phrase{"permiso denegado", errc::permission_denied},
    phrase{"accesso negato", errc::permission_denied},
    phrase{"acesso negado", errc::permission_denied},
    phrase{"тказано в доступе", errc::permission_denied},
    phrase{"拒绝访问", errc::permission_denied},
    phrase{"input/output error", errc::io_failure},
    phrase{"i/o error", errc::io_failure},
    phrase{"error during write", errc::io_failure},  // Pure-FTPd; a full disk it calls by its name
    phrase{"not implemented", errc::unsupported},
    phrase{"not supported", errc::unsupported},
    phrase{"not understood", errc::unsupported},
    phrase{"unknown command", errc::unsupported},
};

bool contains(std::string_view text, std::string_view words)
{
    return text.find(words) != text.npos;
}

template <std::size_t Size>
bool contains_any(std::string_view text, const std::array<std::string_view, Size>& all)
{
    return std::ranges::any_of(all, [&](std::string_view words) { return contains(text, words); });
}

std::optional<errc> first_phrase(std::string_view text)
{
    const auto* const found =
        std::ranges::find_if(phrases, [&](const phrase& candidate) { return contains(text, candidate.words); });
    return found == phrases.end() ? std::nullopt : std::optional{found->meaning};
}

// The text often quotes the path before the reason ("my quota.txt: No such file or directory"), so what stands
// behind the last colon is asked first.
std::optional<errc> meaning_of_words(std::string_view text)
{
    const auto colon = text.rfind(": ");
    const auto reason = colon == text.npos ? std::nullopt : first_phrase(text.substr(colon));
    return reason ? reason : first_phrase(text);
}

constexpr bool is_in_word(char c)
{
    return is_digit(c) || !is_ascii(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z');
}

// Takes the name out where it stands alone: one called "f" is no part of "failure".
std::string without_name(std::string line, std::string_view name)
{
    for (auto at = line.find(name); !name.empty() && at != line.npos; at = line.find(name, at)) {
        const auto end = at + name.size();
        const bool stands_alone =
            (at == 0 || !is_in_word(line[at - 1])) && (end == line.size() || !is_in_word(line[end]));
        if (stands_alone) {
            line.erase(at, name.size());
        } else {
            ++at;
        }
    }
    return line;
}

}  // namespace

bool speaks_of_capacity(std::string_view text)
{
    constexpr std::array<std::string_view, 12> limits{
        "too many",          "maximum",   "limit",           "no more",        "already connected", "already logged in",
        "can't accept more", "try later", "try again later", "server is full", "server full",       "too busy"};
    constexpr std::array<std::string_view, 5> guesses_counted{"attempt", "failure", "failed login", "bad login",
                                                              "time limit"};
    const auto words = lower(text);
    return contains_any(words, limits) && !contains_any(words, guesses_counted);
}

bool speaks_of_encryption(std::string_view text)
{
    constexpr std::array<std::string_view, 6> subjects{"tls", "ssl", "encrypt", "cleartext", "plain ftp", "use auth"};
    constexpr std::array<std::string_view, 9> demands{"require", "must",      "need",   "only",     "not accept",
                                                      "use ",    "not allow", "please", "mandatory"};
    const auto words = lower(text);
    const bool is_about_reuse = contains(words, "reuse") || contains(words, "resum");  // of a session that has TLS
    return contains_any(words, subjects) && contains_any(words, demands) && !is_about_reuse;
}

std::optional<errc> meaning_of(const reply& refusal)
{
    if (!refusal.is_negative()) {
        return std::nullopt;
    }
    const auto text = lower(refusal.text());
    switch (refusal.code) {
    case 421:
    case 425: return std::nullopt;
    case 426: {  // pyftpdlib says so when the disk is full, too: "426 No space left on device; transfer aborted."
        const auto meaning = meaning_of_words(text);
        const bool is_full = meaning == errc::no_space || meaning == errc::quota_exceeded;
        return is_full ? meaning : std::nullopt;
    }
    case 430:
    case 530:
        if (speaks_of_capacity(text)) {
            return errc::server_busy;
        }
        break;
    case 452:
    case 552: return contains(text, "quota") ? errc::quota_exceeded : errc::no_space;
    case 521:  // RFC 4217 §11: not with this protection level
    case 534: return errc::encryption_required;
    default: break;
    }
    if (refusal.is_unknown_command()) {
        return speaks_of_encryption(text) ? errc::encryption_required : errc::unsupported;
    }
    if (contains(text, "ascii mode")) {  // our TYPE I got lost; nothing about the file
        return std::nullopt;
    }
    if (const auto meaning = meaning_of_words(text)) {
        return meaning;
    }
    return speaks_of_encryption(text) ? std::optional{errc::encryption_required} : std::nullopt;
}

bool admits_failure(const reply& completion, std::string_view name)
{
    constexpr std::array<std::string_view, 3> admissions{"fail", "error", "denied"};
    if (!completion.is_completion() || completion.lines.size() < 2) {
        return false;
    }
    return std::ranges::any_of(completion.lines, [&](const std::string& line) {
        return contains_any(lower(without_name(line, name)), admissions);
    });
}

failure explain_admission(const reply& completion)
{
    auto detail = completion.as_failure().detail;
    const auto meaning = meaning_of_words(lower(completion.text()));
    return {meaning.value_or(errc::io_failure), std::move(detail)};
}

failure explain(const reply& refusal)
{
    auto plain = refusal.as_failure();
    if (const auto meaning = meaning_of(refusal)) {
        return {*meaning, std::move(plain.detail)};
    }
    if (refusal.code == 500 && refusal.lines.front().starts_with("OOPS:")) {  // vsftpd's process is about to end
        return {errc::connection_lost, std::move(plain.detail)};
    }
    return plain;
}

}  // namespace ftpfs::proto
