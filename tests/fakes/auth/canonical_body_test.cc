#include "fakes/auth/canonical_body.h"

#include <gtest/gtest.h>

#include "fakes/auth/canonical_hash.h"
#include "fakes/base/stable_hash.h"
#include "fakes/mail/encode.h"

namespace mailrig::auth {
namespace {

class Collected final : public CanonicalSink {
 public:
  void take(std::string_view run) override { text += run; }
  std::string text;
};

std::string in_pieces(Canonicalization method, std::string_view body, std::size_t octets) {
  Collected sink;
  BodyCanonicalizer canonicalizer(method, sink);
  for (std::size_t at = 0; at < body.size(); at += octets) canonicalizer.push(body.substr(at, octets));
  canonicalizer.finish();
  return sink.text;
}
std::string simple(std::string_view body) {
  return in_pieces(Canonicalization::simple, body, body.size() + 1);
}
std::string relaxed(std::string_view body) {
  return in_pieces(Canonicalization::relaxed, body, body.size() + 1);
}

// RFC 6376 §3.4.5, the examples.
TEST(CanonicalBody, DoesTheExamplesOfTheRfc) {
  const std::string_view body = " C \r\nD \t E\r\n\r\n\r\n";
  EXPECT_EQ(relaxed(body), " C\r\nD E\r\n");
  EXPECT_EQ(simple(body), " C \r\nD \t E\r\n");
}

// RFC 6376 §3.4.3: "If there is no body or no trailing CRLF on the message body, a CRLF is added."
TEST(CanonicalBody, SimpleAlwaysEndsWithOneLineEnd) {
  EXPECT_EQ(simple(""), "\r\n");
  EXPECT_EQ(simple("\r\n\r\n\r\n"), "\r\n");
  EXPECT_EQ(simple("a"), "a\r\n");
  EXPECT_EQ(simple("a\r\n \r\n\r\n"), "a\r\n \r\n");
  EXPECT_EQ(simple("\r\n\r\na"), "\r\n\r\na\r\n");
}

// RFC 6376 §3.4.4: "If the body is non-empty but does not end with a CRLF, a CRLF is added."
TEST(CanonicalBody, RelaxedHasNothingForNothing) {
  EXPECT_EQ(relaxed(""), "");
  EXPECT_EQ(relaxed("\r\n\r\n"), "");
  EXPECT_EQ(relaxed(" \t \r\n \r\n"), "");
  EXPECT_EQ(relaxed(" "), "");
  EXPECT_EQ(relaxed("a"), "a\r\n");
  EXPECT_EQ(relaxed("a "), "a\r\n");
}

// RFC 6376 §3.4.4: reduce sequences of WSP to a single SP; ignore all whitespace at the end of lines.
TEST(CanonicalBody, RelaxedReducesWhiteSpace) {
  EXPECT_EQ(relaxed("\ta\t\tb  c\t\r\n\t\r\n d"), " a b c\r\n\r\n d\r\n");
}

// RFC 6376 §5.3: line ends are CRLF before anything is signed. A bare CR ends no line.
TEST(CanonicalBody, TakesBareLfForALineEndAndBareCrForACharacter) {
  EXPECT_EQ(simple("a\nb\n\n"), "a\r\nb\r\n");
  EXPECT_EQ(relaxed("a \nb"), "a\r\nb\r\n");
  EXPECT_EQ(simple("a\r\r\nb\r"), "a\r\r\nb\r\r\n");
  EXPECT_EQ(relaxed("a \r b\r"), "a \r b\r\r\n");
}

// 3.4.4: octets beyond ASCII and control characters are no white space.
TEST(CanonicalBody, LeavesOtherOctetsAlone) {
  const std::string body = std::string("\x00\x01\x0b\x0c\x7f\xa0\xff", 7) + "\r\n";
  EXPECT_EQ(simple(body), body);
  EXPECT_EQ(relaxed(body), body);
}

// Bodies made of what matters, in every division into equal pieces: the division must not matter, and what is
// canonical already must stay.
TEST(CanonicalBody, DoesNotDependOnThePieces) {
  constexpr std::string_view letters[] = {"a", "bc", " ", "\t", "\r\n", "\n", "\r", "\r\n\r\n", "0123456789abcdefghij"};
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    std::string body;
    for (std::uint64_t i = 0; i < 60; ++i) {
      body += letters[stable_hash(std::to_string(seed * 1000 + i)) % std::size(letters)];
    }
    for (const Canonicalization method : {Canonicalization::simple, Canonicalization::relaxed}) {
      const std::string whole = in_pieces(method, body, body.size());
      for (const std::size_t octets : {1, 2, 3, 7, 16, 17, 33}) {
        ASSERT_EQ(in_pieces(method, body, octets), whole) << "seed " << seed << ", pieces of " << octets;
      }
      ASSERT_EQ(in_pieces(method, whole, whole.size()), whole) << "seed " << seed;
    }
  }
}

TEST(CanonicalBody, HasRoomForLongRunsAndManyEmptyLines) {
  std::string body(100'000, 'x');
  body += "\r\n";
  for (int i = 0; i < 10'000; ++i) body += "\r\n";
  EXPECT_EQ(relaxed(body).size(), 100'002U);
  EXPECT_EQ(relaxed(body + "y").size(), 100'002U + 20'000U + 3U);
}

std::string base64_of(const Sha256Digest& digest) {
  return mail::base64({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

// RFC 6376 §3.4.3 and §3.4.4 print the SHA-256 of an empty body.
TEST(BodyHasher, HashesTheEmptyBodyAsTheRfcDoes) {
  BodyHasher simple_hasher(Canonicalization::simple);
  EXPECT_EQ(base64_of(simple_hasher.finish().digest), "frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY=");
  BodyHasher relaxed_hasher(Canonicalization::relaxed);
  EXPECT_EQ(base64_of(relaxed_hasher.finish().digest), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
}

// RFC 6376 §3.5 on l=: "The number of octets in the body of the email after canonicalization included in the
// cryptographic hash".
TEST(BodyHasher, StopsAtTheLimitAndGoesOnCounting) {
  BodyHasher limited(Canonicalization::relaxed, 5);
  limited.push("ab  \r\ncd\r\nmore");
  const BodyHasher::Outcome outcome = limited.finish();
  EXPECT_EQ(outcome.digest, Sha256::of("ab\r\nc"));
  EXPECT_EQ(outcome.canonical_octets, 14U);
}

TEST(BodyHasher, ServesOneBodyAfterTheOther) {
  BodyHasher hasher(Canonicalization::relaxed);
  hasher.push("first \r");
  hasher.finish();
  hasher.begin(Canonicalization::simple);
  hasher.push("second ");
  EXPECT_EQ(hasher.finish().digest, Sha256::of("second \r\n"));
}

}  // namespace
}  // namespace mailrig::auth
