// A tiny internet in memory for the sender's tests: hosts and zones that do what a test scripts, in virtual time.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "sim/sender/sender.h"

namespace mailrig::sender {

using namespace std::chrono_literals;
using Kind = smtp::RecipientResult::Kind;
using Outcome = Event::Outcome;

inline const Instant start = *parse_rfc3339("2026-03-02T08:00:00Z");

inline IpAddress ip(const std::string& text) {
  return *IpAddress::parse(text);
}

inline smtp::RecipientResult result_of(Kind kind, smtp::Stage stage, std::optional<smtp::Reply> reply = std::nullopt) {
  smtp::RecipientResult result;
  result.kind = kind;
  result.stage = stage;
  result.rcpt_answered = stage == smtp::Stage::rcpt || stage == smtp::Stage::data;
  result.reply = std::move(reply);
  return result;
}

// The same for every recipient.
inline smtp::TransactionResult all(std::size_t recipients, const smtp::RecipientResult& result, bool usable = true) {
  return {.recipients = std::vector(recipients, result), .connection_usable = usable};
}
inline smtp::TransactionResult accepted(std::size_t recipients) {
  return all(recipients, result_of(Kind::delivered, smtp::Stage::data, smtp::Reply{250, "2.0.0 Ok"}));
}
inline smtp::TransactionResult greylisted(std::size_t recipients) {
  return all(recipients, result_of(Kind::deferred, smtp::Stage::rcpt, smtp::Reply{450, "4.7.1 Greylisted"}));
}
inline smtp::TransactionResult unknown_user(std::size_t recipients) {
  return all(recipients, result_of(Kind::failed, smtp::Stage::rcpt, smtp::Reply{550, "5.1.1 No such user"}));
}
inline smtp::TransactionResult closing_at_mail(std::size_t recipients) {
  return all(recipients, result_of(Kind::deferred, smtp::Stage::mail, smtp::Reply{421, "4.7.0 Bye"}), false);
}

struct Transaction {
  Instant at;
  IpAddress address;
  ConnectionId connection = 0;
  std::uint32_t number = 0;  // on its connection, from 1
  std::uint64_t message = 0;
  std::vector<std::uint32_t> recipients;
};

struct Host {
  // Nothing: the connection is taken. `open` counts the others that are open to this host.
  std::function<std::optional<smtp::SessionFailure>(std::uint32_t open)> greet;
  std::function<smtp::TransactionResult(const Transaction&)> serve;
  Duration round_trip = 10ms;

  std::uint32_t open = 0;
  std::uint32_t open_max = 0;  // seen
};

inline std::optional<smtp::SessionFailure> refused(std::uint32_t) {
  return smtp::SessionFailure{.stage = smtp::Stage::connect};
}
inline auto greeting(std::uint16_t code, std::string text) {
  return [reply = smtp::Reply{code, std::move(text)}](std::uint32_t) -> std::optional<smtp::SessionFailure> {
    return smtp::SessionFailure{.stage = smtp::Stage::greeting, .reply = reply};
  };
}

class Driver {
 public:
  explicit Driver(Config config = {}, std::uint64_t seed = 1) : sender(named(std::move(config)), Draw(seed)) {}

  // hosts: (preference, name, addresses)
  void zone(const std::string& domain, const std::vector<std::tuple<int, std::string, std::vector<std::string>>>& mx,
            std::uint32_t ttl_s = 3600) {
    dns::MxResult result;
    result.status = dns::MxStatus::ok;
    result.ttl_s = ttl_s;
    for (const auto& [preference, name, addresses] : mx) {
      dns::MxTarget target{.preference = static_cast<std::uint16_t>(preference), .host = name, .addresses = {}};
      for (const std::string& address : addresses) target.addresses.push_back(ip(address));
      result.targets.push_back(std::move(target));
    }
    zones[domain] = std::move(result);
  }
  void simple_zone(const std::string& domain, const std::string& address) {
    zone(domain, {{10, "mx." + domain, {address}}});
  }
  void broken_zone(const std::string& domain, dns::MxStatus status) {
    zones[domain] = {.status = status, .targets = {}, .ttl_s = 60};
  }
  Host& host(const std::string& address) { return hosts[ip(address)]; }

  std::uint64_t submit(std::vector<std::string> recipients, std::string mail_from = "shop@shop.example",
                       QueuedMessage message = {}) {
    const std::uint64_t id = next_message_++;
    message.id = id;
    message.mail_from = std::move(mail_from);
    message.recipients = std::move(recipients);
    sender.submit(now, std::move(message));
    return id;
  }

