// Random programs of operations, compared with a tree in memory that does what a local file system would.
#include "filesystem/writing_fixture.hpp"

#include <cstdlib>
#include <map>
#include <random>

namespace ftpfs::fs {
namespace {

class model : public writing_fixture {
protected:
    struct node {
        bool directory = false;
        std::string bytes;
        bool linked = true;
    };
    struct open_one {
        handle_id handle{};
        std::shared_ptr<node> file;
        bool writes = false;
        bool appends = false;
        std::string name;  // for messages: what it was opened as
    };

    model() { tree["/"] = directory(); }

    static std::shared_ptr<node> directory()
    {
        auto made = std::make_shared<node>();
        made->directory = true;
        return made;
    }

    unsigned any(unsigned below) { return static_cast<unsigned>(random() % below); }

    std::string any_path()
    {
        static const std::vector<std::string> names{"/a",   "/b", "/c",   "/d",   "/d/a",
                                                    "/d/b", "/e", "/e/a", "/d/f", "/d/f/a"};
        return names[any(static_cast<unsigned>(names.size()))];
    }

    bool has_directory(const std::string& path) const
    {
        const auto found = tree.find(path);
        return found != tree.end() && found->second->directory;
    }
    bool is_empty(const std::string& path) const
    {
        const auto first = tree.lower_bound(path + "/");
        return first == tree.end() || !first->first.starts_with(path + "/");
    }
    static std::string parent_of(const std::string& path) { return test::path(path).parent().str(); }

    // --- one step each ---

    awaitable<> open_something(std::string path)
    {
        const auto parent = parent_of(path);
        if (!has_directory(parent) || handles.size() > 6 || has_directory(path)) {
            co_return;
        }
        const auto directory = co_await find(parent);
        const auto name = test::name(test::path(path).name());
        const int access = std::vector<int>{O_RDONLY, O_WRONLY, O_RDWR}[any(3)];
        const int extra = (any(3) == 0 ? O_APPEND : 0) | (any(4) == 0 && access != O_RDONLY ? O_TRUNC : 0);
        open_one made;
        made.writes = access != O_RDONLY;
        made.appends = (extra & O_APPEND) != 0;
        made.name = path;
        if (const auto known = tree.find(path); known != tree.end()) {
            const auto found = co_await files->lookup(directory, name);
            const auto opened = co_await files->open(found.value().inode, access | extra);
            EXPECT_TRUE(opened.has_value()) << "open " << path;
            if (!opened) {
                co_return;
            }
            made.handle = opened->handle;
            made.file = known->second;
            if ((extra & O_TRUNC) != 0) {
                made.file->bytes.clear();
            }
        } else {
            const auto opened = co_await files->create(directory, name, access | extra | O_CREAT, 0644);
            EXPECT_TRUE(opened.has_value()) << "create " << path;
            if (!opened) {
                co_return;
            }
            made.handle = opened->file.handle;
            made.file = std::make_shared<node>();
            tree[path] = made.file;
        }
        handles.push_back(std::move(made));
    }

    awaitable<> write_something()
    {
        if (handles.empty()) {
            co_return;
        }
        const auto& one = handles[any(static_cast<unsigned>(handles.size()))];
        if (!one.writes) {
            co_return;
        }
        auto& bytes = one.file->bytes;
        const auto size = 1 + any(any(4) == 0 ? 300 * KiB : 2000);
        const auto text = pattern(size, static_cast<unsigned>(random()));
        auto at = any(2) == 0 || one.appends ? bytes.size() : any(static_cast<unsigned>(bytes.size()) + 3000);
        const auto written = co_await write(one.handle, at, text);
        EXPECT_TRUE(written.has_value()) << "write " << one.name << ": " << (written ? "" : to_string(written.error()));
        bytes.resize(std::max(bytes.size(), at + text.size()));
        bytes.replace(at, text.size(), text);
    }

