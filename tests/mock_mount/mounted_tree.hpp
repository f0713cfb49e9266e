// A kernel mount of a file_system over a fake_remote, inside the test's process: the loop runs on a thread of
// its own, the test makes its system calls on others. Unmounts and checks its end when it goes.
#pragma once

#include "ftpfs/fs/file_system.hpp"
#include "ftpfs/fuse/mount.hpp"
#include "support/fake_remote.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <functional>
#include <future>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace ftpfs::test {

class mounted_tree {
public:
    // `fill` puts the tree together before the mount is there; it runs on the loop's thread.
    explicit mounted_tree(std::function<void(fake_remote&)> fill, fs::config settings = {});
    ~mounted_tree();
    mounted_tree(const mounted_tree&) = delete;
    mounted_tree& operator=(const mounted_tree&) = delete;

    // Why there is no mount, if there is none.
    const std::string& problem() const { return problem_; }

    std::string path(const std::string& below = "") const { return mount_point_ + below; }
    std::string logged() const { return lines_.str(); }  // after wait_for_end()

    // Runs `work` on the loop's thread and returns its answer.
    template <class Work>
    auto on_loop(Work work)
    {
        std::packaged_task<decltype(work())()> task{std::move(work)};
        auto answer = task.get_future();
        boost::asio::post(loop_, [&task] { task(); });
        return answer.get();
    }

    // The bytes of a file of the remote; "(missing)" if there is none.
    std::string on_server(const std::string& path);
    // What the remote was asked so far.
    std::vector<std::string> calls();
    // Changes the remote, on the loop's thread.
    void change(const std::function<void(fake_remote&)>& how);
    // Waits up to ten seconds for a program to arrive at a held call.
    bool somebody_waits();
    fuse::counters counted();
    void stop();
    // Returns how the mount ended; nothing if it is still there after ten seconds.
    std::optional<fuse::mount_end> wait_for_end();

private:
    awaitable<> serve(std::function<void(fake_remote&)> fill, fs::config settings);

    std::string mount_point_;
    std::string staging_dir_;
    std::string problem_;
    std::ostringstream lines_;
    log journal_;
    boost::asio::io_context loop_;
    // The remote can be asked when the mount is gone, too.
    boost::asio::executor_work_guard<executor> open_for_questions_{loop_.get_executor()};
    std::shared_ptr<fake_remote> remote_;
    std::unique_ptr<fs::file_system> files_;
    std::unique_ptr<fuse::mount> mount_;
    std::promise<void> ready_;
    std::promise<fuse::mount_end> end_;
    std::shared_future<fuse::mount_end> ended_;
    std::thread thread_;
};

}  // namespace ftpfs::test
