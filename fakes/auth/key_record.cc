#include "fakes/auth/key_record.h"

#include <algorithm>
#include <utility>

#include "fakes/auth/tag_list.h"
#include "fakes/mail/encode.h"
#include "fakes/mail/text.h"

namespace mailrig::auth {
namespace {

constexpr std::size_t listed_values_max = 100;

// Whether a colon-separated value has one of the items (any case: RFC 6376 §3.6.1 writes them as ABNF literals).
bool lists_any(std::string_view value, std::initializer_list<std::string_view> items) {
  const auto listed = split_value(value, ':', listed_values_max);
  return listed && std::any_of(listed->begin(), listed->end(), [&](std::string_view one) {
           return std::any_of(items.begin(), items.end(),
                              [&](std::string_view item) { return mail::equals_ignoring_case(one, item); });
         });
}

// Fills in the record; what is wrong with it, in words, otherwise.
std::string read_key_record(KeyRecord& record, std::string_view text) {
  if (text.size() > key_record_octets_max) return "key record: too long";
  const TagList tags = TagList::parse(text);
  if (!tags.valid()) return "key record: " + std::string(in_words(tags.fault()));
  if (const Tag* version = tags.find("v")) {
    if (version->value != "DKIM1") return "key record: unknown version (v=)";
    if (version != tags.tags().data()) return "key record: v= is not the first tag";
  }
  const std::string_view type = tags.value("k").value_or("rsa");
  if (mail::equals_ignoring_case(type, "ed25519")) {
    record.type = KeyType::ed25519;
  } else if (!mail::equals_ignoring_case(type, "rsa")) {
    return "key record: unknown key type (k=)";
  }
  if (const auto hashes = tags.value("h")) record.allows_sha256 = lists_any(*hashes, {"sha256"});
  if (const auto services = tags.value("s")) record.for_email = lists_any(*services, {"*", "email"});
  if (const auto flags = tags.value("t")) {
    record.testing = lists_any(*flags, {"y"});
    record.strict_identity = lists_any(*flags, {"s"});
  }

  const auto key_text = tags.value("p");
  if (!key_text) return "key record: no p=";
  if (key_text->empty()) {
    record.revoked = true;
    return "key revoked";
  }
  const auto octets = decode_base64(*key_text);
  if (!octets) return "key record: p= is not base64";
  record.key = record.type == KeyType::rsa ? PublicKey::rsa(*octets) : PublicKey::ed25519(*octets);
  if (!record.key) return "key record: p= is no usable " + std::string(to_string(record.type)) + " key";
  return {};
}

}  // namespace

KeyRecord parse_key_record(std::string_view text) {
  KeyRecord record;
  record.fault = read_key_record(record, text);
  return record;
}

std::string key_record_text(const PrivateKey& key, bool testing) {
  std::string text = "v=DKIM1; k=";
  text += to_string(key.type());
  if (testing) text += "; t=y";
  return text + "; p=" + mail::base64(key.public_bytes());
}

std::shared_ptr<KeyRecord> BoundedKeyCache::get(std::string_view text) {
  if (text.size() > key_record_octets_max) return std::make_shared<KeyRecord>(parse_key_record(text));
  if (const auto found = recent_.find(text); found != recent_.end()) return found->second;
  std::shared_ptr<KeyRecord> record;
  if (const auto found = older_.find(text); found != older_.end()) {
    record = found->second;
  } else {
    record = std::make_shared<KeyRecord>(parse_key_record(text));
  }
  if (recent_.size() >= records_max_) older_ = std::exchange(recent_, {});
  recent_.emplace(text, record);
  return record;
}

}  // namespace mailrig::auth
