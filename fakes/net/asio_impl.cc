// Asio's own function bodies, compiled once for the whole program (BOOST_ASIO_SEPARATE_COMPILATION): every other file
// that includes Asio then only sees declarations and templates.
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
