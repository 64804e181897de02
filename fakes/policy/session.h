// What policies may know about a connection, a transaction and a message. Facts only; nothing here decides.
// One session belongs to one connection; whoever drives the receiver owns it and passes it to every call.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fakes/base/instant.h"
#include "fakes/base/ip_address.h"
#include "fakes/policy/authentication_facts.h"
#include "fakes/policy/content_facts.h"
#include "fakes/policy/verdict.h"

namespace mailrig::policy {

enum class TlsVersion : std::uint8_t { none, tls1_0, tls1_1, tls1_2, tls1_3 };

// What became of one recipient of the transaction under way.
struct Recipient {
  std::string address;     // as given in RCPT, without angle brackets
  std::string local_part;  // the mailbox: lower case, without command and sub-address (RFC 5233)
  std::string domain;      // lower case
  std::string command;     // "defer3", "defer1+drop", …; empty when the address commands nothing
  // Hash of the mailbox: sub-addresses and commands do not make another one. By assign_recipient().
  std::uint64_t key = 0;
};

struct Session {
  // Fixed by the driver before connect().
  std::uint64_t key = 0;  // names the connection on both of its ends (live: client address and port)
  IpAddress client_ip;    // the world's address, any source_map applied
  std::string mx_host;    // which of the receiver's hosts was connected to
  Instant opened{};

  // Kept by the driver.
  TlsVersion tls = TlsVersion::none;

  // Kept by the receiver.
  std::string helo;
  std::uint32_t sequence = 0;             // the receiver's own number of this session, source of session tokens
  std::uint32_t messages = 0;             // transactions that got as far as an accepted MAIL
  std::uint32_t recipients_accepted = 0;  // RCPT, over all transactions
  bool greeted = false;                   // connect() accepted it
  std::string mail_from;                  // of the transaction under way; empty is the null sender
  bool in_transaction = false;            // MAIL was accepted and end of data not yet answered
  // Accepted ones of the transaction under way. Like mail_from they stay readable after end of data was answered, so
  // that the reply can still be rendered.
  std::vector<Recipient> recipients;

  NetworkFacts network;                // of the connection
  ContentTraits content;               // of the transaction under way, like authentication
  AuthenticationFacts authentication;  // of the transaction under way; readable after end of data was answered

  // Kept by the policy chain: objections whose phase is still to come.
  std::vector<Verdict> held;                 // for every transaction of the connection
  std::vector<Verdict> held_in_transaction;  // for the transaction under way
};

struct MailFacts {
  std::string_view from;            // without angle brackets; empty is the null sender
  std::uint64_t declared_size = 0;  // SIZE=; 0 when not declared
  bool smtputf8 = false;
};

struct MessageFacts {
  std::uint64_t size = 0;         // octets on the wire after dot-unstuffing
  std::uint64_t body_digest = 0;  // mail::body_digest
  std::uint64_t rig_id = 0;       // from X-Mailrig-Id; 0 when the message is not ours
  std::string message_id;         // without angle brackets; may be empty
  std::string header_from_domain;
  std::uint32_t received_hops = 0;  // how many Received fields
  bool header_readable = true;      // every line of the header is a field or continues one
  std::string_view content;         // the whole message; in virtual time one that stands for all of its `content_key`
  // Messages with the same key authenticate alike, having the same template and signing keys; 0: this one is alone.
  std::uint64_t content_key = 0;
};

// Of a message as it came; its `content` is the message itself, which must outlive them.
MessageFacts facts_of(std::string_view content);

}  // namespace mailrig::policy
