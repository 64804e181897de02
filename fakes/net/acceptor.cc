#include "fakes/net/acceptor.h"

#include <fmt/format.h>

#include <utility>

#include "fakes/net/endpoint.h"

namespace mailrig::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

Error cannot_listen(const asio::ip::tcp::endpoint& endpoint, const error_code& error) {
  std::string_view remedy;
  if (error == asio::error::address_in_use) {
    remedy = "; another program listens there: stop it or choose another port";
  } else if (error == asio::error::access_denied) {
    remedy = "; ports below 1024 are for root: choose a higher port or grant CAP_NET_BIND_SERVICE";
  } else if (error == boost::system::errc::address_not_available) {
    remedy = "; this machine does not have that address: use one of 127.0.0.0/8 or set it up on an interface first";
  } else if (error == asio::error::no_descriptors) {
    remedy = "; raise the limit of open files (ulimit -n)";
  }
  return {fmt::format("cannot listen on {}: {}{}", to_string(endpoint), error.message(), remedy)};
}

}  // namespace

Result<Acceptor> open_acceptor(asio::io_context& io, const asio::ip::tcp::endpoint& endpoint) {
  Acceptor acceptor(io);
  error_code error;
  acceptor.open(endpoint.protocol(), error);
  // Connections of a listener that was closed a moment ago linger in TIME_WAIT and must not keep it from coming back.
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return cannot_listen(endpoint, error);
  return acceptor;
}

}  // namespace mailrig::net
