// A network of its own on this machine, with devices, addresses and ports of its own. It goes away when nobody is in
// it and the object is gone. Needs root. All throw std::system_error.
#pragma once

namespace ftpfs::bench {

class network_namespace {
public:
    // The one this thread is in.
    static network_namespace present();
    // A new, empty one, which this thread is in from now on.
    static network_namespace fresh();

    network_namespace(const network_namespace&) = delete;
    network_namespace& operator=(const network_namespace&) = delete;
    ~network_namespace();

    // Takes this thread there.
    void enter() const;

private:
    network_namespace();

    int descriptor_;
};

}  // namespace ftpfs::bench
