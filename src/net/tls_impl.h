#pragma once
// The inside of a TlsContext, for net/ only.

#include "net/tls.h"

#include <boost/asio/ssl/context.hpp>
#include <openssl/ssl.h>

#include <memory>

namespace wac::net {

struct SslSessionFree {
  void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
};

/// The latest session of one endpoint on one loop. A resumed session was verified when it was made, so a slot
/// never serves two host names.
struct TlsSessionSlot {
  std::unique_ptr<SSL_SESSION, SslSessionFree> session;
};

struct TlsContext::Impl {
  boost::asio::ssl::context context{boost::asio::ssl::context::tls_client};

  /// Prepares a connection: host name verification, SNI, and resumption through `slot`, which outlives it.
  /// False when OpenSSL refuses the name.
  static bool prepare(SSL* ssl, const std::string& host, TlsSessionSlot& slot);
  /// Offers HTTP/2 before HTTP/1.1 (RFC 7301).
  static void offer_http2(SSL* ssl);
  /// What the server chose, once hands are shaken.
  static bool chose_http2(const SSL* ssl);
};

}  // namespace wac::net
