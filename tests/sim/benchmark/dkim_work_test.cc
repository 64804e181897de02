#include "sim/benchmark/dkim_work.h"

#include <gtest/gtest.h>

#include "fakes/auth/dkim_sign.h"
#include "fakes/auth/from_header.h"

namespace mailrig::benchmark {
namespace {

TEST(DkimWork, MessagesAreExactlyAsLongAsAskedForAndWellFormed) {
  const std::size_t least = [] {
    std::size_t size = 0;
    while (!sample_message(size)) ++size;
    return size;
  }();
  for (const std::size_t size :
       {least, least + 1, least + 2, least + 3, least + 5, std::size_t{5000}, std::size_t{1'000'000}}) {
    const auto message = sample_message(size);
    ASSERT_TRUE(message) << size;
    EXPECT_EQ(message->size(), size);
    EXPECT_EQ(auth::read_from_header(*message).author_domain(), "shop.example");
    EXPECT_EQ(message->find("\r\r"), std::string::npos);
    std::size_t line = 0;
    for (const char c : *message) {
      line = c == '\n' ? 0 : line + 1;
      EXPECT_LE(line, 998U);  // RFC 5322 §2.1.1
    }
  }
  EXPECT_FALSE(sample_message(least - 1));
}

// Each operation checks what it did, so that nothing wrong is ever measured.
TEST(DkimWork, EveryOperationWorksWithBothKindsOfKeys) {
  for (const auth::PrivateKey& key :
       {auth::PrivateKey::generate_rsa(1024).value(), auth::PrivateKey::generate_ed25519()}) {
    DkimWork work(key.pem(), sample_message(2000).value());
    for (int i = 0; i < 2; ++i) {
      work.raw_sign();
      work.sign();
      work.raw_verify();
      work.verify();
      work.canonicalize();
      work.hash();
    }
  }
}

}  // namespace
}  // namespace mailrig::benchmark
