#include "sim/world/sender_keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <optional>
#include <thread>
#include <utility>

#include "fakes/auth/key_record.h"

namespace mailrig::world {
namespace {

using auth::PrivateKey;
using MadeKey = std::optional<Result<PrivateKey>>;

Result<PrivateKey> make_key(const scenario::DkimKey& wanted) {
  if (wanted.key) return *wanted.key;
  if (wanted.algorithm == scenario::DkimAlgorithm::ed25519_sha256) return PrivateKey::generate_ed25519();
  return PrivateKey::generate_rsa(static_cast<int>(wanted.bits));
}

std::vector<MadeKey> make_keys(const std::vector<const scenario::DkimKey*>& wanted) {
  std::vector<MadeKey> made(wanted.size());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < wanted.size(); i = next++) made[i].emplace(make_key(*wanted[i]));
  };
  std::vector<std::thread> others;
  const std::size_t threads = std::min<std::size_t>(std::max(1U, std::thread::hardware_concurrency()), wanted.size());
  for (std::size_t i = 1; i < threads; ++i) others.emplace_back(work);
  work();
  for (std::thread& other : others) other.join();
  return made;
}

SigningKey signing_key(const scenario::DkimKey& wanted, PrivateKey key, Instant start) {
  return {.signing = {.domain = wanted.domain,
                      .selector = wanted.selector,
                      .key = std::move(key),
                      .header = wanted.header,
                      .body = wanted.body,
                      .oversigned = wanted.oversign},
          .from = start + wanted.from,
          .until = wanted.until ? start + *wanted.until : never,
          .published = wanted.publish};
}

}  // namespace

std::string SigningKey::record_text() const {
  return auth::key_record_text(*signing.key);
}

Result<SenderKeys> SenderKeys::make(const scenario::Scenario& scenario) {
  std::vector<const scenario::DkimKey*> wanted;
  for (const scenario::Sender& sender : scenario.senders) {
    for (const scenario::DkimKey& key : sender.dkim) wanted.push_back(&key);
  }
  std::vector<MadeKey> made = make_keys(wanted);

  SenderKeys result;
  std::map<std::string, std::string> records;
  auto next = made.begin();
  for (const scenario::Sender& sender : scenario.senders) {
    auto& keys = result.keys_.emplace_back();
    for (const scenario::DkimKey& key : sender.dkim) {
      Result<PrivateKey>& one = **next++;
      if (!one) return key.at.error(one.error().message);
      keys.push_back(signing_key(key, std::move(*one), scenario.start));
      // Whoever signs later counts on options that can be used.
      if (auto usable = auth::DkimSigner::make(keys.back().signing); !usable) {
        return key.at.error(fmt::format("senders.{}.dkim: {}", sender.name, usable.error().message));
      }
      const auto [record, is_new] = records.emplace(keys.back().record_name(), keys.back().record_text());
      if (!is_new && record->second != keys.back().record_text()) {
        return key.at.error(
            fmt::format("senders.{}.dkim: another sender has another key at {}; give one of them "
                        "another selector, or both the same key file",
                        sender.name, record->first));
      }
    }
  }
  return result;
}

}  // namespace mailrig::world
