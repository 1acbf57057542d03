#include "support/http2_server.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <csignal>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdexcept>
#include <string_view>
#include <sys/socket.h>

namespace wac::testing {
namespace {

int choose_http2(SSL* /*ssl*/, const unsigned char** out, unsigned char* size, const unsigned char* offered,
                 unsigned offered_size, void* /*user*/) {
  static constexpr std::string_view kOnly = "\x02h2";
  unsigned char* chosen = nullptr;
  const int found = SSL_select_next_proto(&chosen, size, reinterpret_cast<const unsigned char*>(kOnly.data()),
                                          static_cast<unsigned>(kOnly.size()), offered, offered_size);
  *out = chosen;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

}  // namespace

Http2Link::Http2Link(PeerConnection& connection, ssl_ctx_st& context, Http2PeerOptions options)
    : connection_(connection), tls_(SSL_new(&context)), peer_(options) {
  const int at_once = 1;
  ::setsockopt(connection.descriptor(), IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
  SSL_set_fd(tls_, connection.descriptor());
  SSL_accept(tls_);
}

Http2Link::~Http2Link() {
  SSL_free(tls_);
  ERR_clear_error();
}

bool Http2Link::read() {
  char buffer[16 * 1024];
  const int got = SSL_read(tls_, buffer, sizeof buffer);
  return got > 0 && peer_.feed({buffer, static_cast<std::size_t>(got)});
}

void Http2Link::flush() {
  const std::string out = peer_.output();
  if (!out.empty()) send(out);
}

void Http2Link::send(std::string_view bytes) {
  SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size()));
}

bool Http2Link::exchange() {
  flush();
  return read();
}

std::vector<Http2PeerRequest> Http2Link::wait_for(std::size_t count) {
  std::vector<Http2PeerRequest> all;
  do {
    for (Http2PeerRequest& one : peer_.take_requests()) all.push_back(std::move(one));
  } while (all.size() < count && exchange());
  return all;
}

void Http2Link::serve() {
  do {
    for (const Http2PeerRequest& one : peer_.take_requests()) {
      peer_.answer(one.stream, 200, one.fields.at(":path"));
    }
  } while (exchange());
}

void Http2Link::be_silent() {
  while (read()) {
  }
}

Http2Server::Http2Server(const CertificateFiles& certificate, std::vector<Script> scripts,
                         Http2PeerOptions options)
    : context_(SSL_CTX_new(TLS_server_method())) {
  // OpenSSL writes to clients that are gone.
  std::signal(SIGPIPE, SIG_IGN);
  SSL_CTX_set_alpn_select_cb(context_, &choose_http2, nullptr);
  if (SSL_CTX_use_certificate_chain_file(context_, certificate.certificate.c_str()) != 1 ||
      SSL_CTX_use_PrivateKey_file(context_, certificate.key.c_str(), SSL_FILETYPE_PEM) != 1) {
    throw std::runtime_error("certificate");
  }
  std::vector<ScriptedPeer::Script> wrapped;
  for (Script& script : scripts) {
    wrapped.push_back([this, options, script = std::move(script)](PeerConnection& connection) {
      Http2Link link(connection, *context_, options);
      script(link);
    });
  }
  peer_ = std::make_unique<ScriptedPeer>(std::move(wrapped));
}

Http2Server::~Http2Server() {
  // Its threads use the context.
  peer_.reset();
  SSL_CTX_free(context_);
}

}  // namespace wac::testing
