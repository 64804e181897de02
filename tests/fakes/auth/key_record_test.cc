#include "fakes/auth/key_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fakes/auth/key_lookup.h"
#include "tests/fakes/auth/suite.h"

namespace mailrig::auth {
namespace {

using ::testing::StartsWith;

constexpr std::string_view ed25519_p = "p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

KeyRecord with(std::string_view tags) {
  return parse_key_record(std::string(tags) + std::string(ed25519_p));
}

// RFC 8463 §4.2 and RFC 6376 §3.6.1: what is left out.
TEST(KeyRecord, HasTheDefaultsOfTheRfc) {
  const KeyRecord record = with("k=ed25519;");
  EXPECT_EQ(record.fault, "");
  ASSERT_TRUE(record.key);
  EXPECT_EQ(record.type, KeyType::ed25519);
  EXPECT_TRUE(record.allows_sha256);
  EXPECT_TRUE(record.for_email);
  EXPECT_FALSE(record.testing);
  EXPECT_FALSE(record.strict_identity);
  EXPECT_EQ(parse_key_record("p=").type, KeyType::rsa);
}

// RFC 6376 §3.6.1: "This tag MUST be the first tag in the record. Records beginning with a "v=" tag with any other
// value MUST be discarded."
TEST(KeyRecord, HoldsToTheVersion) {
  EXPECT_EQ(with("v=DKIM1; k=ed25519; ").fault, "");
  EXPECT_EQ(with("v=DKIM2; k=ed25519; ").fault, "key record: unknown version (v=)");
  EXPECT_EQ(with("v=dkim1; k=ed25519; ").fault, "key record: unknown version (v=)");
  EXPECT_EQ(with("k=ed25519; v=DKIM1; ").fault, "key record: v= is not the first tag");
}

// RFC 6376 §3.6.1: "An empty value means that this public key has been revoked."
TEST(KeyRecord, TellsRevokedFromMissingAndBroken) {
  const KeyRecord revoked = parse_key_record("v=DKIM1; p= ;");
  EXPECT_TRUE(revoked.revoked);
  EXPECT_EQ(revoked.fault, "key revoked");
  EXPECT_EQ(parse_key_record("v=DKIM1; k=rsa").fault, "key record: no p=");
  EXPECT_EQ(parse_key_record("v=DKIM1; p=***").fault, "key record: p= is not base64");
  EXPECT_EQ(parse_key_record("v=DKIM1; p=AAAA").fault, "key record: p= is no usable rsa key");
  EXPECT_EQ(parse_key_record("v=DKIM1; k=ed25519; p=AAAA").fault, "key record: p= is no usable ed25519 key");
  EXPECT_EQ(parse_key_record("v=spf1 -all").fault, "key record: unknown version (v=)");
  EXPECT_EQ(parse_key_record("hello").fault, "key record: not a tag list");
  EXPECT_EQ(parse_key_record("").fault, "key record: not a tag list");
}

// RFC 6376 §3.6.1: k= "Unrecognized key types MUST be ignored"; h=, s= and t= are lists whose unknown items are
// ignored.
TEST(KeyRecord, ReadsLists) {
  EXPECT_EQ(with("k=ecdsa;").fault, "key record: unknown key type (k=)");
  EXPECT_TRUE(with("k=ed25519; h=sha1 : SHA256;").allows_sha256);
  EXPECT_FALSE(with("k=ed25519; h=sha1;").allows_sha256);
  EXPECT_TRUE(with("k=ed25519; s=tlsrpt:email;").for_email);
  EXPECT_TRUE(with("k=ed25519; s=*;").for_email);
  EXPECT_FALSE(with("k=ed25519; s=tlsrpt;").for_email);
  EXPECT_TRUE(with("k=ed25519; t=y;").testing);
  EXPECT_TRUE(with("k=ed25519; t=x:s;").strict_identity);
  EXPECT_FALSE(with("k=ed25519; t=ys;").testing);
}

// RFC 6376 §3.6.1: n= are notes, and "Unrecognized tags MUST be ignored" (§3.2), such as the g= of RFC 4871.
TEST(KeyRecord, IgnoresNotesAndUnknownTags) {
  EXPECT_EQ(with("k=ed25519; n=; g=nobody; future=1;").fault, "");
}

TEST(KeyRecord, IsBounded) {
  EXPECT_EQ(parse_key_record("n=" + std::string(65'536, 'x') + ";p=AAAA").fault, "key record: too long");
}

TEST(KeyRecord, IsWrittenAndReadAgain) {
  const PrivateKey rsa = *PrivateKey::generate_rsa(1024);
  const std::string text = key_record_text(rsa, true);
  EXPECT_THAT(text, StartsWith("v=DKIM1; k=rsa; t=y; p=MIG"));
  const KeyRecord record = parse_key_record(text);
  EXPECT_EQ(record.fault, "");
  EXPECT_TRUE(record.testing);
  EXPECT_EQ(record.key->bits(), 1024);
  EXPECT_THAT(key_record_text(PrivateKey::generate_ed25519()), StartsWith("v=DKIM1; k=ed25519; p="));
}

TEST(BoundedKeyCache, ParsesOnceAndForgetsTheOldest) {
  BoundedKeyCache cache(2);
  const std::string first = "k=ed25519; " + std::string(ed25519_p);
  const auto kept = cache.get(first);
  EXPECT_EQ(cache.get(first), kept);
  cache.get("a=1; p=");
  EXPECT_EQ(cache.get(first), kept);
  for (int i = 0; i < 4; ++i) cache.get("b" + std::to_string(i) + "=1; p=");
  EXPECT_NE(cache.get(first), kept) << "it was not asked for while four others came";
}

// RFC 6376 §3.6.2.1 and §3.6.2.2: the name asked for; strings of one record are put together without a blank.
TEST(FindKeys, AsksUnderDomainkeyAndJoinsStrings) {
  suite::Resolver resolver;
  dns::Record record = dns::Record::txt("s._domainkey.example.com", "", 120);
  record.data = dns::Txt{{"k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg", "7hcvPapiMlrwIaaPcHURo="}};
  resolver.add(record);
  const KeyAnswer answer = find_keys(resolver, nullptr, "s", "example.com", 10);
  ASSERT_EQ(answer.records.size(), 1U);
  EXPECT_EQ(answer.records[0]->fault, "");
  EXPECT_EQ(answer.ttl_s, 120U);
  EXPECT_FALSE(answer.temporary);
}

// An alias is the resolver's affair (RFC 1034 §3.6.2); large senders publish their customers' keys that way.
TEST(FindKeys, FollowsAliases) {
  suite::Resolver resolver;
  resolver.cname("s._domainkey.example.com", "key.hosted.example");
  resolver.txt("key.hosted.example", "k=ed25519; " + std::string(ed25519_p));
  EXPECT_EQ(find_keys(resolver, nullptr, "s", "example.com", 10).records.size(), 1U);
}

}  // namespace
}  // namespace mailrig::auth
