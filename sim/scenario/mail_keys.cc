// Keys of `lists` and `mail`: to whom, and what.
#include "sim/scenario/draft.h"

namespace mailrig::scenario {
namespace {

using config::Errors;
using config::Node;
using config::Presence;
using config::Type;

// Nothing that the rig composes should be able to fill the memory of the machine.
constexpr std::uint64_t message_bytes_max = 1'000'000'000;

Type<mail::Mailbox> mailbox() {
  return config::custom<mail::Mailbox>(
      [](const Node& node, mail::Mailbox& into, Errors& errors) {
        auto found = node.is_scalar() ? mail::first_mailbox(node.text()) : std::nullopt;
        if (!found) return errors.add(node, "expected \"Name <user@example.com>\", found " + describe(node));
        into = std::move(*found);
      },
      {{"type", "string"}});
}

Type<std::string> reverse_path() {
  return config::custom<std::string>(
      [](const Node& node, std::string& into, Errors& errors) {
        if (node.is_scalar() && (node.text().empty() || node.text() == "<>")) {
          into.clear();
        } else if (node.is_scalar() && mail::parse_address(node.text())) {
          into = node.text();
        } else {
          errors.add(node, "expected user@example.com or \"<>\", found " + describe(node));
        }
      },
      {{"type", "string"}});
}

struct SizeKeys {
  std::optional<std::uint64_t> min;
  std::optional<std::uint64_t> median;
  std::optional<std::uint64_t> max;
};

Type<SizeKeys> size_keys() {
  config::Table<SizeKeys> table{"size"};
  table.key("min", &SizeKeys::min, config::size(), "Smallest; default a quarter of the median")
      .key("median", &SizeKeys::median, config::size(), "Half are smaller; default midway between min and max")
      .key("max", &SizeKeys::max, config::size(), "Largest; default four times the median");
  return config::object(std::move(table));
}

Type<SizeRange> size_range() {
  const auto fixed = config::size();
  const auto spread = size_keys();
  boost::json::object schema{{"anyOf", boost::json::array{fixed.schema(), spread.schema()}}};
  return config::custom<SizeRange>(
      [fixed, spread](const Node& node, SizeRange& into, Errors& errors) {
        if (node.is_scalar()) {
          std::uint64_t bytes = 0;
          if (!fixed.read(node, bytes, errors)) return;
          into = {bytes, bytes, bytes};
        } else {
          SizeKeys keys;
          if (!spread.read(node, keys, errors)) return;
          if (!keys.median && !(keys.min && keys.max)) return errors.add(node, "needs 'median', or 'min' and 'max'");
          into.median = keys.median ? *keys.median : *keys.min + (std::max(*keys.max, *keys.min) - *keys.min) / 2;
          into.min = keys.min.value_or(into.median / 4);
          into.max = keys.max.value_or(into.median * 4);
        }
        if (into.min > into.median || into.median > into.max) errors.add(node, "min, median and max must ascend");
        if (into.median == 0) errors.add(node, "must be more than 0");
        if (into.max > message_bytes_max) errors.add(node, "must be at most 1GB");
      },
      std::move(schema));
}

Type<AttachmentSpec> attachment() {
  config::Table<AttachmentSpec> table{"attachment"};
  table.key("name", &AttachmentSpec::name, config::text(), "File name", Presence::required)
      .key("size", &AttachmentSpec::size, config::size(), "Of the file, before encoding", Presence::required)
      .key("type", &AttachmentSpec::type, config::text(), "Media type; guessed from the name by default");
  return config::object(std::move(table));
}

// `auto` leaves the choice to whoever composes the text.
Type<std::optional<mail::TransferEncoding>> encoding() {
  using Encoding = std::optional<mail::TransferEncoding>;
  return config::one_of<Encoding>({{"auto", std::nullopt},
                                   {"quoted-printable", mail::TransferEncoding::quoted_printable},
                                   {"base64", mail::TransferEncoding::base64},
                                   {"8bit", mail::TransferEncoding::eight_bit},
                                   {"7bit", mail::TransferEncoding::seven_bit}});
}

void check_own_messages(const Node& node, MailDraft& mail, Errors& errors) {
  if (!mail.files_path) return;
  for (const char* key : {"subject", "size", "language", "encoding", "attachments", "reply_to"}) {
    if (const Node* given = node.find(key)) {
      errors.add(*given, "does not go together with 'files', whose messages are sent as they are");
    }
  }
}

}  // namespace

config::Table<ListDraft> list_keys() {
  config::Table<ListDraft> table{"list"};
  table.key("count", &List::count, config::count(), "How many recipients to make up")
      .key("file", &ListDraft::file_path, config::located(config::text()),
           "Addresses from a file instead: one per line, or CSV with a column 'address'")
      .key("local", &List::local, config::text(), "What made-up local parts begin with; default the list's name")
      .key("unknown", &List::unknown_ppm, config::share(), "Share of recipients that do not exist")
      .key("full", &List::full_ppm, config::share(), "Share of recipients whose mailbox is full")
      .key("disabled", &List::disabled_ppm, config::share(), "Share of recipients whose mailbox is disabled")
      .key("traps", &List::trap_ppm, config::share(),
           "Share of spam traps: addresses that take mail and hold it against the sender")
      .key("contacts", &List::contacts_ppm, config::share(),
           "Share of recipients who have the sender's domain in their address book; default: the receiver's "
           "`mailboxes.contacts`")
      .remember_location(&List::at)
      .check([](const Node& node, ListDraft& list, Errors& errors) {
        if (list.file_path.has_value() == (node.find("count") != nullptr)) {
          errors.add(node, "needs either 'count' or 'file'");
        } else if (!list.file_path && list.count == 0) {
          errors.add(*node.find("count"), "must be more than 0");
        }
        if (const Node* local = node.find("local"); local == nullptr) {
          list.local = list.name;
        } else if (!mail::parse_address(list.local + "1@example.com")) {
          errors.add(*local, "'" + list.local + "' is no beginning of a local part");
        }
        if (std::uint64_t{list.unknown_ppm} + list.full_ppm + list.disabled_ppm + list.trap_ppm > 1'000'000) {
          errors.add(node, "'unknown', 'full', 'disabled' and 'traps' are more than 100% together");
        }
      });
  return table;
}

config::Table<feedback::ReaderHabits> reader_keys() {
  using Habits = feedback::ReaderHabits;
  config::Table<Habits> table{"readers"};
  table.key("open", &Habits::open_ppm, config::share(), "Share of the copies in the inbox that are opened")
      .key("click", &Habits::click_ppm, config::share(), "Whose links are clicked")
      .key("reply", &Habits::reply_ppm, config::share(), "That are answered: to Reply-To, or else to From")
      .key("unsubscribe", &Habits::unsubscribe_ppm, config::share(), "Whose readers unsubscribe")
      .key("complain", &Habits::complain_ppm, config::share(), "That are reported as spam")
      .key("machine_open", &Habits::machine_open_ppm, config::share(),
           "Whose pictures the provider fetches at once, whoever reads them")
      .key("spam_folder", &Habits::spam_folder_ppm, config::share(), "Share of people who look into the spam folder")
      .key("after", &Habits::open_after, config::duration(), "Mean time until a copy is opened");
  return table;
}

config::Table<MailDraft> mail_keys() {
  config::Table<MailDraft> table{"mail"};
  table.key("sender", &Mail::sender, config::located(config::text()), "Which sender sends it; default the only one")
      .key("from", &Mail::from, mailbox(), "From field; default no-reply@<sender's domain>")
      .key("reply_to", &Mail::reply_to, mailbox(), "Reply-To field")
      .key("subject", &Mail::subject, config::text(), "Made up in the mail's language by default")
      .key("kind", &Mail::kind,
           config::one_of<MailKind>({{"transactional", MailKind::transactional},
                                     {"marketing", MailKind::marketing},
                                     {"notification", MailKind::notification}}),
           "What kind of mail it is")
      .key("size", &Mail::size, size_range(),
           "Of the whole message without its signatures: one size, {median}, or {min, max}")
      .key("language", &Mail::language,
           config::one_of<Language>({{"en", Language::en}, {"zh", Language::zh}, {"mixed", Language::mixed}}),
           "Of subject and text")
      .key<std::optional<mail::TransferEncoding>>("encoding", &Mail::encoding, encoding(), "Of the text")
      .key("attachments", &Mail::attachments, config::list_of(attachment()), "Attached files, made up")
      .key("deadline", &Mail::deadline, config::duration(), "Later than this is late (rates.on_time)")
      .key(
          "priority", &Mail::priority,
          config::one_of<pacing::Priority>(
              {{"high", pacing::Priority::high}, {"normal", pacing::Priority::normal}, {"low", pacing::Priority::low}}),
          "What is more urgent overtakes in the reference sender's queue; default normal")
      .key("recipients", &Mail::recipients, config::integer<std::uint32_t>(1, 1'000), "Of one message")
      .key("envelope_from", &MailDraft::envelope_from_given, reverse_path(),
           "MAIL FROM; default bounces@<sender's domain>")
      .key("verp", &Mail::verp, config::boolean(), "A MAIL FROM of its own for every message")
      .key("sign", &Mail::sign, config::boolean(), "Sign it with the sender's keys, where there are any")
      .key("tamper", &Mail::tamper,
           config::one_of<Tamper>({{"none", Tamper::none}, {"body", Tamper::body}, {"header", Tamper::header}}),
           "Changes one octet of the body, or of the Subject, after signing")
      .key("readers", &Mail::readers, config::object(reader_keys()), "What people do with it; not said: nothing")
      .key("files", &MailDraft::files_path, config::located(config::text()),
           "Your own messages: an .eml file, a folder of them or a Maildir")
      .remember_location(&Mail::at)
      .check(check_own_messages);
  return table;
}

}  // namespace mailrig::scenario
