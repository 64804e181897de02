// A small world with one receiver in it, on which one of its replies is to be heard: a shop that does everything right,
// and neighbours of it that each get one thing wrong. A client speaks to the receiver's byte engine in real SMTP; time
// is handed in. Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/auth/key.h"
#include "fakes/dns/zones.h"
#include "fakes/receiver/receiver.h"

namespace mailrig::rehearsal {

// The domains of the stage. All of them can take mail; in the others one thing differs.
inline constexpr std::string_view shop = "shop.example";                  // SPF, DKIM key, DMARC p=none
inline constexpr std::string_view strict = "strict.example";              // DMARC p=reject
inline constexpr std::string_view wary = "wary.example";                  // DMARC p=quarantine
inline constexpr std::string_view platform = "platform.example";          // SPF and DKIM; sends in others' names
inline constexpr std::string_view bare = "bare.example";                  // neither SPF nor DKIM nor DMARC
inline constexpr std::string_view plain = "plain.example";                // SPF and DKIM, no DMARC
inline constexpr std::string_view silent = "silent.example";              // "v=spf1 -all": never sends
inline constexpr std::string_view broken_spf = "broken-spf.example";      // the DNS does not tell its SPF record
inline constexpr std::string_view broken_dkim = "broken-dkim.example";    // … its key
inline constexpr std::string_view broken_dmarc = "broken-dmarc.example";  // … its policy
inline constexpr std::string_view broken = "broken.example";              // … anything
inline constexpr std::string_view nowhere = "nowhere.example";            // does not exist

inline constexpr std::string_view shop_ip = "198.18.2.10";
inline constexpr std::string_view stranger_ip = "198.18.9.9";   // has a name, may send for nobody
inline constexpr std::string_view nameless_ip = "198.18.9.10";  // has none

// One client and the mail that it brings.
struct Client {
  std::string ip{shop_ip};
  std::string helo = "mta1.shop.example";
  std::string mail_from = "news@shop.example";
  std::string from_domain{shop};
  std::vector<std::string> recipients;
  bool tls = true;
  std::string signed_by{shop};  // empty: not signed
  bool tampered = false;        // changed behind the signature
  bool message_id = true;
  bool date = true;
  std::string from_field;  // empty: an author at from_domain
  std::uint32_t received_fields = 1;
  std::string body = "Your order is on its way.\r\n";
  std::string more_header;  // whole lines
};

// What one connection heard, reply by reply.
struct Heard {
  const policy::ReplyTemplate* reply = nullptr;  // null: the byte engine said it
  policy::Phase phase = policy::Phase::connect;
  std::string text;   // as on the wire; empty: the connection was closed without a word
  bool spam = false;  // the message was accepted into the spam folder
};

class Stage {
 public:
  // `profile` as it is to be rehearsed.
  explicit Stage(receiver::Profile profile);
  ~Stage();

  dns::Zones& zones() { return zones_; }
  receiver::Receiver& receiver() { return *receiver_; }
  Instant now() const { return now_; }
  void pass(Duration time) { now_ += time; }

  // A whole connection: greeting, EHLO, STARTTLS where both want it, `messages` transactions, QUIT. Stops where the
  // receiver hangs up.
  std::vector<Heard> talk(const Client& client, int messages = 1);
  // Opens a connection and keeps it open until the stage goes.
  std::vector<Heard> hold(const Client& client);
  // Sends what is no command until the receiver has had enough, or says nothing at all until it gives up.
  std::vector<Heard> babble(const Client& client);
  std::vector<Heard> stay_silent(const Client& client);

 private:
  class Conversation;

  dns::Zones zones_;
  std::unique_ptr<receiver::Receiver> receiver_;
  Instant now_;
  std::vector<std::unique_ptr<Conversation>> held_;

  void publish();
  std::string message(const Client& client);
};

}  // namespace mailrig::rehearsal
