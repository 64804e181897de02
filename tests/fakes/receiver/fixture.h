// A sender's view of a receiver without bytes: each step returns the reply as "550 5.1.1 text" (or "cut", or "closed"
// for a connection that ends without a word), and an observer writes down what a receiver tells about itself.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/config/document.h"
#include "fakes/receiver/receiver.h"

namespace mailrig::receiver::testing {

using namespace std::chrono_literals;

inline const Instant start = *parse_rfc3339("2026-03-02T08:00:00Z");

// One line per call: "refused rate_limited/ip at mail (ip)".
class Diary : public Observer {
 public:
  std::vector<std::string> lines;

  void session_opened(Instant, const policy::Session&) override { lines.push_back("opened"); }
  void session_refused(const RefusedSession& refused) override {
    lines.push_back(fmt::format("refused {} at {}: {}", to_string(refused.verdict.event),
                                to_string(refused.verdict.phase), refused.verdict.reply->render(refused.context).code));
  }
  void recipient_verdict(const RecipientVerdict& told) override {
    lines.push_back(fmt::format("{} {} at {}{}", told.recipient, to_string(told.verdict.event),
                                to_string(told.verdict.phase), told.message == nullptr ? "" : " with message"));
  }
  void stored(Instant, const policy::Session&, std::string_view recipient, const policy::MessageFacts&,
              bool spam) override {
    lines.push_back(fmt::format("stored {}{}", recipient, spam ? " as spam" : ""));
  }
  void session_closed(Instant, const policy::Session&) override { lines.push_back("closed"); }

  // What came since the last call.
  std::vector<std::string> take() { return std::exchange(lines, {}); }
};

inline Profile profile(std::string_view name, std::string_view changes = "{}") {
  const auto document = config::Document::parse(changes, "test.yaml");
  auto loaded = load_profile(name, &document.value().root());
  if (!loaded) ADD_FAILURE() << loaded.error().to_string();
  return loaded.value();
}

class Connection {
 public:
  Connection(Receiver& receiver, Instant now, std::string_view ip = "198.18.2.10") : receiver_(receiver), now_(now) {
    session_.client_ip = IpAddress::parse(ip).value();
    session_.mx_host = "mx.isp.example";
    session_.tls = policy::TlsVersion::tls1_3;
    greeting_ = text(receiver_.connect(now_, session_));
  }
  ~Connection() { hang_up(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Connection& without_tls() {
    session_.tls = policy::TlsVersion::none;
    return *this;
  }
  void later(Duration by) { now_ += by; }

  const std::string& greeting() const { return greeting_; }
  std::string helo(std::string_view name = "mta1.shop.example") { return text(receiver_.helo(now_, session_, name)); }
  std::string mail(std::string_view from = "news@shop.example", std::uint64_t declared_size = 0) {
    return text(receiver_.mail(now_, session_, {.from = from, .declared_size = declared_size}));
  }
  std::string rcpt(std::string_view to) { return text(receiver_.rcpt(now_, session_, to), to); }
  std::string data() {
    last_ = receiver_.data(now_, session_, message);
    return last_.cut ? "cut" : text(last_.verdict);
  }
  void reset() { receiver_.reset(session_); }
  void hang_up() {
    if (open_) receiver_.disconnected(now_, session_);
    open_ = false;
  }

  // The whole way; the first reply that is not positive, or the last.
  std::string send(std::string_view to, std::string_view from = "news@shop.example") {
    if (const std::string reply = mail(from); reply.front() != '2') return reply;
    if (const std::string reply = rcpt(to); reply.front() != '2') return reply;
    return data();
  }

  policy::MessageFacts message{.size = 1000,
                               .body_digest = 0,
                               .rig_id = 0,
                               .message_id = "1@shop.example",
                               .header_from_domain = "shop.example",
                               .received_hops = 1,
                               .content = {}};
  const policy::DataVerdict& last_data() const { return last_; }
  const policy::Verdict& last() const { return verdict_; }
  const policy::Session& session() const { return session_; }

 private:
  Receiver& receiver_;
  Instant now_;
  policy::Session session_;
  policy::Verdict verdict_;
  policy::DataVerdict last_;
  std::string greeting_;
  bool open_ = true;

  std::string text(const policy::Verdict& verdict, std::string_view recipient = {}) {
    verdict_ = verdict;
    const smtp::Reply reply = receiver_.render(now_, session_, verdict, recipient, &message);
    return reply.code == 0 ? "closed" : fmt::format("{} {}", reply.code, reply.text);
  }
};

// A receiver with its profile as shipped, changed as given.
class ReceiverTest : public ::testing::Test {
 protected:
  Receiver& make(std::string_view name, std::string_view changes = "{}") {
    Profile made = profile(name, changes);
    const MailboxShares shares = made.mailboxes;
    receiver_ =
        std::make_unique<Receiver>(std::string(name), std::move(made), Mailboxes(Draw(1), shares), Draw(1), &diary_);
    return *receiver_;
  }
  // `messages` connections with one message each; how many were accepted.
  int accepted_of(int messages, Instant now, std::string_view to, std::string_view ip = "198.18.2.10") {
    int accepted = 0;
    for (int i = 0; i < messages; ++i) {
      Connection connection(*receiver_, now, ip);
      connection.message.message_id = fmt::format("{}@shop.example", ++message_ids_);
      if (connection.greeting().front() == '2') accepted += connection.send(to).front() == '2';
    }
    return accepted;
  }

  Diary diary_;
  std::unique_ptr<Receiver> receiver_;
  int message_ids_ = 0;
};

}  // namespace mailrig::receiver::testing
