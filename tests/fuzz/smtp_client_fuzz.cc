// Any replies, in any segments: the client engine ends each transaction with one result for every recipient, closes
// once, says only whole lines and claims no delivery without a 2yz.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "fakes/base/check.h"
#include "fakes/smtp/client_session.h"

namespace {

using namespace mailrig;
using Kind = smtp::ClientEvent::Kind;

class Fuzz {
 public:
  explicit Fuzz(std::uint8_t options)
      : session_(
            {.helo = "client.example", .pipelining = (options & 1) != 0, .tls = smtp::TlsPolicy(options / 2 % 3)}) {
    message_.mail_from = "a@b.example";
    message_.recipients = {"one@d.example", "two@d.example", "three@d.example"};
    message_.content = "Subject: x\r\n\r\n.\r\n..\r\nno end";
    message_.smtputf8 = (options & 8) != 0;
    session_.start(now_);
  }

  void run(std::string_view script) {
    while (!script.empty()) {
      const auto control = static_cast<std::uint8_t>(script.front());
      script.remove_prefix(1);
      const std::size_t length = std::min<std::size_t>(script.size(), control % 8 * 9u);
      session_.receive(now_, script.substr(0, length));
      script.remove_prefix(length);
      pump(control);
      if (control >= 250) {
        now_ += std::chrono::minutes(3);
        session_.expire(now_);
        pump(control);
      }
    }
    session_.peer_closed(now_);
    pump(0);
    CHECK(closed_ && session_.finished() && !under_way_);
  }

 private:
  void pump(std::uint8_t control) {
    do {
      while (auto event = session_.next_event()) handle(*event, control);
      const std::string_view output = session_.output();
      CHECK(output.empty() || output.ends_with("\r\n"));
      session_.consume(output.size());
    } while (!session_.output().empty());
  }

  void handle(const smtp::ClientEvent& event, std::uint8_t control) {
    CHECK(!closed_);
    switch (event.kind) {
      case Kind::ready:
        return next(control);
      case Kind::start_tls:
        return control % 16 == 15 ? session_.tls_failed(now_) : session_.tls_started(now_);
      case Kind::transaction_done:
        CHECK(under_way_);
        under_way_ = false;
        check(event.result);
        if (!event.result.connection_usable) return;
        // A message that EHLO rules out would be ruled out for ever.
        return event.result.recipients[0].by_sender ? session_.quit(now_) : next(control);
      case Kind::closed:
        CHECK(!under_way_);
        closed_ = true;
    }
  }

  void check(const smtp::TransactionResult& result) const {
    CHECK(result.recipients.size() == message_.recipients.size());
    for (const auto& recipient : result.recipients) {
      using Outcome = smtp::RecipientResult::Kind;
      const int klass = recipient.reply ? recipient.reply->code / 100 : 0;
      if (recipient.kind == Outcome::delivered) CHECK(klass == 2 && recipient.stage == smtp::Stage::data);
      if (recipient.kind == Outcome::failed) CHECK(klass == 5);
    }
  }

  void next(std::uint8_t control) {
    if (control % 32 == 31) return session_.quit(now_);
    under_way_ = true;
    session_.send(now_, message_);
  }

  Instant now_{std::chrono::hours(1)};
  smtp::ClientSession session_;
  smtp::OutgoingMessage message_;
  bool under_way_ = false;
  bool closed_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  Fuzz(data[0]).run(std::string_view(reinterpret_cast<const char*>(data) + 1, size - 1));
  return 0;
}
