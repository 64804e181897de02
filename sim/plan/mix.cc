#include "sim/plan/mix.h"

#include <fmt/format.h>

#include <algorithm>

#include "fakes/base/check.h"
#include "fakes/mail/inspect.h"
#include "fakes/mail/text.h"
#include "sim/plan/tamper.h"

namespace mailrig::plan {
namespace {

// Half of the draws lie evenly between min and median, half between median and max.
std::uint64_t draw_size(const scenario::SizeRange& range, std::uint64_t bits) {
  const bool upper = (bits & 1) != 0;
  const std::uint64_t low = upper ? range.median : range.min;
  const std::uint64_t high = upper ? range.max : range.median;
  return low + below(bits, high - low + 1);
}

// Variable envelope return paths: a bounce says by its recipient which message it is about.
std::string verp_address(std::string_view envelope_from, std::uint64_t id) {
  auto address = mail::parse_address(envelope_from);
  if (!address) return std::string(envelope_from);
  address->local += "+" + mail::format_rig_id(id);
  return address->to_string();
}

Error nothing_to_tamper(const scenario::Mail& mail, const mail::Eml& message) {
  return mail.at.error(fmt::format("mail.{}.tamper: there is no letter or digit in the {} of {} that could be changed",
                                   mail.name, mail.tamper == scenario::Tamper::body ? "body" : "Subject",
                                   message.file));
}

}  // namespace

Result<Traffic> Traffic::create(const scenario::Scenario& scenario, const ReceiverDomains& domains) {
  Traffic traffic(scenario.seed);
  for (const scenario::Mail& mail : scenario.mail) {
    auto kind = make_kind(scenario, mail);
    if (!kind) return kind.error();
    traffic.kinds_.push_back(std::move(*kind));
  }
  for (std::size_t i = 0; i < scenario.traffic.size(); ++i) {
    auto entry = traffic.make_entry(scenario, i, domains);
    if (!entry) return entry.error();
    traffic.entries_.push_back(std::move(*entry));
  }
  return traffic;
}

Result<Traffic::Kind> Traffic::make_kind(const scenario::Scenario& scenario, const scenario::Mail& mail) {
  if (mail.files.empty()) {
    auto generated = GeneratedMail::create(mail, scenario.senders[mail.sender_index].domain);
    if (!generated) return generated.error();
    return Kind{&mail, std::move(*generated)};
  }
  OwnMessages own;
  for (const auto& path : mail.files) {
    auto loaded = mail::load_messages(path);
    if (!loaded) return loaded.error();
    own.insert(own.end(), std::make_move_iterator(loaded->begin()), std::make_move_iterator(loaded->end()));
  }
  if (mail.tamper != scenario::Tamper::none) {
    for (const mail::Eml& message : own) {
      std::string copy = message.content;
      if (!tamper(copy, mail.tamper)) return nothing_to_tamper(mail, message);
    }
  }
  return Kind{&mail, std::move(own)};
}

Result<Traffic::Entry> Traffic::make_entry(const scenario::Scenario& scenario, std::size_t index,
                                           const ReceiverDomains& domains) const {
  const scenario::Traffic& traffic = scenario.traffic[index];
  auto recipients = Recipients::create(scenario.lists[traffic.list_index], traffic.to_ppm, domains, draw_);
  if (!recipients) return recipients.error();
  const std::string name = fmt::format("traffic/{}", index);
  Entry entry{.traffic = &traffic,
              .name = name,
              .ids = draw_.lots(name, "message-id"),
              .sizes = draw_.lots(name, "size"),
              .start = scenario.start + traffic.at,
              .recipients = std::move(*recipients)};
  if (const auto* generated = std::get_if<GeneratedMail>(&kinds_[traffic.mail_index].content)) {
    const std::uint32_t per_message = scenario.mail[traffic.mail_index].recipients;
    entry.smallest_size = generated->smallest_size(per_message, entry.recipients.address_octets_max());
  }
  return entry;
}

Arrivals Traffic::arrivals(std::size_t entry) const {
  const Entry& e = entries_[entry];
  return Arrivals(e.traffic->schedule, e.start, draw_, e.name);
}

std::optional<ClosedLoop> Traffic::closed_loop(std::size_t entry) const {
  const Entry& e = entries_[entry];
  return plan::closed_loop(e.traffic->schedule, e.start);
}

PlannedMessage Traffic::message(std::size_t entry, std::uint64_t slot, Instant intended) const {
  const Entry& e = entries_[entry];
  const Kind& kind = kinds_[e.traffic->mail_index];
  const scenario::Mail& mail = *kind.mail;

  PlannedMessage message;
  message.id = std::max<std::uint64_t>(e.ids.bits(slot), 1);
  message.traffic = static_cast<std::uint32_t>(entry);
  message.mail = e.traffic->mail_index;
  message.sender = mail.sender_index;
  message.slot = slot;
  message.intended = intended;
  const bool verp = mail.verp && !mail.envelope_from.empty();
  message.mail_from = verp ? verp_address(mail.envelope_from, message.id) : mail.envelope_from;
  message.recipients.reserve(mail.recipients);
  message.smtputf8 = !mail::is_ascii(message.mail_from);
  for (std::uint32_t r = 0; r < mail.recipients; ++r) {
    message.recipients.push_back(e.recipients.at(slot * mail.recipients + r));
    message.smtputf8 = message.smtputf8 || !mail::is_ascii(message.recipients.back().address);
  }

  if (const auto* generated = std::get_if<GeneratedMail>(&kind.content)) {
    const auto& trace = e.traffic->schedule.trace;
    const bool known = trace && trace->sizes_bytes[slot % trace->sizes_bytes.size()] > 0;
    const std::uint64_t drawn =
        known ? trace->sizes_bytes[slot % trace->sizes_bytes.size()] : draw_size(mail.size, e.sizes.bits(slot));
    message.size_bytes = std::max(drawn, e.smallest_size);
    message.smtputf8 = message.smtputf8 || generated->smtputf8();
    message.eight_bit = message.smtputf8 || generated->eight_bit();
  } else {
    const auto& own = std::get<OwnMessages>(kind.content);
    const mail::Eml& eml = own[slot % own.size()];
    message.size_bytes = mail::prepared_size(eml);
    message.smtputf8 = message.smtputf8 || eml.utf8_header;
    message.eight_bit = eml.eight_bit;
  }
  return message;
}

std::string Traffic::render(const PlannedMessage& message) const {
  const Kind& kind = kinds_[message.mail];
  if (const auto* own = std::get_if<OwnMessages>(&kind.content)) {
    return mail::prepare((*own)[message.slot % own->size()], message.id);
  }
  const Entry& e = entries_[message.traffic];
  return std::get<GeneratedMail>(kind.content).render(message, draw_.bits(e.name, "text", message.slot));
}

std::optional<std::uint64_t> Traffic::known_body_digest(const PlannedMessage& message) const {
  const auto* own = std::get_if<OwnMessages>(&kinds_[message.mail].content);
  if (own == nullptr) return std::nullopt;
  return (*own)[message.slot % own->size()].body_digest;
}

std::uint64_t Traffic::layout(const PlannedMessage& message) const {
  const auto* own = std::get_if<OwnMessages>(&kinds_[message.mail].content);
  return std::max<std::uint64_t>(combine(message.mail, own == nullptr ? 0 : message.slot % own->size()), 1);
}

bool Traffic::write_generated_message_id(std::string& out, std::size_t entry, std::uint64_t slot,
                                         std::uint64_t id) const {
  const Kind& kind = kinds_[entries_[entry].traffic->mail_index];
  const auto* generated = std::get_if<GeneratedMail>(&kind.content);
  if (generated == nullptr) return false;
  out.clear();
  generated->append_message_id(out, slot, id);
  return true;
}

}  // namespace mailrig::plan
