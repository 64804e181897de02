#include "fakes/base/domain_name.h"

#include <algorithm>

namespace mailrig {

bool has_name_lengths(std::string_view name) {
  if (name.size() > name_octets_max) return false;
  while (true) {
    const std::size_t dot = name.find('.');
    const std::size_t octets = std::min(dot, name.size());
    if (octets == 0 || octets > label_octets_max) return false;
    if (dot == std::string_view::npos) return true;
    name.remove_prefix(dot + 1);
  }
}

}  // namespace mailrig
