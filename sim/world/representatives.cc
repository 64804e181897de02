#include "sim/world/representatives.h"

#include "fakes/base/check.h"

namespace mailrig::world {

Representative represent(std::string content, std::uint64_t signature_octets) {
  Representative representative;
  representative.signature_octets = signature_octets;
  representative.traits = mail::inspect(content);
  representative.content = std::move(content);
  return representative;
}

void Representatives::release(const Representative& representative) {
  const auto found = by_key_.find(representative.key);
  CHECK(found != by_key_.end() && found->second.uses > 0);
  if (--found->second.uses > 0 || bytes_ <= bytes_kept_max_) return;
  bytes_ -= found->second.content.size();
  by_key_.erase(found);
}

}  // namespace mailrig::world
