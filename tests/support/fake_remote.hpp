// A remote tree in memory, for tests of everything above `remote`: it records every call, and is slow, silent,
// or broken on command.
//
// Calls are recorded as they arrive, as words: "list /dir", "stat /dir/a", "read_link /l", "open /f @4096".
// One thread. Must outlive its downloads and every coroutine that is inside one of its calls; a call that is
// held forever ends with errc::cancelled when its coroutine is cancelled.
#pragma once

#include "ftpfs/async/condition.hpp"
#include "ftpfs/remote/remote.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace ftpfs::test {

enum class call { list, stat, read_link, open, read };

// A result is taken apart by name in a test body; a bad literal is a defect of the test, so these throw.
remote_path path(std::string_view text);
file_name name(std::string_view text);

class fake_remote final : public remote::remote {
public:
    explicit fake_remote(executor where);

    // The tree. Missing parents are made. Files get an exact size, mode 0644 and a time of second precision;
    // `attributes_of` allows to say less, or something wrong.
    void add_directory(std::string_view path);
    void add_file(std::string_view path, std::string bytes);
    void add_link(std::string_view path, std::string target);
    void remove(std::string_view path);
    // Other bytes and a later time: another version.
    void replace_file(std::string_view path, std::string bytes);
    file_attributes& attributes_of(std::string_view path);
    const std::string& bytes_of(std::string_view path) const;
    // What list() says of its own completeness.
    void set_listings_complete(bool complete) { listings_complete_ = complete; }

    // What was asked, in order. Reads of downloads are not recorded, only counted.
    const std::vector<std::string>& calls() const noexcept { return calls_; }
    std::size_t count(std::string_view first_word) const;
    void forget_calls() { calls_.clear(); }
    std::size_t open_downloads() const noexcept { return downloads_.size(); }
    std::size_t peak_downloads() const noexcept { return peak_downloads_; }
    std::uint64_t bytes_sent() const noexcept { return bytes_sent_; }
    std::size_t waiting_calls() const noexcept { return held_calls_ + queue_.size(); }  // held or queued

    // Slow and silent. A held call is recorded and then waits for release(); `latency` delays every answer.
    void hold(call what) { held_.insert(what); }
    void hold_everything();
    void release();
    void set_latency(std::chrono::milliseconds latency) { latency_ = latency; }
    // At most this many bytes per read of a download.
    void set_chunk(std::size_t bytes) { chunk_ = bytes; }
    // At most so many downloads at a time: further ones wait in order, and the open ones feel the pressure.
    void limit_downloads(std::size_t sessions) { sessions_ = sessions; }
    void press();  // calls on_pressure of all open downloads

    // Broken. After `skip` further calls of this kind, the next one fails.
    void fail(call what, failure why, std::size_t skip = 0);
    // The next downloads (one per call of this) end with `why` after so many bytes.
    void cut_download_after(std::uint64_t bytes, failure why = errc::connection_lost);

    awaitable<result<ftpfs::remote::listing>> list(remote_path directory) override;
    awaitable<result<file_attributes>> stat(remote_path path) override;
    awaitable<result<std::string>> read_link(remote_path path) override;
    awaitable<result<std::unique_ptr<ftpfs::remote::download>>>
    open_download(ftpfs::remote::download_request request) override;
    awaitable<> shut_down() override;
    bool is_shut_down() const noexcept { return shut_down_; }

private:
    class download;
    struct object {
        file_attributes attributes;
        std::shared_ptr<const std::string> bytes;  // a running download keeps the version it began with
    };
    struct planned_failure {
        call what;
        failure why;
        std::size_t skip;
    };
    struct planned_cut {
        std::uint64_t bytes;
        failure why;
    };

    object& find(std::string_view path);
    void put(std::string_view path, object what);
    // What every call goes through: gate, latency, planned failure.
    awaitable<result<void>> pass(call what);
    awaitable<bool> wait_for_session();

    executor where_;
    async::condition changed_;
    std::map<std::string, object, std::less<>> tree_;
    std::chrono::sys_seconds next_time_{std::chrono::sys_days{std::chrono::year{2024} / 1 / 1}};
    bool listings_complete_ = true;

    std::vector<std::string> calls_;
    std::set<download*> downloads_;
    std::size_t peak_downloads_ = 0;
    std::uint64_t bytes_sent_ = 0;
    std::size_t held_calls_ = 0;

    std::set<call> held_;
    std::chrono::milliseconds latency_{0};
    std::size_t chunk_ = 64 * 1024;
    std::size_t sessions_ = 1000;
    std::size_t opening_ = 0;          // sessions taken by downloads that are not yet handed out
    std::deque<std::uint64_t> queue_;  // who comes first gets the next free session
    std::uint64_t next_ticket_ = 0;
    std::vector<planned_failure> failures_;
    std::vector<planned_cut> cuts_;
    bool shut_down_ = false;
};

}  // namespace ftpfs::test
