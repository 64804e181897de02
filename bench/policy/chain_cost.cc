// What a receiver's decisions cost, and what its memory of senders and recipients takes. No sockets, no bytes, no
// cryptography: the receiver is called as virtual time calls it. Prints one line of JSON.
//
//   chain_cost time PROFILE IDENTITIES judged|unjudged RECIPIENTS_PER_MESSAGE MESSAGES
//   chain_cost memory PROFILE recipients|senders COUNT
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>
#include <fstream>
#include <string>
#include <vector>

#include "fakes/base/check.h"
#include "fakes/base/stable_hash.h"
#include "fakes/receiver/receiver.h"

namespace {

using namespace mailrig;
using namespace std::chrono_literals;

const Instant start = *parse_rfc3339("2026-03-02T08:00:00Z");
// Between messages: so slow that no limit of a profile is reached, and a million, or ten million, to a day.
constexpr Duration step = 50ms;
constexpr Duration step_of_millions = 5ms;
constexpr std::size_t messages_per_connection = 10;

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

std::uint64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t total = 0;
  std::uint64_t resident = 0;
  statm >> total >> resident;
  return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

struct Sender {
  std::uint32_t number = 0;
  IpAddress ip;
  std::string domain;
  std::string from;
  std::string content;  // of all that it sends
};

// One in a network of its own.
Sender sender(std::uint32_t number) {
  const std::string domain = fmt::format("sender{}.example", number);
  return {
      .number = number,
      .ip = IpAddress::v4((20U << 24) + (number << 8) + 1),
      .domain = domain,
      .from = "news@" + domain,
      .content = fmt::format("From: News <news@{0}>\r\nTo: Anna <anna@isp.example>\r\nSubject: New in the garden\r\n"
                             "Date: Mon, 2 Mar 2026 08:00:00 +0000\r\nMessage-ID: <1@{0}>\r\n\r\nhello\r\n",
                             domain)};
}

class Traffic {
 public:
  Traffic(const std::string& profile, bool judged, Duration pace) : pace_(pace) {
    auto loaded = receiver::load_profile(profile);
    CHECK(loaded);
    domain_ = loaded->domains.front();
    zones_.add_reverse_zones();
    receiver_ = std::make_unique<receiver::Receiver>(profile, std::move(*loaded), receiver::Mailboxes(Draw(1)), Draw(1),
                                                     nullptr, judged ? &zones_ : nullptr);
    session_.mx_host = "mx." + domain_;
    session_.tls = policy::TlsVersion::tls1_3;
    message_.size = 10'000;
    message_.received_hops = 1;
  }

  // With records that its mail passes by, and a name that it is known under.
  void publish(const Sender& sender) {
    const auto added = [](const auto& result) { CHECK(result); };
    const std::string host = "mta." + sender.domain;
    added(zones_.add_zone(sender.domain));
    added(zones_.add(dns::Record::txt(sender.domain, "v=spf1 a:" + host + " -all")));
    added(zones_.add(dns::Record::mx(sender.domain, 10, host)));
    added(zones_.add(dns::Record::address(host, sender.ip)));
    added(zones_.add_ptr(sender.ip, host));
  }
  void remember(const Sender& sender) {
    receiver_->remember(start, {.ip = sender.ip, .domain = sender.domain, .days = 60, .copies_a_day = 1'000'000});
  }

  void connect(const Sender& sender) {
    session_.client_ip = sender.ip;
    if (passes(receiver_->connect(now_, session_))) passes(receiver_->helo(now_, session_, "mta." + sender.domain));
  }
  void disconnect() { receiver_->disconnected(now_, session_); }

  void mail(const Sender& sender) {
    now_ += pace_;
    open_ = session_.greeted && passes(receiver_->mail(now_, session_, {.from = sender.from}));
    message_.header_from_domain.assign(sender.domain);
    message_.content = sender.content;
    message_.content_key = sender.number + 1;
  }
  void rcpt(std::string_view address) {
    if (open_) passes(receiver_->rcpt(now_, session_, address));
  }
  void data() {
    if (!open_ || session_.recipients.empty()) return;
    const std::size_t recipients = session_.recipients.size();
    message_.rig_id = ++messages_;
    message_.message_id.clear();
    fmt::format_to(std::back_inserter(message_.message_id), "{}@sender.example", messages_);
    if (passes(receiver_->data(now_, session_, message_).verdict)) accepted_ += recipients;
  }