    awaitable<> read_something()
    {
        if (handles.empty()) {
            co_return;
        }
        const auto one = handles[any(static_cast<unsigned>(handles.size()))];
        const auto at = any(static_cast<unsigned>(one.file->bytes.size()) + 10);
        const auto size = 1 + any(200 * KiB);
        const auto got = co_await files->read(one.handle, at, size);
        if (!one.file->linked && !got) {
            EXPECT_EQ(got.error(), errc::version_changed);
            co_return;
        }
        EXPECT_TRUE(got.has_value()) << "read " << one.name << ": " << (got ? "" : to_string(got.error()));
        if (got) {
            const auto expected = at < one.file->bytes.size() ? one.file->bytes.substr(at, size) : std::string{};
            EXPECT_TRUE(joined(*got) == expected) << "read " << one.name << " at " << at << " size " << size;
        }
    }

    awaitable<> flush_or_close()
    {
        if (handles.empty()) {
            co_return;
        }
        const auto place = any(static_cast<unsigned>(handles.size()));
        const auto one = handles[place];
        const auto flushed = co_await files->flush(one.handle);
        EXPECT_TRUE(flushed.has_value()) << "flush " << one.name << ": " << (flushed ? "" : to_string(flushed.error()));
        if (any(2) == 0) {
            files->release(one.handle);
            handles.erase(handles.begin() + place);
        }
    }

    awaitable<> truncate_something(std::string path)
    {
        const auto known = tree.find(path);
        if (known == tree.end() || known->second->directory) {
            co_return;
        }
        const auto inode = co_await find(path);
        attribute_request request;
        request.size = any(3) == 0 ? 0 : any(static_cast<unsigned>(known->second->bytes.size()) + 5000);
        const auto done = co_await files->set_attributes(inode, request, std::nullopt);
        EXPECT_TRUE(done.has_value()) << "truncate " << path << ": " << (done ? "" : to_string(done.error()));
        known->second->bytes.resize(*request.size);
        if (done) {
            EXPECT_EQ(done->attributes.st_size, static_cast<off_t>(*request.size)) << path;
        }
    }

    awaitable<> remove_something(std::string path)
    {
        const auto parent = parent_of(path);
        if (!has_directory(parent)) {
            co_return;
        }
        const auto directory = co_await find(parent);
        const auto name = test::name(test::path(path).name());
        const auto known = tree.find(path);
        if (any(3) > 0) {
            const bool possible = known != tree.end() && !known->second->directory;
            const auto done = co_await files->remove(directory, name);
            EXPECT_EQ(done.has_value(), possible) << "remove " << path;
            if (possible) {
                known->second->linked = false;
                tree.erase(known);
            }
            co_return;
        }
        const bool possible = known != tree.end() && known->second->directory && is_empty(path);
        const auto done = co_await files->remove_directory(directory, name);
        EXPECT_EQ(done.has_value(), possible) << "rmdir " << path;
        if (possible) {
            tree.erase(known);
        }
    }

    awaitable<> make_something(std::string path)
    {
        const auto parent = parent_of(path);
        if (!has_directory(parent)) {
            co_return;
        }
        const auto at = co_await find(parent);
        const bool possible = !tree.contains(path);
        const auto made = co_await files->make_directory(at, test::name(test::path(path).name()), 0755);
        EXPECT_EQ(made.has_value(), possible) << "mkdir " << path;
        if (possible) {
            tree[path] = directory();
        }
    }

    awaitable<> rename_something(std::string from, std::string to)
    {
        if (!has_directory(parent_of(from)) || !has_directory(parent_of(to)) || to.starts_with(from + "/")) {
            co_return;
        }
        const auto parent = co_await find(parent_of(from));
        const auto new_parent = co_await find(parent_of(to));
        const auto source = tree.find(from);
        const auto target = tree.find(to);
        bool possible = source != tree.end();
        if (possible && target != tree.end() && from != to) {
            possible = source->second->directory == target->second->directory && is_empty(to);
        }
        const auto done = co_await files->rename(parent, test::name(test::path(from).name()), new_parent,
                                                 test::name(test::path(to).name()), 0);
        EXPECT_EQ(done.has_value(), possible)
            << "rename " << from << " " << to << (done ? "" : ": " + to_string(done.error()));
        if (!possible || from == to) {
            co_return;
        }
        if (target != tree.end()) {
            target->second->linked = false;
            tree.erase(target);
        }
        std::map<std::string, std::shared_ptr<node>> moved;
        for (auto at = tree.begin(); at != tree.end();) {
            if (at->first == from || at->first.starts_with(from + "/")) {
                moved.emplace(to + at->first.substr(from.size()), at->second);
                at = tree.erase(at);
            } else {
                ++at;
            }
        }
        tree.merge(moved);
    }

