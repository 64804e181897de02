#include "sim/app/mx_port.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace mailrig::app {

std::uint16_t usual_mx_port() {
  boost::asio::io_context io;
  boost::asio::ip::tcp::acceptor probe(io);
  boost::system::error_code error;
  const boost::asio::ip::tcp::endpoint endpoint(boost::asio::ip::make_address_v4("127.26.255.254"), 25);
  probe.open(endpoint.protocol(), error);
  probe.bind(endpoint, error);
  return error == boost::asio::error::access_denied ? 2525 : 25;
}

}  // namespace mailrig::app
