// Opens listening sockets, with error messages that say what to do. Thread-safe.
#pragma once

#include <boost/asio/basic_socket_acceptor.hpp>

#include "fakes/base/result.h"
#include "fakes/net/socket.h"

namespace mailrig::net {

using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, Executor>;

// Port 0 takes any free one.
Result<Acceptor> open_acceptor(boost::asio::io_context& io, const boost::asio::ip::tcp::endpoint& endpoint);

}  // namespace mailrig::net
