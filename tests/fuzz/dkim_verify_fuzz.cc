// Any bytes as a message with DKIM signatures, as a key record, and as a body in pieces: nothing may crash, nothing may
// depend on the pieces, and what is signed here must verify here.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "fakes/auth/dkim_sign.h"
#include "fakes/auth/dkim_verify.h"
#include "fakes/auth/key_record.h"
#include "fakes/auth/tag_list.h"
#include "fakes/base/check.h"
#include "fakes/mail/text.h"

using namespace mailrig;

namespace {

constexpr Instant now{std::chrono::seconds(1'790'000'000)};

// Answers every question with one text.
class OneText final : public dns::Resolver {
 public:
  explicit OneText(std::string_view text) : text_(text) {}
  dns::Answer lookup(const dns::Question& question) override {
    dns::Answer answer;
    answer.answers.push_back(dns::Record::txt(question.name, text_));
    return answer;
  }

 private:
  std::string text_;
};

class Collected final : public auth::CanonicalSink {
 public:
  void take(std::string_view run) override { text += run; }
  std::string text;
};

std::string canonical(auth::Canonicalization method, std::string_view body, std::size_t piece) {
  Collected sink;
  auth::BodyCanonicalizer canonicalizer(method, sink);
  for (std::size_t at = 0; at < body.size(); at += piece) canonicalizer.push(body.substr(at, piece));
  canonicalizer.finish();
  return sink.text;
}

const auth::PrivateKey& key() {
  static const auth::PrivateKey one = auth::PrivateKey::generate_ed25519();
  return one;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);

  // The first line is a key record, the rest a message.
  const std::size_t line = std::min(bytes.find('\n'), bytes.size());
  OneText resolver(bytes.substr(0, line));
  const std::string_view message = bytes.substr(std::min(line + 1, bytes.size()));
  const auth::DkimOutcome outcome = auth::DkimVerifier().verify(message, resolver, now);
  CHECK(outcome.signatures.size() <= auth::signatures_listed_max);
  for (const auth::SignatureVerdict& signature : outcome.signatures) {
    CHECK(signature.result != auth::DkimResult::none);
    CHECK(signature.reason.empty() == (signature.result == auth::DkimResult::pass));
  }
  CHECK(auth::TagList::parse(bytes).tags().size() <= auth::TagList::tags_max);
  static_cast<void>(auth::decode_base64(bytes));

  for (const auto method : {auth::Canonicalization::simple, auth::Canonicalization::relaxed}) {
    const std::string whole = canonical(method, bytes, bytes.size() + 1);
    CHECK(canonical(method, bytes, 7) == whole);
    CHECK(canonical(method, whole, 5) == whole);

    // A message that begins with white space would become part of the field in front of it.
    if (!message.empty() && mail::is_wsp(message.front())) continue;
    auto signer = auth::DkimSigner::make(
        {.domain = "example.com", .selector = "s1", .key = key(), .header = method, .body = method});
    OneText own(auth::key_record_text(key()));
    const std::string field = signer->sign(message, now);
    const auth::DkimOutcome again = auth::DkimVerifier().verify(field + std::string(message), own, now);
    CHECK(!again.signatures.empty() && again.signatures.front().result == auth::DkimResult::pass);
  }
  return 0;
}
