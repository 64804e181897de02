// Whether a message says that it goes to many, and how its recipients can end that. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "fakes/mail/header.h"

namespace mailrig::content {

struct ListFields {
  std::optional<std::string_view> unsubscribe{};  // the value of List-Unsubscribe (RFC 2369), folded as it is
  bool list = false;         // List-Unsubscribe, List-Id (RFC 2919), or Precedence: bulk, list or junk
  bool feedback_id = false;  // Gmail's Feedback-ID; sending services put it into all their mail
  // RFC 8058: an https URI in List-Unsubscribe, and List-Unsubscribe-Post: List-Unsubscribe=One-Click.
  bool one_click() const { return https_ && post_; }

  // Takes note of one field of the header, if it is one of these.
  void heed(const mail::HeaderField& field);

 private:
  bool https_ = false;
  bool post_ = false;
};

ListFields read_list_fields(std::string_view message);

}  // namespace mailrig::content
