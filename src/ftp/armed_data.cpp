#include "ftpfs/ftp/armed_data.hpp"

#include <utility>

namespace ftpfs::ftp {

void armed_data::arm(data_link link, time_point now)
{
    link_ = std::move(link);
    since_ = now;
}

bool armed_data::ready(time_point now)
{
    return link_ && now < lapses_at() && link_->connection->usable();
}

bool armed_data::connected(time_point now)
{
    return ready(now) && link_->connection->connected();
}

std::optional<data_link> armed_data::take(time_point now)
{
    auto link = ready(now) ? std::move(link_) : std::nullopt;
    link_.reset();
    return link;
}

armed_data::time_point armed_data::lapses_at() const noexcept
{
    return link_ ? since_ + kept_for : time_point::max();
}

void armed_data::lapse(time_point now)
{
    if (now >= lapses_at()) {
        link_.reset();
    }
}

}  // namespace ftpfs::ftp
