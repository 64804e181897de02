// The TLS of the live receivers' tests: a server's context, and a client on a blocking socket.
#pragma once

#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <boost/asio/ssl/context.hpp>
#include <csignal>
#include <string>
#include <string_view>

#include "tests/fakes/net/provider_fixture.h"

namespace mailrig::net::testing {

inline TlsContext server_tls(TlsVersions versions = {}) {
  static const CertificateAuthority authority = *CertificateAuthority::create();
  return *authority.server_context("mx.test.example", versions);
}

class TlsOverSocket {
 public:
  TlsOverSocket(const TlsContext& context, int socket) : context_(context), ssl_(SSL_new(context->native_handle())) {
    std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
    const timeval longest{patience.count(), 0};
    ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &longest, sizeof longest);
    SSL_set_fd(ssl_, socket);
    connected_ = SSL_connect(ssl_) == 1;
  }
  TlsOverSocket(const TlsOverSocket&) = delete;
  TlsOverSocket& operator=(const TlsOverSocket&) = delete;
  ~TlsOverSocket() { SSL_free(ssl_); }

  bool connected() const { return connected_; }
  SSL* native() const { return ssl_; }
  bool send(std::string_view bytes) { return SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size())) > 0; }
  // What one TLS record brings; nothing when the server has hung up.
  std::string read() {
    char buffer[4096];
    const int got = SSL_read(ssl_, buffer, sizeof buffer);
    return got > 0 ? std::string(buffer, static_cast<std::size_t>(got)) : std::string();
  }
  std::string ask(std::string_view bytes) { return send(bytes) ? read() : std::string(); }
  // True when the server said goodbye in TLS's own way (RFC 8446 §6.1) and did not just cut the connection.
  bool ended_properly() {
    char byte;
    return SSL_read(ssl_, &byte, 1) == 0 && SSL_get_error(ssl_, 0) == SSL_ERROR_ZERO_RETURN;
  }

 private:
  TlsContext context_;
  SSL* ssl_;
  bool connected_ = false;
};

}  // namespace mailrig::net::testing
