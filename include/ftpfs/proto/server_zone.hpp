// How far a server's clock on the wall is from UTC, and which of its answers are read off that clock.
//
// LIST shows times in the server's zone, which it does not name. MDTM and MLSD are UTC (RFC 3659), except on servers
// that are set to lie (vsftpd with use_localtime). Without being told, the zone comes from one file's time in both
// answers, and the lie from the time of a file that was just stored. Where it is the offset of this machine at that
// moment, it is taken to be this machine's zone, summer time included; else the offset holds all year.
// Plain object, copyable; `now` is a parameter.
#pragma once

#include "ftpfs/core/attributes.hpp"
#include "ftpfs/core/result.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace ftpfs::proto {

class server_zone {
public:
    // How far a clock that shows this is ahead of UTC, as if the wall's time were written as UTC.
    using rules = std::function<std::chrono::seconds(std::chrono::sys_seconds wall)>;

    // To be found out; until then all times are taken as they are.
    server_zone() = default;

    // "auto", "UTC", "+02:00", "-0330", "Europe/Berlin". errc::unsupported, with words for the user.
    static result<server_zone> make(std::string_view text);

    // The zone of this machine; UTC if there is none.
    static rules ours();

    // Is it worth asking for the MDTM of a regular file whose time in a listing has minutes?
    bool wants_sample() const noexcept { return samples_left_ > 0; }

    // The same file's time, both as the server said them. An answer that makes no sense counts as one try of a few.
    void learn(const file_time& listed, const file_time& fact, const rules& here);
    void learn_nothing() noexcept { samples_left_ -= samples_left_ > 0 ? 1 : 0; }

    // The time the server tells, as a fact, of what it has stored just now. True if that shows that its facts are read
    // off the wall, which changes what corrected() says from now on.
    bool learn_from_upload(const file_time& fact, std::chrono::sys_seconds now, const rules& here);

    // What the server said, in UTC. A time with the precision of a day stays: the day is all it says.
    file_time corrected(file_time said) const;

    // same_version(), and true also where `before` was told before it was known that facts are local.
    bool same(const file_version& before, const file_version& now) const;

    // What to tell the server so that it means this.
    std::chrono::sys_seconds for_server(std::chrono::sys_seconds utc) const;

    // Are MDTM and MLSD corrected, too?
    bool facts_are_local() const noexcept { return static_cast<bool>(facts_); }

private:
    static constexpr int most_samples = 3;

    rules listings_;  // empty: UTC, or not known
    rules facts_;     // empty: UTC
    bool told_ = false;
    int samples_left_ = most_samples;
};

}  // namespace ftpfs::proto
