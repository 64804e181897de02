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
  bool https = false;        // an https URI is in List-Unsubscribe
  bool post = false;         // List-Unsubscribe-Post: List-Unsubscribe=One-Click

  // RFC 8058.
  bool one_click() const { return https && post; }

  // Takes note of one field of the header, if it is one of these.
  void heed(const mail::HeaderField& field);
};

ListFields read_list_fields(std::string_view message);

}  // namespace mailrig::content
