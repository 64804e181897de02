// Any bytes as a message, as a header value, as an address and as the user's own mail: nothing may crash, and what is
// said of a message must hold after it was prepared for sending.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "fakes/base/check.h"
#include "fakes/mail/address.h"
#include "fakes/mail/body_digest.h"
#include "fakes/mail/eml.h"
#include "fakes/mail/encode.h"
#include "fakes/mail/header.h"
#include "fakes/mail/inspect.h"

using namespace mailrig;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);

  const mail::MessageTraits traits = mail::inspect(bytes);
  CHECK(traits.body_offset <= size);
  CHECK(traits.body_digest == mail::body_digest(bytes.substr(traits.body_offset)));
  mail::BodyDigest in_pieces;
  for (std::string_view rest = bytes; !rest.empty(); rest.remove_prefix(rest.size() < 3 ? rest.size() : 3)) {
    in_pieces.update(rest.substr(0, 3));
  }
  CHECK(in_pieces.digest() == mail::body_digest(bytes));

  if (const auto address = mail::parse_address(bytes)) CHECK(mail::parse_address(address->to_string()) == address);
  if (const auto mailbox = mail::first_mailbox(bytes)) CHECK(mail::is_domain(mailbox->address.domain));

  std::string field;
  mail::append_field(field, "Subject", mail::header_text(bytes));
  mail::append_field(field, "X-Raw", bytes);
  mail::HeaderReader reader(field);
  CHECK(reader.next().has_value());
  CHECK(reader.next().has_value());
  CHECK(!reader.next() && reader.body_offset() == field.size());

  const mail::Eml eml = mail::parse_eml(bytes, "fuzz");
  const std::string prepared = mail::prepare(eml, 7);
  CHECK(prepared.size() == mail::prepared_size(eml));
  const mail::MessageTraits sent = mail::inspect(prepared);
  CHECK(sent.rig_id == 7);
  CHECK(sent.body_digest == eml.body_digest);
  return 0;
}
