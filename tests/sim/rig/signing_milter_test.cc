#include "sim/rig/signing_milter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mailrig::rig {
namespace {

using auth::PrivateKey;
using scenario::DkimAlgorithm;
using scenario::Signer;
using testing::HasSubstr;
using testing::Not;

const MilterInstance milter{"/run/mailrig/milter/1", 8891};

auth::SigningOptions key(std::string selector, PrivateKey with = PrivateKey::generate_ed25519()) {
  return {.domain = "shop.example", .selector = std::move(selector), .key = std::move(with)};
}

std::string file(const std::vector<MilterFile>& files, std::string_view name) {
  for (const MilterFile& each : files) {
    if (each.name == name) return each.content;
  }
  ADD_FAILURE() << "no file " << name;
  return {};
}

scenario::Sender sender(Signer signer, std::vector<std::string> selectors) {
  scenario::Sender s;
  s.name = "shop";
  s.signer = signer;
  for (std::string& selector : selectors) {
    s.dkim.emplace_back();
    s.dkim.back().selector = std::move(selector);
    s.dkim.back().algorithm = DkimAlgorithm::rsa_sha256;
  }
  return s;
}

std::string fault(const scenario::Sender& s) {
  const auto able = check_signer(s);
  return able ? std::string() : able.error().message;
}

TEST(SigningMilter, OpenDkimSignsOnceWithEachKeyWhateverTheFrom) {
  const std::vector keys = {key("s1"), key("s2")};
  const auto files = milter_files(Signer::opendkim, milter, keys, 1000);
  EXPECT_EQ(file(files, "keys"),
            "1 shop.example:s1:/run/mailrig/milter/1/1.key\n2 shop.example:s2:/run/mailrig/milter/1/2.key\n");
  EXPECT_EQ(file(files, "signing"), "* 1\n* 2\n");
  EXPECT_EQ(file(files, "2.key"), keys[1].key->pem());
  const std::string config = file(files, "config");
  EXPECT_THAT(config, HasSubstr("Mode s\n"));  // it must not judge
  EXPECT_THAT(config, HasSubstr("MultipleSignatures yes\n"));
  EXPECT_THAT(config, HasSubstr("Socket inet:8891@127.0.0.1\n"));
  EXPECT_THAT(config, HasSubstr("SignatureAlgorithm ed25519-sha256\n"));
  EXPECT_THAT(config, HasSubstr("Canonicalization relaxed/relaxed\n"));
  EXPECT_THAT(config, HasSubstr("OversignHeaders From\n"));
}

TEST(SigningMilter, OpenDkimFollowsTheKey) {
  auto simple = key("s1", PrivateKey::generate_rsa(1024).value());
  simple.body = auth::Canonicalization::simple;
  simple.oversigned.clear();
  const std::vector keys = {simple};
  const std::string config = file(milter_files(Signer::opendkim, milter, keys, 1000), "config");
  EXPECT_THAT(config, HasSubstr("SignatureAlgorithm rsa-sha256\n"));
  EXPECT_THAT(config, HasSubstr("Canonicalization relaxed/simple\n"));
  EXPECT_THAT(config, Not(HasSubstr("OversignHeaders")));
}

TEST(SigningMilter, RspamdOnlySigns) {
  const std::vector keys = {key("s1", PrivateKey::generate_rsa(1024).value()), key("s2")};
  const auto files = milter_files(Signer::rspamd, milter, keys, 1000);
  const std::string config = file(files, "config");
  EXPECT_THAT(config,
              HasSubstr(R"({ domain = "shop.example", selector = "s1", key = "/run/mailrig/milter/1/1.key" })"));
  EXPECT_THAT(config,
              HasSubstr(R"({ domain = "shop.example", selector = "s2", key = "/run/mailrig/milter/1/2.key" })"));
  EXPECT_THAT(config, HasSubstr("bind_socket = \"127.0.0.1:8891\""));
  EXPECT_THAT(config, HasSubstr("actions { reject = null; add_header = null; greylist = null; }"));
  EXPECT_EQ(file(files, "1.key"), keys[0].key->pem());
  // 64 octets in base64: rspamd reads no PEM of Ed25519.
  EXPECT_EQ(file(files, "2.key").size(), 88U);
}

TEST(SigningMilter, RspamdsTimeOutsLastSecondsOfTheWall) {
  const std::vector keys = {key("s1")};
  EXPECT_THAT(file(milter_files(Signer::rspamd, milter, keys, 1000), "config"), HasSubstr("task_timeout = 10s;"));
  const std::string fast = file(milter_files(Signer::rspamd, milter, keys, 60'000), "config");
  EXPECT_THAT(fast, HasSubstr("task_timeout = 600s;"));
  EXPECT_THAT(fast, HasSubstr("timeout = 600s; count"));
}

TEST(SigningMilter, TextForLuaIsQuoted) {
  const std::vector keys = {key("s\"1\\")};
  const std::string config = file(milter_files(Signer::rspamd, milter, keys, 1000), "config");
  EXPECT_THAT(config, HasSubstr(R"(selector = "s\"1\\")"));
}

TEST(SigningMilter, MailrigItselfSignsAnything) {
  scenario::Sender s = sender(Signer::builtin, {"s1", "s2"});
  s.dkim[1].from = std::chrono::hours(1);
  EXPECT_EQ(fault(s), "");
  EXPECT_EQ(fault(sender(Signer::builtin, {})), "");
}

TEST(SigningMilter, SaysWhatAMilterCannotDo) {
  EXPECT_EQ(fault(sender(Signer::opendkim, {"s1", "s2"})), "");
  EXPECT_EQ(fault(sender(Signer::rspamd, {"s1", "s2"})), "");
  EXPECT_THAT(fault(sender(Signer::rspamd, {})), HasSubstr("senders.shop: rspamd has nothing to sign with"));

  scenario::Sender rotating = sender(Signer::opendkim, {"s1", "s2"});
  rotating.dkim[1].from = std::chrono::hours(1);
  EXPECT_THAT(fault(rotating), HasSubstr("OpenDKIM and the key 's2'"));
  EXPECT_THAT(fault(rotating), HasSubstr("remove `from` and `until`"));

  scenario::Sender mixed = sender(Signer::opendkim, {"s1", "s2"});
  mixed.dkim[1].algorithm = DkimAlgorithm::ed25519_sha256;
  EXPECT_THAT(fault(mixed), HasSubstr("one algorithm"));
  mixed.signer = Signer::rspamd;
  EXPECT_EQ(fault(mixed), "");
  mixed.dkim[0].body = auth::Canonicalization::simple;
  EXPECT_THAT(fault(mixed), HasSubstr("relaxed/relaxed"));
}

}  // namespace
}  // namespace mailrig::rig