    awaitable<> look(std::string path)
    {
        const auto known = tree.find(path);
        if (known == tree.end()) {
            if (has_directory(parent_of(path))) {
                EXPECT_FALSE((co_await stat_of(path)).has_value()) << path;
            }
        } else if (known->second->directory) {
            std::vector<std::string> expected;
            for (const auto& [child, what] : tree) {
                if (child != "/" && parent_of(child) == path) {
                    expected.emplace_back(test::path(child).name());
                }
            }
            EXPECT_EQ(co_await names_in(path), expected) << path;
        } else {
            const auto seen = co_await stat_of(path);
            EXPECT_TRUE(seen.has_value()) << path;
            EXPECT_EQ(seen ? seen->st_size : -1, static_cast<off_t>(known->second->bytes.size())) << path;
        }
    }

    awaitable<> step()
    {
        const auto path = any_path();
        const auto other = any_path();
        switch (any(12)) {
        case 0:
        case 1: co_await open_something(path); break;
        case 2:
        case 3:
        case 4: co_await write_something(); break;
        case 5: co_await read_something(); break;
        case 6: co_await flush_or_close(); break;
        case 7: co_await truncate_something(path); break;
        case 8: co_await remove_something(path); break;
        case 9: co_await make_something(path); break;
        case 10: co_await rename_something(path, other); break;
        default: co_await look(path); break;
        }
        if (any(10) == 0) {
            pass(std::chrono::seconds{any(15)});
        }
    }

    awaitable<> finish()
    {
        for (const auto& one : handles) {
            const auto closed = co_await close(one.handle);
            EXPECT_TRUE(closed.has_value())
                << "close " << one.name << ": " << (closed ? "" : to_string(closed.error()));
        }
        handles.clear();
        std::vector<std::string> expected;
        for (const auto& [path, what] : tree) {
            if (path != "/") {
                expected.push_back(path);
            }
            if (!what->directory) {
                EXPECT_TRUE(on_server(path) == what->bytes) << path;
                EXPECT_TRUE(co_await read_all(path) == what->bytes) << path;
            }
        }
        std::vector<std::string> there;
        for (const auto& [path, what] : tree) {
            if (what->directory) {
                for (const auto& name : remote->names_in(path)) {
                    there.push_back(path == "/" ? "/" + name : path + "/" + name);
                }
            }
        }
        std::ranges::sort(there);
        std::ranges::sort(expected);
        EXPECT_EQ(there, expected);
    }

    std::mt19937 random;
    std::map<std::string, std::shared_ptr<node>> tree;
    std::vector<open_one> handles;
};

// The same programs in every run, unless FTPFS_SEED asks for others.
unsigned first_seed()
{
    const char* asked = std::getenv("FTPFS_SEED");
    return asked == nullptr ? 20'261'121U : static_cast<unsigned>(std::strtoul(asked, nullptr, 10));
}

class random_programs : public model, public testing::WithParamInterface<unsigned> {};

TEST_P(random_programs, do_what_a_local_file_system_would)
{
    const auto seed = first_seed() + GetParam();
    SCOPED_TRACE("FTPFS_SEED=" + std::to_string(seed) + " repeats it as the first program");
    random.seed(seed);
    const auto kind = seed % 8;
    settings.upload = (kind & 1U) != 0 ? upload_mode::atomic : upload_mode::stream;
    remote->set_append_supported((kind & 2U) == 0);
    if ((kind & 4U) != 0) {
        remote->limit_sessions(1);
    }
    play([&]() -> awaitable<> {
        for (int number = 0; number < 150 && !HasFailure(); ++number) {
            co_await step();
        }
        co_await finish();
    });
}

INSTANTIATE_TEST_SUITE_P(model, random_programs, testing::Range(0U, 48U));

}  // namespace
}  // namespace ftpfs::fs
