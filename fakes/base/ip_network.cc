#include "fakes/base/ip_network.h"

#include <fmt/format.h>

#include <charconv>

namespace mailrig {

Result<IpNetwork> IpNetwork::parse(std::string_view text) {
  const auto fault = [text](std::string_view why) {
    return Error{fmt::format("'{}' is no network{}; expected one such as 198.18.2.0/24", text, why)};
  };
  const auto slash = text.find('/');
  const auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return fault("");
  IpNetwork network;
  network.address_ = *address;
  const int bits = address->is_v6() ? 128 : 32;
  network.length_ = bits;
  if (slash == std::string_view::npos) return network;
  const std::string_view digits = text.substr(slash + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), network.length_);
  const bool readable = error == std::errc() && end == digits.data() + digits.size() && !digits.starts_with('-');
  if (!readable || network.length_ > bits) {
    return fault("");
  }
  if (address->network(network.length_) != *address) return fault(": bits are set behind its prefix");
  return network;
}

std::string IpNetwork::to_string() const {
  return fmt::format("{}/{}", address_.to_string(), length_);
}

}  // namespace mailrig
