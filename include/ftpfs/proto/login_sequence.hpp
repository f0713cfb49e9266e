// From the greeting to a usable session, one decision at a time (RFC 959 §5.4).
//
// A step machine without I/O: feed it each reply, do what it answers.
//
//     login_sequence login{request};
//     auto step = login.start();                         // wait_for_reply: the greeting
//     while the step is send or wait_for_reply: send the command if any, read one reply, step = login.on_reply(reply)
//     done: the session is in TYPE I, in its home directory; failed: close the connection
//
//  greeting ─220─► USER ─331─► PASS ─332─► ACCT ─► FEAT ► CLNT ► OPTS UTF8 ► OPTS MLST ► SYST ► TYPE I ► PWD ► done
//     │ 120: wait    └─230──────┴─230/202───┴─────────┘   only what FEAT lists; refusals are fine   must
//     └─230──────────────────────────────────────────┘                                              work
//
// Failures: server_busy (a limit; try later), login_refused (never try again by yourself), encryption_required,
// not_an_ftp_server, connection_lost (421), protocol_violation. An end of stream is the caller's to report; before
// the greeting it is a sign of a session limit (ProFTPD MaxInstances). Owned by one connection; not thread-safe.
#pragma once

#include "ftpfs/core/remote_path.hpp"
#include "ftpfs/core/result.hpp"
#include "ftpfs/core/secret.hpp"
#include "ftpfs/proto/command.hpp"
#include "ftpfs/proto/feature_set.hpp"
#include "ftpfs/proto/reply.hpp"

#include <string>
#include <variant>

namespace ftpfs::proto {

struct login_request {
    std::string user;
    secret password;
    secret account;                     // sent only when the server asks for it (332)
    std::string client_name = "ftpfs";  // for CLNT
    bool utf8 = true;                   // false: names are wanted in the charset the server keeps them in
};

struct login_outcome {
    std::string greeting;  // the server's text, raw
    feature_set features;
    std::string system;  // the text of SYST, raw; empty if refused. "UNIX Type: L8", "Windows_NT"
    // Where the login landed. A failure here does not fail the login: a mount with a path of its own does without.
    result<remote_path> home = failure{errc::unsupported, "PWD was not asked"};
};

class login_sequence {
public:
    struct send {
        command what;
    };
    struct wait_for_reply {};
    struct done {
        login_outcome outcome;
    };
    struct failed {
        failure why;
    };
    using step = std::variant<wait_for_reply, send, done, failed>;

    explicit login_sequence(login_request request);

    step start();
    step on_reply(const reply& answer);

    // Instead of on_reply() when the reply parser failed: what does not greet with a reply is no FTP server.
    step on_unreadable(const failure& why);

private:
    enum class state {
        greeting,
        user,
        password,
        account,
        features,
        client,
        utf8,
        mlst_options,
        system,
        type,
        pwd,
        end
    };

    step on_greeting(const reply& answer);
    step on_user(const reply& answer);
    step on_password(const reply& answer);
    step on_account(const reply& answer);
    step send_password();
    step send_account();
    step continue_after(state finished);
    step ask(state next, result<command> what);
    step refused(const reply& answer);
    step fail(failure why);
    std::string mlst_options() const;

    login_request request_;
    state state_ = state::greeting;
    bool password_sent_ = false;
    login_outcome outcome_;
};

}  // namespace ftpfs::proto