  void at(Instant when, std::function<void()> action) {
    agenda_.emplace(std::pair(when, sequence_++), std::move(action));
  }

  // Until nothing is left to do by `end`.
  void run(Instant end = never) {
    for (;;) {
      settle();
      const Instant wakeup = sender.next_wakeup();
      ASSERT_GT(wakeup, now) << "the sender wants to be asked again at once and has nothing to say";
      const Instant next = std::min(wakeup, agenda_.empty() ? never : agenda_.begin()->first.first);
      if (next == never || next > end) break;
      if (wakeup == next) ++wakeups;
      now = next;
      while (!agenda_.empty() && agenda_.begin()->first.first == now) {
        const auto action = std::move(agenda_.begin()->second);
        agenda_.erase(agenda_.begin());
        action();
        settle();
      }
    }
    if (end != never) now = end;
  }

  std::vector<Event> of_kind(Event::Kind kind) const {
    std::vector<Event> found;
    for (const Event& event : events)
      if (event.kind == kind) found.push_back(event);
    return found;
  }
  std::vector<Event> attempts() const { return of_kind(Event::Kind::attempt); }
  std::vector<Event> finals() const { return of_kind(Event::Kind::final); }
  std::vector<Event> bounces() const { return of_kind(Event::Kind::bounce); }

  Instant now = start;
  Sender sender;
  std::map<std::string, dns::MxResult, std::less<>> zones;
  std::map<IpAddress, Host> hosts;
  std::set<IpAddress> dead_sources;
  std::vector<Event> events;
  std::vector<Transaction> transactions;
  std::vector<Command> connects;
  std::uint32_t resolves = 0;
  std::uint32_t quits = 0;
  std::uint32_t wakeups = 0;
  Duration lookup_time = 5ms;
  bool keep_events = true;

 private:
  struct Open {
    IpAddress address;
    std::uint32_t transactions = 0;
  };

  static Config named(Config config) {
    if (config.name.empty()) config.name = "sender/shop";
    return config;
  }

  void settle() {
    while (const auto command = sender.next_command(now)) carry_out(*command);
    while (const auto event = sender.next_event())
      if (keep_events) events.push_back(*event);
  }

  void carry_out(const Command& command) {
    const ConnectionId id = command.connection;
    switch (command.kind) {
      case Command::Kind::resolve:
        ++resolves;
        at(now + lookup_time,
           [this, domain = command.domain] { sender.resolved(now, domain, zones.at(std::string(domain))); });
        break;
      case Command::Kind::connect: {
        connects.push_back(command);
        if (dead_sources.contains(command.source)) {
          at(now, [this, id] { sender.source_failed(now, id); });
          break;
        }
        Host& target = hosts.at(command.address);
        ++target.open;
        target.open_max = std::max(target.open_max, target.open);
        at(now + target.round_trip, [this, id, address = command.address] {
          Host& host = hosts.at(address);
          if (const auto failure = host.greet ? host.greet(host.open - 1) : std::nullopt) {
            --host.open;
            sender.connection_failed(now, id, *failure);
          } else {
            open_[id] = {address};
            sender.connected(now, id);
          }
        });
        break;
      }
      case Command::Kind::send: {
        Open& connection = open_.at(id);
        Host& host = hosts.at(connection.address);
        Transaction transaction{now,
                                connection.address,
                                id,
                                ++connection.transactions,
                                command.message,
                                {command.recipients.begin(), command.recipients.end()}};
        if (keep_events) transactions.push_back(transaction);
        at(now + host.round_trip, [this, id, transaction = std::move(transaction)] {
          const Host& server = hosts.at(transaction.address);
          auto result = server.serve ? server.serve(transaction) : accepted(transaction.recipients.size());
          const bool usable = result.connection_usable;
          sender.transaction_done(now, id, std::move(result));
          if (!usable) close(id);
        });
        break;
      }
      case Command::Kind::quit:
        ++quits;
        at(now + hosts.at(open_.at(id).address).round_trip, [this, id] { close(id); });
        break;
    }
  }

  void close(ConnectionId id) {
    --hosts.at(open_.at(id).address).open;
    open_.erase(id);
    sender.connection_closed(now, id);
  }

  std::map<std::pair<Instant, std::uint64_t>, std::function<void()>> agenda_;
  std::map<ConnectionId, Open> open_;
  std::uint64_t sequence_ = 0;
  std::uint64_t next_message_ = 1;
};

}  // namespace mailrig::sender
