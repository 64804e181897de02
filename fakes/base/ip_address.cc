#include "fakes/base/ip_address.h"

#include <arpa/inet.h>
#include <fmt/compile.h>
#include <fmt/format.h>

#include "fakes/base/check.h"
#include "fakes/base/stable_hash.h"

namespace mailrig {

IpAddress IpAddress::v4(std::uint32_t host_order) {
  IpAddress ip;
  for (std::size_t i = 0; i < 4; ++i) ip.bytes_[i] = static_cast<std::uint8_t>(host_order >> (24 - 8 * i));
  return ip;
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  const std::string terminated(text);
  IpAddress ip;
  if (inet_pton(AF_INET, terminated.c_str(), ip.bytes_.data()) == 1) return ip;
  if (inet_pton(AF_INET6, terminated.c_str(), ip.bytes_.data()) != 1) return std::nullopt;
  ip.v6_ = true;
  return ip;
}

bool IpAddress::is_loopback() const {
  if (!v6_) return bytes_[0] == 127;
  IpAddress one;
  one.v6_ = true;
  one.bytes_[15] = 1;
  return *this == one;
}

std::uint32_t IpAddress::to_v4() const {
  CHECK(!v6_);
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | bytes_[i];
  return value;
}

IpAddress IpAddress::network(int length) const {
  IpAddress result = *this;
  const int bits = v6_ ? 128 : 32;
  if (length >= bits) return result;
  auto at = static_cast<std::size_t>(length / 8);
  result.bytes_[at] &= static_cast<std::uint8_t>(0xff00U >> (length % 8));
  while (++at < result.bytes_.size()) result.bytes_[at] = 0;
  return result;
}

std::string IpAddress::to_string() const {
  if (!v6_) return fmt::format(FMT_COMPILE("{}.{}.{}.{}"), bytes_[0], bytes_[1], bytes_[2], bytes_[3]);
  char text[INET6_ADDRSTRLEN] = {};
  CHECK(inet_ntop(AF_INET6, bytes_.data(), text, sizeof text) != nullptr);
  return text;
}

std::string IpAddress::reverse_name() const {
  if (!v6_) return fmt::format("{}.{}.{}.{}.in-addr.arpa", bytes_[3], bytes_[2], bytes_[1], bytes_[0]);
  std::string name;
  for (std::size_t i = 16; i-- > 0;) name += fmt::format("{:x}.{:x}.", bytes_[i] & 0xf, bytes_[i] >> 4);
  return name + "ip6.arpa";
}

std::uint64_t IpAddress::hash() const {
  return stable_hash({reinterpret_cast<const char*>(bytes_.data()), v6_ ? std::size_t{16} : std::size_t{4}});
}

}  // namespace mailrig
