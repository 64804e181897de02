// The inside of ServerSession: one object per connection, shared by server_session.cc (events, time, input) and
// server_commands.cc (what each command does). Private to those two files. Not thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "fakes/smtp/byte_queue.h"
#include "fakes/smtp/command.h"
#include "fakes/smtp/extensions.h"
#include "fakes/smtp/line_codec.h"
#include "fakes/smtp/server_session.h"

namespace mailrig::smtp {

struct ServerSession::State {
  using Kind = ServerEvent::Kind;

  enum class Phase : std::uint8_t {
    commands,
    data,           // between 354 and the final dot
    chunk,          // inside the octets of a BDAT
    tls_handshake,  // whatever arrives in clear text is thrown away
    over,
  };

  // The mail transaction under way (RFC 5321 §3.3).
  struct Envelope {
    bool open = false;          // MAIL was accepted
    bool mail_refused = false;  // and no MAIL was accepted since
    bool rcpt_seen = false;
    std::size_t recipients = 0;  // accepted ones
    std::uint64_t declared_size = 0;
    bool smtputf8 = false;
    bool eight_bit = false;
    bool binary = false;
    bool chunked = false;  // a BDAT was accepted, so DATA is out of the question (RFC 3030 §2)
  };

  // The BDAT under way.
  struct Chunk {
    std::uint64_t bytes = 0;
    std::uint64_t bytes_left = 0;
    bool last = false;
    Refusal refusal;  // the reply once the octets have been skipped; empty: they are part of the message
  };

  explicit State(ServerConfig server_config);

  // server_session.cc: the flow.
  void emit(ServerEvent event);
  void finish(ServerEvent::CloseReason reason);
  void work(std::string_view& input);
  void work_on_backlog();
  bool paused() const;
  Instant client_deadline() const;

  // server_session.cc: replies.
  void say(std::string_view line);
  void say(const Reply& configured, std::string_view otherwise);
  // An error of the client's that counts towards errors_max.
  void fault(std::string_view line);
  void refuse(Refusal refusal);

  // server_commands.cc: from the client.
  void command_line(std::string_view line);
  void take_chunk(std::string_view& input);
  void end_of_message();

  // server_commands.cc: from the driver.
  void connected_answered(const ServerAnswer& answer);
  void helo_answered(const ServerAnswer& answer);
  void mail_answered(const ServerAnswer& answer);
  void rcpt_answered(const ServerAnswer& answer);
  void message_answered(const ServerAnswer& answer);

  void helo(const Command& command);
  void mail(const Command& command);
  void rcpt(const Command& command);
  void data(const Command& command);
  void bdat(const Command& command);
  void end_of_chunk();
  void rset(const Command& command);
  void vrfy(const Command& command);
  void quit(const Command& command);
  void starttls(const Command& command);
  void out_of_sequence(std::string_view line);
  Refusal why_no_content() const;
  ContentBuffer::Limits content_limits() const;
  bool line_too_long() const;
  void message_refused(const Reply& configured, std::string_view otherwise);
  void say_extensions();

  const ServerConfig config;
  const Extensions offered;

  Phase phase = Phase::commands;
  bool tls = false;
  bool greeting_refused = false;  // only QUIT is of use (RFC 5321 §3.1)
  bool said_helo = false;         // EHLO or HELO was accepted
  int errors = 0;

  Envelope envelope;
  Chunk chunk;
  ContentBuffer content;
  DotDecoder dots;
  LineSplitter lines;

  ByteQueue input;   // received and not yet processed
  ByteQueue output;  // said and not yet written

  std::optional<ServerEvent> event;  // not yet fetched
  std::optional<Kind> awaiting;      // fetched and not yet answered
  bool helo_extended = false;        // the helo being answered is an EHLO

  Instant now{};  // the latest that was handed in
  Instant started{};
  Instant last_command{};  // when a command line was complete or its answer given
  Instant last_bytes{};
  Instant ended{};
};

}  // namespace mailrig::smtp
