// Asio's own code, compiled once (BOOST_ASIO_SEPARATE_COMPILATION): half the build time of every other file.
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
