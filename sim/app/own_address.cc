#include "sim/app/own_address.h"

#include <fmt/format.h>

#include <charconv>

namespace mailrig::app {

Result<OwnAddress> parse_own_address(std::string_view text) {
  const auto colon = text.rfind(':');
  std::string_view host = text.substr(0, colon);
  if (host.size() > 1 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  const std::string_view port = colon == std::string_view::npos ? "" : text.substr(colon + 1);
  OwnAddress address;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  const auto ip = IpAddress::parse(host == "localhost" ? "127.0.0.1" : host);
  if (!ip || port.empty() || error != std::errc() || end != port.data() + port.size()) {
    return Error{fmt::format("'{}' is not an address and port such as 127.0.0.1:2525", text)};
  }
  if (!ip->is_loopback()) {
    return Error{
        fmt::format("{} is not a loopback address, and mailrig goes nowhere else; use 127.0.0.1:{}", text, port)};
  }
  address.ip = *ip;
  return address;
}

}  // namespace mailrig::app