  const std::string& domain() const { return domain_; }
  std::uint64_t accepted() const { return accepted_; }
  // The key of the first reply that was no acceptance.
  const std::string& first_refusal() const { return first_refusal_; }

 private:
  bool passes(const policy::Verdict& verdict) {
    if (!verdict.accepted() && first_refusal_.empty()) first_refusal_ = verdict.reply->key;
    return verdict.accepted();
  }

  dns::Zones zones_;
  std::string domain_;
  std::unique_ptr<receiver::Receiver> receiver_;
  policy::Session session_;
  policy::MessageFacts message_;
  std::string first_refusal_;
  const Duration pace_;
  Instant now_ = start;
  bool open_ = false;
  std::uint64_t messages_ = 0;
  std::uint64_t accepted_ = 0;
};

int measure_time(const std::string& profile, std::size_t identities, bool judged, std::size_t per_message,
                 std::size_t messages) {
  Traffic traffic(profile, judged, step);
  std::vector<std::string> recipients;
  for (std::size_t i = 0; i < identities; ++i) recipients.push_back(fmt::format("person{}@{}", i, traffic.domain()));
  std::vector<Sender> senders;
  for (std::uint32_t i = 0; i < std::max<std::size_t>(identities / 100, 100); ++i) {
    senders.push_back(sender(i));
    traffic.publish(senders.back());
    traffic.remember(senders.back());
  }
  std::uint64_t lot = 0;
  const auto play = [&](std::size_t count, bool in_turn) {
    for (std::size_t sent = 0; sent < count; sent += messages_per_connection) {
      const Sender& from = senders[combine(++lot, 0) % senders.size()];
      traffic.connect(from);
      for (std::size_t m = sent; m < std::min(sent + messages_per_connection, count); ++m) {
        traffic.mail(from);
        for (std::size_t r = 0; r < per_message; ++r) {
          const std::size_t at = in_turn ? m * per_message + r : combine(++lot, 0);
          traffic.rcpt(recipients[at % recipients.size()]);
        }
        traffic.data();
      }
      traffic.disconnect();
    }
  };
  // So that everybody is known.
  play(identities / per_message, true);
  const std::uint64_t accepted_before = traffic.accepted();
  const double before = cpu_seconds();
  play(messages, false);
  const double spent = cpu_seconds() - before;
  const double copies = static_cast<double>(messages * per_message);
  fmt::print(
      "{{\"us_per_recipient\": {:.4f}, \"accepted\": {:.4f}, \"first_refusal\": \"{}\", \"resident_mb\": {:.1f}}}\n",
      spent * 1e6 / copies, static_cast<double>(traffic.accepted() - accepted_before) / copies, traffic.first_refusal(),
      static_cast<double>(resident_bytes()) / 1e6);
  return 0;
}

int measure_memory(const std::string& profile, bool of_senders, std::size_t count) {
  Traffic traffic(profile, false, step_of_millions);
  std::vector<Sender> few;
  for (std::uint32_t i = 0; i < 1000; ++i) few.push_back(sender(i));
  for (const Sender& known : few) traffic.remember(known);
  const std::uint64_t before = resident_bytes();
  std::string recipient;
  for (std::size_t i = 0; i < count; ++i) {
    const Sender from = of_senders ? sender(static_cast<std::uint32_t>(i)) : few[i % few.size()];
    recipient = fmt::format("person{}@{}", of_senders ? i % 1000 : i, traffic.domain());
    traffic.connect(from);
    traffic.mail(from);
    traffic.rcpt(recipient);
    traffic.data();
    traffic.disconnect();
  }
  fmt::print("{{\"resident_mb\": {:.1f}, \"accepted\": {:.4f}}}\n",
             static_cast<double>(resident_bytes() - before) / 1e6,
             static_cast<double>(traffic.accepted()) / static_cast<double>(count));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() == 6 && words[0] == "time") {
    return measure_time(words[1], std::stoul(words[2]), words[3] == "judged", std::stoul(words[4]),
                        std::stoul(words[5]));
  }
  if (words.size() == 4 && words[0] == "memory") {
    return measure_memory(words[1], words[2] == "senders", std::stoul(words[3]));
  }
  fmt::print(stderr, "see the first lines of the source\n");
  return 2;
}
