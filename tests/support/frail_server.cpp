#include "support/frail_server.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

namespace ftpfs::test {

struct frail_server::connection {
    explicit connection(scripted_control& control_) : control{control_} {}

    scripted_control& control;
    std::unique_ptr<scripted_data> data;
    std::string renamed;
    std::size_t rest = 0;
};

awaitable<> frail_server::serve(scripted_control& control)
{
    if (failed_ && for_good) {
        control.close();
        co_return;
    }
    std::vector<std::string> features;
    if (has_mlst) {
        features.emplace_back("MLST type*;size*;modify*;");
    }
    co_await control.greet(features);
    connection with{control};
    for (fate last = fate::goes_on; last != fate::gone;) {
        const std::string line = co_await control.next();
        if (line.empty()) {
            co_return;
        }
        const auto blank = line.find(' ');
        const auto verb = line.substr(0, blank);
        const auto argument = blank == line.npos ? std::string{} : line.substr(blank + 1);
        if (verb == "QUIT") {
            co_await control.say("221 goodbye");
            control.close();
            co_return;
        }
        last = co_await moment(with);
        if (last == fate::goes_on) {
            last = co_await obey(with, verb, argument);
        }
    }
}

awaitable<frail_server::fate> frail_server::moment(connection& with, bool in_upload)
{
    if (moments_++ != fails_at) {
        co_return fate::goes_on;
    }
    failed_ = true;
    if (how == breakdown::falls_silent) {
        co_await with.control.stay_silent();
        co_return fate::gone;
    }
    const bool resets =
        how == breakdown::resets_all || how == breakdown::resets_data_and_426 || how == breakdown::resets_data_and_226;
    if (with.data && resets) {
        with.data->reset();
    } else if (with.data) {
        with.data->close();
    }
    with.data.reset();
    std::string words;
    switch (how) {
    case breakdown::falls_silent: break;
    case breakdown::hangs_up: with.control.close(); break;
    case breakdown::resets_all: with.control.reset(); break;
    case breakdown::resets_data_and_226:
        words = in_upload ? "226 Transfer complete." : "";
        if (!in_upload) {
            with.control.close();
        }
        break;
    case breakdown::resets_data_and_426:
    case breakdown::says_426: words = "426 Failure reading network stream."; break;
    case breakdown::says_451: words = "451 Requested action aborted: local error in processing"; break;
    case breakdown::says_552: words = "552 Transfer aborted. Disk quota exceeded"; break;
    }
    if (words.empty()) {
        co_return fate::gone;
    }
    co_await with.control.say(words);
    co_return fate::refused;
}

awaitable<frail_server::fate> frail_server::obey(connection& with, std::string verb, std::string argument)
{
    const bool transfers = verb == "STOR" || verb == "APPE" || verb == "MLSD" || verb == "LIST" ||
                           (verb == "RETR" && files.contains(argument));
    if (transfers && !with.data) {  // the breakdown took it
        co_await with.control.say("425 No data connection");
        co_return fate::refused;
    }
    if (verb == "STOR" || verb == "APPE") {
        co_return co_await store(with, verb, argument);
    }
    if (verb == "MLSD" || verb == "LIST") {
        co_return co_await send(with, listing());
    }
    if (verb == "RETR" && transfers) {
        const auto from = std::min(std::exchange(with.rest, 0), files[argument].size());
        co_return co_await send(with, files[argument].substr(from));
    }
    const std::string reply = answer(with, verb, argument);
    const fate after = co_await moment(with);
    if (after == fate::goes_on) {
        co_await with.control.say(reply);
    }
    co_return after;
}

awaitable<frail_server::fate> frail_server::store(connection& with, std::string verb, std::string path)
{
    std::string bytes;
    if (verb == "APPE") {
        bytes = files[path];
    } else if (with.rest > 0) {
        bytes = files[path].substr(0, with.rest);
    }
    with.rest = 0;
    const auto show = [&] {
        if (!stores_at_the_end) {
            put(path, bytes);
        }
    };
    show();
    co_await with.control.say("150 go on");
    fate now = co_await moment(with, true);
    if (now != fate::goes_on) {
        co_return now;
    }
    const std::string first = co_await with.data->receive(middle);
    bytes += first;
    show();
    now = co_await moment(with, true);
    if (now != fate::goes_on) {
        co_return now;
    }
    if (first.size() == middle) {  // else that was the end
        const std::string second = co_await with.data->receive(never);
        bytes += second;
        show();
    }
    now = co_await moment(with, true);
    if (now != fate::goes_on) {
        co_return now;
    }
    put(path, bytes);
    with.data->close();
    with.data.reset();
    now = co_await moment(with, true);
    if (now == fate::goes_on) {
        co_await with.control.say("226 Transfer complete.");
    }
    co_return now;
}

std::string frail_server::listing() const
{
    std::string lines;
    for (const auto& [path, bytes] : files) {
        const auto name = path.substr(1);
        lines += has_mlst ? facts_of(path) + name + "\r\n"
                          : fmt::format("-rw-r--r-- 1 0 0 {} Jan  1  2024 {}\r\n", bytes.size(), name);
    }
    return lines;
}

awaitable<frail_server::fate> frail_server::send(connection& with, std::string bytes)
{
    co_await with.control.say("150 here it comes");
    const auto half = bytes.size() / 2;
    co_await with.data->send(bytes.substr(0, half));
    const fate middle_of_it = co_await moment(with);
    if (middle_of_it != fate::goes_on) {
        co_return middle_of_it;
    }
    co_await with.data->send(bytes.substr(half));
    with.data->close();
    with.data.reset();
    const fate now = co_await moment(with);
    if (now == fate::goes_on) {
        co_await with.control.say("226 done");
    }
    co_return now;
}

std::string frail_server::answer(connection& with, const std::string& verb, const std::string& argument)
{
    constexpr auto missing = "550 No such file or directory";
    const bool exists = files.contains(argument);
    if (verb == "EPSV") {
        with.data = std::make_unique<scripted_data>(with.control.listen());
        return "229 Entering Extended Passive Mode " + with.data->epsv_text();
    }
    if (verb == "PASV") {
        with.data = std::make_unique<scripted_data>(with.control.listen());
        return "227 Entering Passive Mode " + with.data->pasv_text();
    }
    if (verb == "REST") {
        with.rest = std::stoul(argument);
        return "350 go on";
    }
    if (verb == "RNFR") {
        with.renamed = exists ? argument : "";
        return exists ? "350 ready" : missing;
    }
    if (verb == "RNTO") {
        return rename(with, argument);
    }
    if (verb == "DELE") {
        return files.erase(argument) > 0 ? "250 gone" : missing;
    }
    if (verb == "MLST" && has_mlst) {
        const bool found = exists || argument == "/";
        return found ? "250-facts\r\n " + facts_of(argument) + argument + "\r\n250 end" : missing;
    }
    if (verb == "SIZE") {
        return exists ? fmt::format("213 {}", files[argument].size()) : missing;
    }
    if (verb == "MDTM") {
        return exists ? "213 " + time_of(argument) : missing;
    }
    if (verb == "CWD") {
        return argument == "/" ? "250 ok" : missing;
    }
    return verb == "NOOP" ? "200 ok" : "502 not implemented";
}

std::string frail_server::rename(connection& with, const std::string& to)
{
    if (with.renamed.empty()) {
        return "503 RNFR first";
    }
    const auto from = std::exchange(with.renamed, {});
    if (!renames_over && files.contains(to)) {
        return "550 " + to + ": Overwrite permission denied";
    }
    auto bytes = files[from];
    files.erase(from);
    put(to, std::move(bytes));
    return "250 done";
}

std::string frail_server::facts_of(const std::string& path) const
{
    const auto found = files.find(path);
    return found == files.end() ? "type=dir;modify=20240101000000; "
                                : fmt::format("type=file;size={};modify={}; ", found->second.size(), time_of(path));
}

std::string frail_server::time_of(const std::string& path) const
{
    const auto found = times_.find(path);
    const int seconds = found == times_.end() ? 0 : found->second;
    return fmt::format("2024010100{:02}{:02}", seconds / 60, seconds % 60);
}

void frail_server::put(const std::string& path, std::string bytes)
{
    files[path] = std::move(bytes);
    times_[path] = ++clock_;
}

}  // namespace ftpfs::test
