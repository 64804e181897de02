#include "fakes/auth/dkim_sign.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fakes/auth/dkim_verify.h"
#include "fakes/auth/key_record.h"
#include "tests/fakes/auth/suite.h"

namespace mailrig::auth {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr Instant signed_at{std::chrono::seconds(1'528'637'909)};
constexpr std::string_view unsigned_message =
    "From: Ann <ann@example.com>\r\n"
    "To: bob@example.net\r\n"
    "Subject: Hello,\r\n you\r\n"
    "X-Note: one\r\n"
    "X-Note: two\r\n"
    "\r\n"
    "Hello  Bob, \r\n\r\n";

const PrivateKey& signing_key() {
  static const PrivateKey one = PrivateKey::generate_ed25519();
  return one;
}

SigningOptions signing_options() {
  return {.domain = "example.com", .selector = "s1", .key = signing_key()};
}

std::string sign(SigningOptions options, std::string_view text = unsigned_message) {
  auto signer = DkimSigner::make(std::move(options));
  EXPECT_TRUE(signer) << signer.error().message;
  return signer->sign(text, signed_at);
}

DkimResult verify(std::string_view text, const PrivateKey& with = signing_key()) {
  suite::Resolver resolver;
  resolver.txt("s1._domainkey.example.com", key_record_text(with));
  return DkimVerifier().verify(text, resolver, signed_at).result();
}

std::string fault_of(SigningOptions options) {
  const auto signer = DkimSigner::make(std::move(options));
  return signer ? "" : signer.error().message;
}

// RFC 8463 Appendix A: message, key and signature. Ed25519 is deterministic (RFC 8032 §5.1.6), so that our signature
// over the same header and body must verify, and theirs against ours.
TEST(DkimSign, SignsTheMessageOfRfc8463) {
  const std::string_view rfc =
      "From: Joe SixPack <joe@football.example.com>\r\n"
      "To: Suzie Q <suzie@shopping.example.net>\r\n"
      "Subject: Is dinner ready?\r\n"
      "Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n"
      "Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n"
      "\r\n"
      "Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n";
  const auto seed = [] {
    constexpr std::string_view digits = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
    std::string octets;
    for (std::size_t i = 0; i < digits.size(); i += 2) {
      octets += static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16));
    }
    return octets;
  }();
  SigningOptions options{.domain = "football.example.com", .selector = "brisbane"};
  options.key = *PrivateKey::from_ed25519_seed(seed);
  options.fields = {"from", "to", "subject", "date", "message-id", "from", "subject", "date"};
  const std::string field = sign(options, rfc);
  EXPECT_THAT(field, HasSubstr("bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;"));
  suite::Resolver resolver;
  resolver.txt("brisbane._domainkey.football.example.com",
               "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
  EXPECT_EQ(DkimVerifier().verify(field + std::string(rfc), resolver, signed_at).result(), DkimResult::pass);
}

TEST(DkimSign, VerifiesInAllCanonicalizationsAndAlgorithms) {
  const PrivateKey rsa = *PrivateKey::generate_rsa(1024);
  for (const PrivateKey& one : {signing_key(), rsa}) {
    for (const auto header : {Canonicalization::simple, Canonicalization::relaxed}) {
      for (const auto body : {Canonicalization::simple, Canonicalization::relaxed}) {
        SigningOptions options = signing_options();
        options.key = one;
        options.header = header;
        options.body = body;
        const std::string field = sign(options);
        EXPECT_EQ(verify(field + std::string(unsigned_message), one), DkimResult::pass) << field;
      }
    }
  }
}

// RFC 6376 §3.4: what each form survives.
TEST(DkimSign, SurvivesWhatItsCanonicalizationAllows) {
  const std::string refolded =
      "from:  Ann <ann@example.com>\r\n"
      "To: bob@example.net\r\n"
      "Subject:\r\n\tHello, you \r\n"
      "X-Note: one\r\nX-Note: two\r\n"
      "\r\n"
      "Hello Bob,\r\n";
  EXPECT_EQ(verify(sign(signing_options()) + refolded), DkimResult::pass);
  SigningOptions strict = signing_options();
  strict.header = strict.body = Canonicalization::simple;
  EXPECT_EQ(verify(sign(strict) + refolded), DkimResult::fail);
  EXPECT_EQ(verify(sign(strict) + std::string(unsigned_message) + "\r\n\r\n"), DkimResult::pass);
}

TEST(DkimSign, WritesTheTagsThatAreAskedFor) {
  SigningOptions options = signing_options();
  options.identity = "a=b;c@mail.example.com";
  options.lifetime = std::chrono::hours(24);
  options.query_method = true;
  options.body_octets_max = 5;
  const std::string field = sign(options);
  EXPECT_THAT(field, StartsWith("DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed; d=example.com; s=s1;\r\n "));
  EXPECT_THAT(field, HasSubstr("i=a=3Db=3Bc@mail.example.com;"));
  EXPECT_THAT(field, HasSubstr("q=dns/txt;"));
  EXPECT_THAT(field, HasSubstr("t=1528637909;"));
  EXPECT_THAT(field, HasSubstr("x=1528724309;"));
  EXPECT_THAT(field, HasSubstr("l=5;"));
  EXPECT_THAT(field, EndsWith("\r\n"));
  EXPECT_EQ(verify(field + std::string(unsigned_message)), DkimResult::pass);

  options = signing_options();
  options.timestamp = false;
  EXPECT_THAT(sign(options), Not(HasSubstr("t=")));
}

// RFC 6376 §5.4 and §8.15: fields by default as they occur, and From once more.
TEST(DkimSign, SignsTheUsualFieldsAndOversignsFrom) {
  EXPECT_THAT(sign(signing_options()), HasSubstr(" h=From:Subject:To:From;"));
  SigningOptions options = signing_options();
  options.oversigned = {"Subject", "X-Note", "Cc"};
  EXPECT_THAT(sign(options), HasSubstr(" h=From:Subject:To:Subject:X-Note:X-Note:X-Note:Cc;"));
  EXPECT_EQ(verify(sign(options) + std::string(unsigned_message)), DkimResult::pass);
  EXPECT_EQ(verify(sign(options) + "Cc: eve@example.org\r\n" + std::string(unsigned_message)), DkimResult::fail);
}

// RFC 6376 §5.4.2: a name once for each instance, from the bottom up; and names of fields that do not exist.
TEST(DkimSign, SignsExactlyWhatIsListed) {
  SigningOptions options = signing_options();
  options.fields = {"from", "x-note", "reply-to"};
  const std::string field = sign(options);
  EXPECT_THAT(field, HasSubstr(" h=from:x-note:reply-to;"));
  std::string changed(unsigned_message);
  EXPECT_EQ(verify(field + changed.replace(changed.find("one"), 3, "ONE")), DkimResult::pass);
  EXPECT_EQ(verify(field + changed.replace(changed.find("two"), 3, "TWO")), DkimResult::fail);
}

// RFC 6376 §3.5 on z=: copies for diagnosis, which no verification looks at.
TEST(DkimSign, CopiesFields) {
  SigningOptions options = signing_options();
  options.fields = {"From", "Subject"};
  options.copied_fields = true;
  const std::string field = sign(options);
  std::string unfolded;
  for (const char c : field) {
    if (c != '\r' && c != '\n' && c != ' ') unfolded += c;
  }
  EXPECT_THAT(unfolded, HasSubstr(";z=From:=20Ann=20<ann@example.com>|Subject:=20Hello,=0D=0A=20you;bh="));
  EXPECT_EQ(verify(field + std::string(unsigned_message)), DkimResult::pass);
}

// RFC 5322 §2.1.1: lines SHOULD be no more than 78 characters.
TEST(DkimSign, FoldsItsLines) {
  SigningOptions options = signing_options();
  options.key = *PrivateKey::generate_rsa(2048);
  options.copied_fields = true;
  options.identity = "@a.very.long.name.of.a.host.within.that.domain.example.com";
  const std::string field = sign(options);
  std::size_t begin = 0;
  for (std::size_t end = 0; (end = field.find("\r\n", begin)) != std::string::npos; begin = end + 2) {
    EXPECT_LE(end - begin, 78U) << field.substr(begin, end - begin);
    EXPECT_EQ(field[begin] == ' ', begin > 0);
  }
  EXPECT_EQ(begin, field.size());
  EXPECT_EQ(verify(field + std::string(unsigned_message), *options.key), DkimResult::pass);
}

TEST(DkimSign, TakesTheBodyInPiecesAndMessageAfterMessage) {
  auto signer = DkimSigner::make(signing_options());
  const std::string whole = signer->sign(unsigned_message, signed_at);
  const std::size_t body = unsigned_message.find("\r\n\r\n") + 4;
  for (int round = 0; round < 2; ++round) {
    signer->begin(unsigned_message.substr(0, body));
    for (const char& c : unsigned_message.substr(body)) signer->push({&c, 1});
    EXPECT_EQ(signer->finish(signed_at), whole);
  }
}

// RFC 6376 §5.3: line ends are made CRLF before signing.
TEST(DkimSign, TakesLfForCrlf) {
  std::string with_lf(unsigned_message);
  std::erase(with_lf, '\r');
  EXPECT_EQ(verify(sign(signing_options(), with_lf) + std::string(unsigned_message)), DkimResult::pass);
}

TEST(DkimSign, SignsEmptyMessages) {
  EXPECT_EQ(verify(sign(signing_options(), "From: a@example.com\r\n") + "From: a@example.com\r\n"), DkimResult::pass);
  EXPECT_EQ(verify(sign(signing_options(), "") + "\r\n"), DkimResult::pass);
}

// h= stays within what verifiers read, oversigned names included.
TEST(DkimSign, IsBounded) {
  std::string many = "From: a@example.com\r\n";
  for (int i = 0; i < 10'000; ++i) many += "To: x\r\n";
  EXPECT_EQ(verify(sign(signing_options(), many) + many), DkimResult::pass);
}

TEST(DkimSign, SaysWhichOptionCannotBeUsed) {
  SigningOptions options = signing_options();
  options.key.reset();
  EXPECT_THAT(fault_of(options), HasSubstr("private key"));
  options = signing_options();
  options.domain = "example";
  EXPECT_THAT(fault_of(options), HasSubstr("'example' is no domain"));
  options = signing_options();
  options.selector = "a b";
  EXPECT_THAT(fault_of(options), HasSubstr("'a b' is no selector"));
  options = signing_options();
  options.identity = "ann@example.org";
  EXPECT_THAT(fault_of(options), HasSubstr("not within example.com"));
  options = signing_options();
  options.fields = {"To"};
  EXPECT_THAT(fault_of(options), HasSubstr("From must be among"));
  options.fields = {"From", "a b"};
  EXPECT_THAT(fault_of(options), HasSubstr("'a b' is no header field"));
  options = signing_options();
  options.lifetime = std::chrono::seconds(0);
  EXPECT_THAT(fault_of(options), HasSubstr("valid for a second"));
}

// The header shapes by which other implementations were found to differ, signed here and verified here.
TEST(DkimSignSuite, SecuredkimHeaders) {
  if (!suite::present("dkim-rfc8463-securedkim")) GTEST_SKIP() << suite::absent("dkim-rfc8463-securedkim");
  const auto corpus = suite::read_json(suite::folder("dkim-rfc8463-securedkim") / "canon-corpus.json");
  suite::Tally tally("dkim-rfc8463-securedkim header shapes", 11);
  for (const auto& [name, shape] : corpus.at("HEADERS").as_object()) {
    std::string text;
    for (const auto& field : corpus.at("BASE_HEADERS").as_array()) {
      text += suite::bytes_of(field.at(0)) + ": " + suite::bytes_of(field.at(1)) + "\r\n";
    }
    if (const auto* raw = shape.as_object().if_contains("raw")) text += suite::bytes_of(*raw) + "\r\n";
    if (const auto* extra = shape.as_object().if_contains("extra")) {
      for (const auto& field : extra->as_array()) {
        text += suite::bytes_of(field.at(0)) + ": " + suite::bytes_of(field.at(1)) + "\r\n";
      }
    }
    text += "\r\nbody\r\n";
    bool passed = true;
    for (const auto method : {Canonicalization::simple, Canonicalization::relaxed}) {
      SigningOptions options = signing_options();
      options.header = method;
      for (const auto& field : shape.at("sign_headers").as_array()) options.fields.push_back(suite::bytes_of(field));
      const bool verified = verify(sign(options, text) + text) == DkimResult::pass;
      EXPECT_TRUE(verified) << name;
      passed = passed && verified;
    }
    tally.count(passed);
  }
}

}  // namespace
}  // namespace mailrig::auth
