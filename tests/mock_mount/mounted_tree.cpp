#include "mounted_tree.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <spdlog/sinks/ostream_sink.h>

#include <unistd.h>

#include <cstdlib>
#include <filesystem>

namespace ftpfs::test {
namespace {

using namespace std::chrono_literals;

std::string new_folder()
{
    auto name = (std::filesystem::temp_directory_path() / "ftpfs-mount-XXXXXX").string();
    return ::mkdtemp(name.data()) != nullptr ? name : std::string{};
}

}  // namespace

mounted_tree::mounted_tree(std::function<void(fake_remote&)> fill, fs::config settings)
    : mount_point_{new_folder()}, staging_dir_{new_folder()}, ended_{end_.get_future()}
{
    auto ready = ready_.get_future();
    settings.staging_dir = staging_dir_;
    thread_ = std::thread{[this, fill = std::move(fill), settings]() mutable {
        boost::asio::co_spawn(loop_, serve(std::move(fill), settings), boost::asio::detached);
        loop_.run();
    }};
    ready.get();
}

mounted_tree::~mounted_tree()
{
    stop();
    if (problem_.empty()) {
        wait_for_end();
    }
    loop_.stop();
    thread_.join();
    mount_.reset();
    files_.reset();
    ::rmdir(mount_point_.c_str());
    std::error_code ignored;
    std::filesystem::remove_all(staging_dir_, ignored);
}

awaitable<> mounted_tree::serve(std::function<void(fake_remote&)> fill, fs::config settings)
{
    const auto sink = std::make_shared<spdlog::sinks::ostream_sink_st>(lines_);
    const auto logger = std::make_shared<spdlog::logger>("test", sink);
    logger->set_level(spdlog::level::debug);
    journal_ = log{logger};

    remote_ = std::make_shared<fake_remote>(loop_.get_executor());
    fill(*remote_);
    files_ = std::make_unique<fs::file_system>(loop_.get_executor(), remote_, settings, journal_);
    fuse::config kernel_side;
    kernel_side.mount_point = mount_point_;
    kernel_side.source = "ftp://test,comma/";
    kernel_side.read_only = settings.read_only;
    auto made = fuse::mount::make(loop_.get_executor(), kernel_side, *files_, journal_);
    if (!made) {
        problem_ = to_string(made.error());
        ready_.set_value();
        co_return;
    }
    mount_ = *std::move(made);
    ready_.set_value();
    const auto end = co_await mount_->run();
    co_await files_->stop();
    end_.set_value(end.value());
}

std::string mounted_tree::on_server(const std::string& path)
{
    return on_loop([&] { return remote_->has(path) ? remote_->bytes_of(path) : "(missing)"; });
}

std::vector<std::string> mounted_tree::calls()
{
    return on_loop([this] { return remote_->calls(); });
}

void mounted_tree::change(const std::function<void(fake_remote&)>& how)
{
    on_loop([&] {
        how(*remote_);
        return true;
    });
}

bool mounted_tree::somebody_waits()
{
    const auto limit = std::chrono::steady_clock::now() + 10s;
    while (on_loop([this] { return remote_->waiting_calls(); }) == 0) {
        if (std::chrono::steady_clock::now() > limit) {
            return false;
        }
        std::this_thread::yield();
    }
    return true;
}

fuse::counters mounted_tree::counted()
{
    return on_loop([this] { return mount_->counted(); });
}

void mounted_tree::stop()
{
    boost::asio::post(loop_, [this] {
        if (mount_) {
            mount_->stop();
        }
    });
}

std::optional<fuse::mount_end> mounted_tree::wait_for_end()
{
    if (ended_.wait_for(10s) != std::future_status::ready) {
        return std::nullopt;
    }
    return ended_.get();
}

}  // namespace ftpfs::test
