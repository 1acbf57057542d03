#include "net/tls.h"

#include "net/tls_impl.h"

#include <boost/asio/ip/address.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace wac::net {
namespace {

/// Where an SSL keeps the pointer to its TlsSessionSlot. OpenSSL hands such places out once per process.
int slot_index() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

/// With TLS 1.3 sessions arrive after the handshake, while something else is read.
int keep_session(SSL* ssl, SSL_SESSION* session) {
  auto* slot = static_cast<TlsSessionSlot*>(SSL_get_ex_data(ssl, slot_index()));
  if (slot == nullptr) return 0;
  slot->session.reset(session);
  return 1;
}

}  // namespace

TlsContext::TlsContext() : impl_(std::make_unique<Impl>()) {}
TlsContext::~TlsContext() = default;

Result<std::unique_ptr<TlsContext>> TlsContext::make(const std::string& ca_file) {
  std::unique_ptr<TlsContext> made(new TlsContext);
  SSL_CTX* context = made->impl_->context.native_handle();
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  // Sessions are kept per endpoint and loop, outside OpenSSL's own cache and its lock.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context, &keep_session);
  const int loaded = ca_file.empty() ? SSL_CTX_set_default_verify_paths(context)
                                     : SSL_CTX_load_verify_file(context, ca_file.c_str());
  if (loaded != 1) {
    ERR_clear_error();
    return fail(ErrorCode::kInvalid, "tls: the CA file cannot be read or holds no certificate");
  }
  return made;
}

bool TlsContext::Impl::prepare(SSL* ssl, const std::string& host, TlsSessionSlot& slot) {
  boost::system::error_code not_an_address;
  boost::asio::ip::make_address(host, not_an_address);
  X509_VERIFY_PARAM* verify = SSL_get0_param(ssl);
  X509_VERIFY_PARAM_set_hostflags(verify, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  // RFC 6066, 3: an address is not allowed in the server name extension.
  const bool named = not_an_address ? SSL_set_tlsext_host_name(ssl, host.c_str()) == 1 &&
                                          SSL_set1_host(ssl, host.c_str()) == 1
                                    : X509_VERIFY_PARAM_set1_ip_asc(verify, host.c_str()) == 1;
  if (!named || SSL_set_ex_data(ssl, slot_index(), &slot) != 1) {
    ERR_clear_error();
    return false;
  }
  if (slot.session) SSL_set_session(ssl, slot.session.get());
  return true;
}

void TlsContext::Impl::offer_http2(SSL* ssl) {
  static constexpr std::string_view kProtocols = "\x02h2\x08http/1.1";
  // Fails only without memory; then nothing is offered and HTTP/1.1 is spoken.
  SSL_set_alpn_protos(ssl, reinterpret_cast<const unsigned char*>(kProtocols.data()),
                      static_cast<unsigned>(kProtocols.size()));
}

bool TlsContext::Impl::chose_http2(const SSL* ssl) {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl, &name, &size);
  return std::string_view(reinterpret_cast<const char*>(name), size) == "h2";
}

}  // namespace wac::net
