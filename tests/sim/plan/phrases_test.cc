#include "sim/plan/phrases.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "fakes/mail/text.h"

namespace mailrig::plan {
namespace {

using scenario::Language;

TEST(Phrases, AreInTheirLanguage) {
  for (const auto& phrases : {sentences(Language::en), subjects(Language::en)}) {
    for (const std::string_view phrase : phrases) EXPECT_TRUE(mail::is_ascii(phrase)) << phrase;
  }
  for (const auto& phrases : {sentences(Language::zh), subjects(Language::zh)}) {
    for (const std::string_view phrase : phrases) {
      EXPECT_TRUE(mail::is_utf8(phrase)) << phrase;
      EXPECT_TRUE(std::none_of(phrase.begin(), phrase.end(), [](char c) { return mail::is_letter(c); })) << phrase;
    }
  }
  for (const std::string_view subject : subjects(Language::mixed)) {
    EXPECT_FALSE(mail::is_ascii(subject)) << subject;
    EXPECT_TRUE(std::any_of(subject.begin(), subject.end(), [](char c) { return mail::is_letter(c); })) << subject;
  }
}

TEST(Phrases, SalutationsDiffer) {
  EXPECT_TRUE(mail::is_ascii(salutation(Language::en).before));
  EXPECT_FALSE(mail::is_ascii(salutation(Language::zh).before));
}

}  // namespace
}  // namespace mailrig::plan
