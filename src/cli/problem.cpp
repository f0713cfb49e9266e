#include "ftpfs/cli/problem.hpp"

#include <boost/throw_exception.hpp>

#include <stdexcept>

namespace ftpfs::cli {

void throw_exception_from_error(const problem& why, const boost::source_location& where)
{
    boost::throw_exception(std::logic_error{why.message}, where);
}

}  // namespace ftpfs::cli
