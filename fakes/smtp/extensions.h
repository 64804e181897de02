// Which service extensions an EHLO response names (RFC 5321 §4.1.1.1), read the same way on both sides: by the server
// from its configuration, by the client from the wire. A value type.
#pragma once

#include <cstdint>
#include <string_view>

namespace mailrig::smtp {

struct Extensions {
  bool pipelining = false;      // RFC 2920
  bool size = false;            // RFC 1870
  bool eight_bit_mime = false;  // RFC 6152
  bool smtputf8 = false;        // RFC 6531
  bool starttls = false;        // RFC 3207
  bool chunking = false;        // RFC 3030
  bool binary_mime = false;     // RFC 3030
  bool dsn = false;             // RFC 3461
  std::uint64_t size_max = 0;   // what SIZE declares; 0: nothing fixed

  // Takes one line, "SIZE 157286400". Names it does not know are ignored.
  void add(std::string_view ehlo_line);
};

}  // namespace mailrig::smtp
