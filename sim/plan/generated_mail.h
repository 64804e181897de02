// Composes the messages of one mail kind, each to the exact size that was planned for it: nearly all of a message is
// copied from prebuilt parts. Immutable once made; share freely.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/base/result.h"
#include "sim/plan/message.h"
#include "sim/plan/text_block.h"
#include "sim/scenario/scenario.h"

namespace mailrig::plan {

class GeneratedMail {
 public:
  // An error when the text cannot be written in the encoding asked for.
  static Result<GeneratedMail> create(const scenario::Mail& mail, std::string_view sender_domain);

  // No message is smaller than this, whatever the scenario says: the header for so many recipients with addresses of
  // at most so many octets, one line of text, and the attachments. Some 600 octets for one recipient.
  std::uint64_t smallest_size(std::size_t recipients, std::size_t address_octets_max) const;

  // The message, message.size_bytes long: at least smallest_size(). `draw` decides the subject and where its text
  // begins.
  std::string render(const PlannedMessage& message, std::uint64_t draw) const;

  // Without angle brackets; the same in every rendering.
  void append_message_id(std::string& out, std::uint64_t slot, std::uint64_t id) const;

  bool smtputf8() const { return smtputf8_; }    // the sender's own addresses need it
  bool eight_bit() const { return eight_bit_; }  // the text does, or the addresses

 private:
  struct AttachedPart {
    std::string head;  // the boundary before it included
    std::uint64_t size = 0;
  };

  GeneratedMail(const scenario::Mail& mail, std::string_view sender_domain, mail::TransferEncoding encoding);
  void append_head(std::string& out, const PlannedMessage& message, std::string_view to,
                   std::string_view subject) const;
  std::string first_line(std::uint64_t id) const;

  scenario::Language language_;
  mail::TransferEncoding encoding_;
  bool smtputf8_ = false;
  bool eight_bit_ = false;
  bool marketing_ = false;
  std::string feedback_id_;  // of marketing mail
  std::string domain_;       // of the sender
  std::string from_;
  std::string reply_to_;
  std::vector<std::string> subjects_;  // encoded

  std::string before_text_;  // the rest of the header, and in a multipart message that of the text part
  TextBlock text_;
  std::vector<AttachedPart> attachments_;
  std::optional<AttachmentBlock> attachment_content_;
  std::string closing_;
  std::uint64_t fixed_octets_ = 0;  // of all but the head, the text after its first line, and the padding's value
};

}  // namespace mailrig::plan
