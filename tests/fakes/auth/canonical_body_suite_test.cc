// Canonical forms as other implementations have them.
#include <gtest/gtest.h>

#include "fakes/auth/canonical_body.h"
#include "fakes/auth/canonical_header.h"
#include "tests/fakes/auth/suite.h"

namespace mailrig::auth {
namespace {

class Digested final : public CanonicalSink {
 public:
  void take(std::string_view run) override { text += run; }
  std::string text;
};

std::string canonical(Canonicalization method, const std::vector<std::string>& pieces) {
  Digested sink;
  BodyCanonicalizer canonicalizer(method, sink);
  for (const std::string& piece : pieces) canonicalizer.push(piece);
  canonicalizer.finish();
  return sink.text;
}

std::vector<std::string> pieces_of(const boost::json::value& input) {
  if (input.is_string()) return {std::string(input.as_string())};
  std::vector<std::string> pieces;
  for (const auto& piece : input.as_array()) pieces.emplace_back(piece.as_string());
  return pieces;
}

TEST(CanonicalBodySuite, GoMsgauth) {
  if (!suite::present("dkim-go-msgauth")) GTEST_SKIP() << suite::absent("dkim-go-msgauth");
  const auto cases = suite::read_json(suite::folder("dkim-go-msgauth") / "canonicalization.json");
  suite::Tally tally("dkim-go-msgauth canonical forms", 24);
  const auto expect = [&](const boost::json::value& one, const std::string& seen) {
    EXPECT_EQ(seen, std::string(one.at("canonical").as_string())) << one.at("input");
    tally.count(seen == one.at("canonical").as_string());
  };
  for (const auto& one : cases.at("simpleCanonicalizerBodyTests").as_array()) {
    expect(one, canonical(Canonicalization::simple, pieces_of(one.at("input"))));
  }
  for (const auto& one : cases.at("relaxedCanonicalizerBodyTests").as_array()) {
    expect(one, canonical(Canonicalization::relaxed, pieces_of(one.at("input"))));
  }
  for (const auto& one : cases.at("relaxedCanonicalizerHeaderTests").as_array()) {
    std::string field;
    append_canonical_field(field, Canonicalization::relaxed, one.at("input").as_string());
    expect(one, field);
  }
}

// RFC 6376 §3.4.3 and §3.4.4 word for word, a character and a line at a time.
std::string by_the_letter(Canonicalization method, std::string_view body) {
  std::vector<std::string> lines;
  std::string line;
  for (std::size_t i = 0; i < body.size(); ++i) {
    if (body[i] == '\n' || body.substr(i, 2) == "\r\n") {
      if (body[i] == '\r') ++i;
      lines.push_back(std::exchange(line, {}));
    } else {
      line += body[i];
    }
  }
  if (!line.empty()) lines.push_back(line);
  if (method == Canonicalization::relaxed) {
    for (std::string& each : lines) {
      std::string reduced;
      for (const char c : each) {
        const bool blank = c == ' ' || c == '\t';
        if (blank && !reduced.empty() && reduced.back() == ' ') continue;
        reduced += blank ? ' ' : c;
      }
      if (!reduced.empty() && reduced.back() == ' ') reduced.pop_back();
      each = reduced;
    }
  }
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  if (lines.empty()) return method == Canonicalization::simple ? "\r\n" : "";
  std::string text;
  for (const std::string& each : lines) text += each + "\r\n";
  return text;
}

// The corpus says which shapes tell the methods apart, and leaves the expectation to the RFC.
TEST(CanonicalBodySuite, SecuredkimCorpus) {
  if (!suite::present("dkim-rfc8463-securedkim")) GTEST_SKIP() << suite::absent("dkim-rfc8463-securedkim");
  const auto corpus = suite::read_json(suite::folder("dkim-rfc8463-securedkim") / "canon-corpus.json");
  suite::Tally tally("dkim-rfc8463-securedkim bodies", 15);
  for (const auto& [name, one] : corpus.at("BODIES").as_object()) {
    const std::string body(one.at("body").as_string());
    bool passed = true;
    for (const Canonicalization method : {Canonicalization::simple, Canonicalization::relaxed}) {
      const std::string expected = by_the_letter(method, body);
      EXPECT_EQ(canonical(method, {body}), expected) << name;
      std::vector<std::string> octets;
      for (const char c : body) octets.emplace_back(1, c);
      EXPECT_EQ(canonical(method, octets), expected) << name << ", octet by octet";
      passed = passed && canonical(method, {body}) == expected && canonical(method, octets) == expected;
    }
    tally.count(passed);
  }
}

}  // namespace
}  // namespace mailrig::auth
