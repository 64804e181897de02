// Any bytes as a message with ARC sets: nothing may crash, a chain without a key never passes, and what is sealed here
// validates here.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "fakes/auth/arc_seal.h"
#include "fakes/auth/arc_verify.h"
#include "fakes/auth/key_record.h"
#include "fakes/base/check.h"
#include "fakes/mail/text.h"

using namespace mailrig;

namespace {

constexpr Instant now{std::chrono::seconds(1'790'000'000)};

class OneKey final : public dns::Resolver {
 public:
  explicit OneKey(const auth::PrivateKey& key) : text_(auth::key_record_text(key)) {}
  dns::Answer lookup(const dns::Question& question) override {
    dns::Answer answer;
    answer.answers.push_back(dns::Record::txt(question.name, text_));
    return answer;
  }

 private:
  std::string text_;
};

const auth::PrivateKey& key() {
  static const auth::PrivateKey one = auth::PrivateKey::generate_ed25519();
  return one;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  OneKey resolver(key());
  const auth::ArcOutcome chain = auth::ArcVerifier().verify(bytes, resolver, now);
  CHECK(chain.result != auth::ArcResult::pass);  // nobody else has the key
  CHECK(chain.instances <= auth::arc_instances_max);
  CHECK(chain.reason.empty() == (chain.result == auth::ArcResult::none));

  auto sealer = auth::ArcSealer::make({.domain = "example.com", .selector = "s1", .key = key()});
  const std::string set = sealer->seal(bytes, chain, auth::collected_results(bytes, "mx.example.com"), now);
  CHECK(set.empty() == (chain.ended || chain.instances >= auth::arc_instances_max));
  // A message that begins with white space would become part of the field in front of it.
  if (set.empty() || (!bytes.empty() && mail::is_wsp(bytes.front()))) return 0;
  const auth::ArcOutcome again = auth::ArcVerifier().verify(set + std::string(bytes), resolver, now);
  CHECK(again.instances == chain.instances + 1);
  CHECK(again.result == (chain.result == auth::ArcResult::none ? auth::ArcResult::pass : auth::ArcResult::fail));
  return 0;
}
