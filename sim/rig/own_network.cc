#include "sim/rig/own_network.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <memory>
#include <string>

#include "sim/rig/system.h"

namespace mailrig::rig {
namespace {

class ControlSocket {
 public:
  ControlSocket() : descriptor_(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {}
  ~ControlSocket() { close(descriptor_); }
  ControlSocket(const ControlSocket&) = delete;
  ControlSocket& operator=(const ControlSocket&) = delete;

  bool bring_up(const std::string& interface) const {
    ifreq request = named(interface);
    if (ioctl(descriptor_, SIOCGIFFLAGS, &request) != 0) return false;
    request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP);
    return ioctl(descriptor_, SIOCSIFFLAGS, &request) == 0;
  }
  // On a loopback device the whole network of an address is local, so that a /24 needs one address only.
  bool add_address(const std::string& label, std::uint32_t address, std::uint32_t mask) const {
    ifreq request = named(label);
    set(request.ifr_addr, address);
    if (ioctl(descriptor_, SIOCSIFADDR, &request) != 0) return false;
    set(request.ifr_netmask, mask);
    return ioctl(descriptor_, SIOCSIFNETMASK, &request) == 0;
  }

 private:
  static ifreq named(const std::string& name) {
    ifreq request{};
    name.copy(request.ifr_name, IFNAMSIZ - 1);
    return request;
  }
  static void set(sockaddr& into, std::uint32_t address) {
    sockaddr_in in{};
    in.sin_family = AF_INET;
    in.sin_addr.s_addr = htonl(address);
    std::memcpy(&into, &in, sizeof in);
  }

  int descriptor_;
};

}  // namespace

Result<void> enter_own_network(const std::vector<IpAddress>& networks, const std::vector<IpAddress>& addresses) {
  if (unshare(CLONE_NEWNET) != 0) return system_error("cannot make a network namespace");
  const ControlSocket control;
  if (!control.bring_up("lo")) return system_error("cannot bring up the loopback device");
  int labels = 0;
  const auto add = [&](const IpAddress& address, std::uint32_t mask) {
    return control.add_address(fmt::format("lo:{}", ++labels), address.to_v4(), mask);
  };
  for (const IpAddress& network : networks) {
    if (!add(network, 0xffffff00)) return system_error("cannot add the network of " + network.to_string());
  }
  for (const IpAddress& address : addresses) {
    if (!add(address, 0xffffffff)) return system_error("cannot add the address " + address.to_string());
  }
  return {};
}

Result<void> check_only_loopback() {
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return system_error("cannot list the network's interfaces");
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owner(list, &freeifaddrs);
  for (const ifaddrs* entry = list; entry != nullptr; entry = entry->ifa_next) {
    if ((entry->ifa_flags & IFF_LOOPBACK) == 0) {
      return Error{
          fmt::format("the network has an interface {} that leads outside; mail could leave", entry->ifa_name)};
    }
  }
  return {};
}

}  // namespace mailrig::rig
