#include "ftpfs/proto/server_words.hpp"

#include <gtest/gtest.h>

namespace ftpfs::proto {
namespace {

struct sentence {
    int code;
    const char* text;
    std::optional<errc> meaning;
};

constexpr std::nullopt_t ambiguous = std::nullopt;

constexpr sentence sentences[] = {
    // vsftpd 3.0.3
    {550, "Failed to change directory.", ambiguous},
    {550, "Failed to open file.", ambiguous},
    {550, "Could not get file size.", ambiguous},
    {550, "Permission denied.", errc::permission_denied},
    {550, "Create directory operation failed.", ambiguous},
    {550, "Remove directory operation failed.", ambiguous},
    {553, "Could not create file.", ambiguous},
    {500, "Unknown command.", errc::unsupported},
    {500, "OOPS: vsf_sysutil_recv_peek: no data", ambiguous},
    {500, "OOPS: vsf_sysutil_ftruncate: No space left on device", errc::no_space},
    {451, "Failure writing to local file.", errc::no_space},
    {426, "Failure reading network stream.", ambiguous},
    {530, "Please login with USER and PASS.", ambiguous},
    {530, "Non-anonymous sessions must use encryption.", errc::encryption_required},
    {522, "Data connections must be encrypted.", errc::encryption_required},
    {522, "SSL connection failed; session reuse required: see require_ssl_reuse option in vsftpd.conf man page",
     ambiguous},
    // ProFTPD 1.3.8
    {550, "/srv/x: No such file or directory", errc::not_found},
    {550, "x: Overwrite permission denied", errc::already_exists},
    {550, "x: Not a regular file", errc::is_a_directory},
    {550, "x: Not a directory", errc::not_a_directory},
    {550, "x: Directory not empty", errc::not_empty},
    {550, "x: Operation not permitted", errc::permission_denied},
    {550, "x: File exists", errc::already_exists},
    {550, "x: Forbidden command argument", errc::permission_denied},
    {550, "/a*b: Invalid directory name", errc::invalid_name},
    {550, "SIZE not allowed in ASCII mode", ambiguous},
    {450, "x: No such file or directory", errc::not_found},
    {451, "x: Append/Restart not permitted, try again", errc::unsupported},
    {550, "SSL/TLS required on the data channel", errc::encryption_required},
    {552, "Transfer aborted. Disk quota exceeded", errc::quota_exceeded},
    {452, "Transfer aborted. No space left on device", errc::no_space},
    {451, "Transfer aborted. Input/output error", errc::io_failure},
    {426, "Transfer aborted. Data connection closed", ambiguous},
    {530, "Sorry, the maximum number of clients (2) for this user are already connected.", errc::server_busy},
    {530, "Login incorrect.", ambiguous},
    {425, "Unable to build data connection: Operation not permitted", ambiguous},
    // Pure-FTPd 1.0.50
    {550, "Can't change directory to nope: No such file or directory", errc::not_found},
    {550, "Can't open x: Permission denied", errc::permission_denied},
    {550, "I can only retrieve regular files", errc::is_a_directory},
    {550, "Can't create directory: File exists", errc::already_exists},
    {550, "Can't remove directory: Directory not empty", errc::not_empty},
    {550, "Could not delete x: Is a directory", errc::is_a_directory},
    {550, "Can't check for file existence", ambiguous},
    {550, "Sorry, but that file doesn't exist", errc::not_found},
    {451, "Rename/move failure: Directory not empty", errc::not_empty},
    {553, "Prohibited file name: a\\b", errc::invalid_name},
    {552, "Quota exceeded: [x] won't be saved", errc::quota_exceeded},
    {451, "Error during write to file", errc::io_failure},
    {452, "Error during write to file: No space left on device", errc::no_space},
    {421, "50 users (the maximum) are already logged in, sorry", ambiguous},
    // inetutils 2.4, linux-ftpd
    {550, "x: not a plain file.", errc::is_a_directory},
    {553, "/x: Permission denied.", errc::permission_denied},
    {550, "x: Read-only file system.", errc::read_only},
    // pyftpdlib 1.5.7
    {550, "No such file or directory.", errc::not_found},
    {501, "No such directory.", errc::not_found},
    {550, "Not enough privileges.", errc::permission_denied},
    {550, "Is a directory.", errc::is_a_directory},
    {550, "/x is not retrievable.", errc::is_a_directory},
    {550, "SSL/TLS required on the control channel.", errc::encryption_required},
    {552, "Not enough space.", errc::no_space},
    {426, "No space left on device; transfer aborted.", errc::no_space},
    {426, "Disk quota exceeded; transfer aborted.", errc::quota_exceeded},
    {426, "Broken pipe; transfer aborted.", ambiguous},
    {426, "Permission denied; transfer aborted.", ambiguous},
    // FileZilla Server
    {550, "Couldn't open the file or directory", ambiguous},
    {503, "Use AUTH first.", errc::encryption_required},
    // IIS
    {550, "The system cannot find the file specified.", errc::not_found},
    {550, "Access is denied.", errc::permission_denied},
    {550, "The directory is not empty.", errc::not_empty},
    {550, "Cannot create a file when that file already exists.", errc::already_exists},
    {550, "The process cannot access the file because it is being used by another process.", errc::busy},
    {550, "The filename, directory name, or volume label syntax is incorrect.", errc::invalid_name},
    {534, "Policy requires SSL.", errc::encryption_required},
    {550, "Das System kann die angegebene Datei nicht finden.", errc::not_found},
    {550, "There is not enough space on the disk.", errc::no_space},
    {550, "Auf dem Datenträger ist nicht genügend Speicherplatz verfügbar.", errc::no_space},
    {451, "f: Auf dem Gerät ist kein Speicherplatz mehr verfügbar", errc::no_space},
    {451, "f: Aucun espace disponible sur le périphérique", errc::no_space},
    {451, "f: No queda espacio en el dispositivo", errc::no_space},
    {550, "Zugriff verweigert", errc::permission_denied},
    {550, "Das Verzeichnis ist nicht leer.", errc::not_empty},
    {550, "Le fichier spécifié est introuvable.", errc::not_found},
    {550, "El sistema no puede encontrar el archivo especificado.", errc::not_found},
    {550, "Impossibile trovare il file specificato.", errc::not_found},
    {550, "Не удается найти указанный файл.", errc::not_found},
    {550, "Отказано в доступе.", errc::permission_denied},
    {550, "系统找不到指定的文件。", errc::not_found},
    // BusyBox, mina-ftpserver, the RFC's own words
    {550, "Error", ambiguous},
    {450, "No permission to delete.", errc::permission_denied},
    {550, "Requested action not taken; file unavailable.", ambiguous},
    {452, "Requested action not taken.", errc::no_space},
    {552, "Requested file action aborted, storage allocation exceeded", errc::no_space},
    {521, "Data connection cannot be opened with this PROT setting", errc::encryption_required},
    {522, "Network protocol not supported, use (1)", errc::unsupported},
    {502, "Command not implemented.", errc::unsupported},
    {504, "Unknown parameter", errc::unsupported},
    {503, "Bad sequence of commands", ambiguous},
    {550, "x: File name too long", errc::name_too_long},
    {430, "Too many users, try again later", errc::server_busy},
    // not refusals
    {226, "No such file or directory", ambiguous},
    {331, "Permission denied", ambiguous},
    // names that sound like reasons
    {550, "my quota.txt: No such file or directory", errc::not_found},
    {550, "/etc/ssl/no space: Permission denied", errc::permission_denied},
    {550, "/srv/tls/x: failed", ambiguous},
};

TEST(server_words, mean_what_real_servers_mean)
{
    for (const auto& row : sentences) {
        EXPECT_EQ(meaning_of(reply{row.code, {row.text}}), row.meaning) << row.code << ' ' << row.text;
    }
}

TEST(server_words, are_read_from_all_lines)
{
    EXPECT_EQ(meaning_of(reply{550, {"Sorry", "x: No such file or directory"}}), errc::not_found);
}

TEST(server_words, explain_a_refusal_with_its_words)
{
    const auto known = explain(reply{550, {"x: No such file or directory"}});
    EXPECT_EQ(known, errc::not_found);
    EXPECT_EQ(known.detail, "550 x: No such file or directory");

    const auto open = explain(reply{550, {"Failed to open file."}});
    EXPECT_EQ(open.code, make_reply_error(550));
    EXPECT_EQ(open.detail, "550 Failed to open file.");
}

TEST(server_words, leave_the_fate_of_the_connection_to_the_code)
{
    EXPECT_TRUE(session_is_lost(explain(reply{421, {"Too many connections"}})));
    EXPECT_TRUE(session_is_lost(explain(reply{500, {"OOPS: priv_sock_get_cmd"}})));
    EXPECT_FALSE(session_is_lost(explain(reply{550, {"Permission denied"}})));
}

TEST(server_words, tell_a_limit_from_a_wrong_password)
{
    for (const char* const text :
         {"Too many connections from your internet address.", "There are too many connected users, please try later.",
          "Maximum number of clients (2) from your host already connected.",
          "Sorry, the maximum number of clients are connected", "User alice is already logged in",
          "can't accept more connections", "Connection limit reached", "No more users allowed",
          "Please try again later.", "8 users (the maximum) are already logged in, sorry", "Server is full"}) {
        EXPECT_TRUE(speaks_of_capacity(text)) << text;
    }
    for (const char* const text :
         {"Login incorrect.", "Login authentication failed", "User cannot log in.",
          "Maximum login attempts. Disconnecting.", "Too many authentication failures.", "Not logged in."}) {
        EXPECT_FALSE(speaks_of_capacity(text)) << text;
    }
}

TEST(server_words, tell_when_encryption_is_required)
{
    for (const char* const text :
         {"Non-anonymous sessions must use encryption.", "Policy requires SSL.", "TLS required",
          "Sorry, cleartext sessions and weak ciphers are not accepted on this server.",
          "This server does not allow plain FTP. You have to use FTP over TLS.", "Use AUTH first.",
          "SSL/TLS required on the control channel", "Encryption is mandatory here"}) {
        EXPECT_TRUE(speaks_of_encryption(text)) << text;
    }
    for (const char* const text : {"Login incorrect.", "SSL connection failed; session reuse required",
                                   "TLS session of data connection not resumed."}) {
        EXPECT_FALSE(speaks_of_encryption(text)) << text;
    }
}

TEST(server_words, find_the_failure_in_pure_ftpds_226)
{
    const reply lie{226, {"Rename/move failure: Is a directory", "File successfully transferred"}};
    EXPECT_TRUE(admits_failure(lie, "f"));
    EXPECT_EQ(explain_admission(lie).code, make_error_code(errc::is_a_directory));
    const reply vague{226, {"Some error occurred", "done"}};
    EXPECT_EQ(explain_admission(vague).code, make_error_code(errc::io_failure));
}

TEST(server_words, do_not_take_the_name_of_a_file_for_an_admission)
{
    EXPECT_FALSE(admits_failure(reply{226, {"error.log: 12 kbytes", "File successfully transferred"}}, "error.log"));
    EXPECT_FALSE(admits_failure(reply{226, {"Transfer complete, no error"}}, "f"));
    EXPECT_FALSE(admits_failure(reply{550, {"failed", "failed"}}, "f"));
}

}  // namespace
}  // namespace ftpfs::proto
