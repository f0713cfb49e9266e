// SOCKS5 (RFC 1928), with user and password (RFC 1929) where there are some. Internal to proxy_handshake.
#pragma once

#include "ftpfs/net/proxy_handshake.hpp"

namespace ftpfs::net {

class socks5_handshake final : public proxy_handshake {
public:
    socks5_handshake(const proxy& via, std::string host, std::uint16_t port);

    secret take_output() override;
    std::size_t wanted() const noexcept override { return needed_ - input_.size(); }
    result<> feed(std::string_view bytes) override;

private:
    enum class step { method, login, answer, length, address };

    result<> take();
    result<> choose_method(unsigned method);
    result<> judge_answer();
    void expect(step next, std::size_t bytes);
    std::string request() const;

    std::string host_;
    std::uint16_t port_;
    std::string user_;
    secret password_;
    secret output_;
    step step_ = step::method;
    std::string input_;  // of this step
    std::size_t needed_ = 2;
};

}  // namespace ftpfs::net
