// A remote tree in memory, for tests of everything above `remote`: it records every call, and is slow, silent,
// or broken on command.
//
// Calls are recorded as they arrive, as words: "list /dir", "stat /dir/a", "read_link /l", "open /f @4096",
// "list /dir ahead", "open /f @0 ahead" (before anybody asked), "upload /f" (from the beginning), "append /f @10",
// "finish /f", "remove /f", "rmdir /d", "mkdir /d", "rename /a /b" (with " refuse" behind), "mode /f 0644", "time /f
// 1700000000", "link /l", "copy /a /b", "space /". What is uploaded is in the tree as it arrives, as other clients of a
// server see it. One thread. Must outlive its downloads and every coroutine that is inside one of its calls; a call
// that is held forever ends with errc::cancelled when its coroutine is cancelled.
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
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ftpfs::test {

enum class call {
    list,
    stat,
    read_link,
    open,
    read,
    open_upload,
    write,
    finish,
    remove,
    remove_directory,
    make_directory,
    rename,
    change_attributes,
    make_link,
    copy,
    space
};

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
    // Where the tree lies on the server.
    void set_root(std::string_view path) { root_ = test::path(path); }
    // What list() says of its own completeness.
    void set_listings_complete(bool complete) { listings_complete_ = complete; }

    // What was asked, in order. Reads of downloads are not recorded, only counted.
    const std::vector<std::string>& calls() const noexcept { return calls_; }
    std::size_t count(std::string_view first_word) const;
    bool has(std::string_view path) const { return tree_.find(path) != tree_.end(); }
    std::vector<std::string> names_in(std::string_view directory) const;
    void forget_calls() { calls_.clear(); }
    std::size_t open_downloads() const noexcept { return downloads_.size(); }
    std::size_t peak_downloads() const noexcept { return peak_downloads_; }
    std::uint64_t bytes_sent() const noexcept { return bytes_sent_; }
    std::uint64_t bytes_received() const noexcept { return bytes_received_; }
    std::size_t open_uploads() const noexcept { return uploads_.size(); }
    std::size_t waiting_calls() const noexcept { return held_calls_ + queue_.size(); }  // held or queued

    // Slow and silent. A held call is recorded and then waits for release(); `latency` delays every answer.
    void hold(call what) { held_.insert(what); }
    void hold_everything();
    void release();
    void set_latency(std::chrono::milliseconds latency) { latency_ = latency; }
    // At most this many bytes per read of a download.
    void set_chunk(std::size_t bytes) { chunk_ = bytes; }
    // From the first call on, each download sends only so many bytes more, until the next call: a link's share.
    void send_more(std::uint64_t bytes_each);
    // At most so many downloads at a time: further ones wait in order, and the open ones feel the pressure.
    void limit_downloads(std::size_t sessions) { sessions_ = sessions; }
    void press();  // calls on_pressure of all open transfers
    // As limit_downloads, and every other call takes one of the sessions, too.
    void limit_sessions(std::size_t sessions);

    // Sessions that may be used for what nobody has asked for yet; the rest of such calls is refused, and not recorded.
    void set_spare(std::size_t sessions) { spare_ = sessions; }
    std::size_t peak_ahead() const noexcept { return peak_ahead_; }

    // As ProFTPD by RANG: a transfer ends where it may.
    void set_ends_parts(bool yes) { ends_parts_ = yes; }

    // What the server cannot do.
    void set_append_supported(bool yes) { appends_ = yes; }
    void set_links_supported(bool yes) { links_ = yes; }
    void set_copy_supported(bool yes) { copies_ = yes; }
    void set_modes_supported(bool yes) { modes_ = yes; }
    void set_times_supported(bool yes) { times_ = yes; }
    // Listings tell times to the minute, and so do questions about one object; transfers tell them to the second. As
    // servers without MLSD, where questions are answered from listings.
    void set_lists_minutes(bool yes) { lists_minutes_ = yes; }
    // In no order that names have.
    void set_lists_backwards(bool yes) { lists_backwards_ = yes; }
    // The end of an upload sets the time with it: "finish PATH SECONDS".
    void set_times_with_uploads(bool yes) { times_with_uploads_ = yes; }
    void set_space(::ftpfs::remote::free_space what) { space_ = what; }
    // The mode of what is created from now on.
    void set_new_mode(std::optional<std::uint16_t> mode) { new_mode_ = mode; }

    // Broken. After `skip` further calls of this kind, the next one fails.
    void fail(call what, failure why, std::size_t skip = 0);
    // The next downloads (one per call of this) end with `why` after so many bytes.
    void cut_download_after(std::uint64_t bytes, failure why = errc::connection_lost);
    // The next uploads (one per call of this) break with `why` after so many bytes, of which the server keeps all
    // but `lost`.
    void cut_upload_after(std::uint64_t bytes, failure why = errc::connection_lost, std::uint64_t lost = 0);
    // The next finish() loses so many of the bytes of its transfer and, as the remote does when the size is wrong,
    // answers errc::truncated.
    void lose_at_finish(std::uint64_t bytes) { lose_at_finish_ = bytes; }
    // As servers with hidden stores: an upload from the beginning that breaks leaves what was there before.
    void set_hidden_stores(bool yes) { hides_stores_ = yes; }
    // The bytes of uploads are only counted, for tests that send gigabytes.
    void set_forgetful(bool yes) { forgetful_ = yes; }

    awaitable<result<ftpfs::remote::listing>> list(remote_path directory) override;
    awaitable<result<ftpfs::remote::listing>> list_ahead(remote_path directory) override;
    awaitable<result<file_attributes>> stat(remote_path path) override;
    remote_path root() const override { return root_; }
    awaitable<result<std::string>> read_link(remote_path path) override;
    awaitable<result<std::unique_ptr<ftpfs::remote::download>>>
    open_download(ftpfs::remote::download_request request) override;
    awaitable<result<std::unique_ptr<ftpfs::remote::upload>>>
    open_upload(ftpfs::remote::upload_request request) override;
    awaitable<result<>> remove(remote_path file) override;
    awaitable<result<>> remove_directory(remote_path directory) override;
    awaitable<result<>> make_directory(remote_path directory) override;
    awaitable<result<>> rename(remote_path from, remote_path to, ftpfs::remote::existing_target policy) override;
    awaitable<result<>> change_attributes(remote_path path, ftpfs::remote::attribute_change change) override;
    awaitable<result<>> make_link(std::string target, remote_path link) override;
    awaitable<result<>> copy(remote_path from, remote_path to) override;
    awaitable<result<ftpfs::remote::free_space>> space(remote_path directory) override;
    awaitable<> shut_down() override;
    bool is_shut_down() const noexcept { return shut_down_; }

private:
    class download;
    class upload;
    struct object {
        file_attributes attributes;
        std::shared_ptr<std::string> bytes;  // a running download keeps the version it began with
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

    struct planned_upload_cut {
        std::uint64_t bytes;
        failure why;
        std::uint64_t lost;
    };

    object& find(std::string_view path);
    bool has_children(const std::string& directory) const;
    void store_bytes(const remote_path& where, std::uint64_t offset, std::span<const std::byte> bytes);
    void cut_bytes(const remote_path& where, std::uint64_t size);
    void put_back(const remote_path& where, std::optional<object> before);
    void touch(object& what);
    awaitable<result<void>> enter(call what);
    void press_uploads();
    void move_tree(const std::string& from, const std::string& to);
    void put(std::string_view path, object what);
    // What every call goes through: gate, latency, planned failure.
    awaitable<result<void>> pass(call what);
    awaitable<bool> wait_for_session();
    file_attributes as_listed(file_attributes attributes) const;
    awaitable<result<ftpfs::remote::listing>> list_now(remote_path directory);
    bool may_begin_ahead();

    executor where_;
    async::condition changed_;
    std::map<std::string, object, std::less<>> tree_;
    // With a second that a listing to the minute does not tell.
    std::chrono::sys_seconds next_time_{std::chrono::sys_days{std::chrono::year{2024} / 1 / 1} +
                                        std::chrono::seconds{41}};
    bool listings_complete_ = true;
    remote_path root_;

    std::vector<std::string> calls_;
    std::set<download*> downloads_;
    std::set<upload*> uploads_;
    std::uint64_t bytes_received_ = 0;
    std::size_t peak_downloads_ = 0;
    std::uint64_t bytes_sent_ = 0;
    std::size_t held_calls_ = 0;

    std::set<call> held_;
    std::chrono::milliseconds latency_{0};
    std::size_t chunk_ = 64 * 1024;
    bool ends_parts_ = false;
    std::optional<std::uint64_t> share_;  // of each download, since the last send_more
    std::size_t sessions_ = 1000;
    std::size_t opening_ = 0;          // sessions taken by downloads that are not yet handed out
    std::deque<std::uint64_t> queue_;  // who comes first gets the next free session
    std::uint64_t next_ticket_ = 0;
    std::vector<planned_failure> failures_;
    std::vector<planned_cut> cuts_;
    std::vector<planned_upload_cut> upload_cuts_;
    std::uint64_t lose_at_finish_ = 0;
    std::size_t spare_ = 1000;
    std::size_t ahead_ = 0;
    std::size_t peak_ahead_ = 0;
    std::size_t busy_ = 0;  // sessions taken by single commands, where those count
    bool commands_take_sessions_ = false;
    bool appends_ = true;
    bool links_ = true;
    bool copies_ = false;
    bool modes_ = true;
    bool times_ = true;
    bool times_with_uploads_ = false;
    bool lists_minutes_ = false;
    bool lists_backwards_ = false;
    bool forgetful_ = false;
    bool hides_stores_ = false;
    std::optional<ftpfs::remote::free_space> space_;
    std::optional<std::uint16_t> new_mode_{std::uint16_t{0644}};
    bool shut_down_ = false;
};

}  // namespace ftpfs::test
