// The socket type of the live runtime. It names its executor instead of hiding it behind any_io_executor, which spares
// a virtual call and its bookkeeping on every operation.
#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace mailrig::net {

using Executor = boost::asio::io_context::executor_type;
using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Executor>;

}  // namespace mailrig::net
