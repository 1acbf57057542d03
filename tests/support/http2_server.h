#pragma once
// An HTTP/2 server over TLS that does exactly what a test says, one script for each connection.

#include "support/certificates.h"
#include "support/http2_peer.h"
#include "support/scripted_peer.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

struct ssl_ctx_st;
struct ssl_st;

namespace wac::testing {

/// A connection whose handshake is done. All calls block.
class Http2Link {
 public:
  Http2Link(PeerConnection& connection, ssl_ctx_st& context, Http2PeerOptions options);
  ~Http2Link();
  Http2Link(const Http2Link&) = delete;
  Http2Link& operator=(const Http2Link&) = delete;

  Http2Peer& peer() { return peer_; }
  /// Sends what the peer has to say, then reads once. False: the client is gone.
  bool exchange();
  /// Exchanges until `count` requests have arrived since the last call; fewer when the client goes first.
  std::vector<Http2PeerRequest> wait_for(std::size_t count);
  /// Answers every request with 200 and its path, until the client goes.
  void serve();
  void flush();
  /// Reads once. False: the client is gone, or breaks the protocol.
  bool read();
  void send(std::string_view bytes);
  /// Closes with an RST.
  void cut() { connection_.reset(); }
  /// Reads and says nothing, until the client goes.
  void be_silent();

 private:
  PeerConnection& connection_;
  ssl_st* tls_ = nullptr;
  Http2Peer peer_;
};

class Http2Server {
 public:
  using Script = std::function<void(Http2Link&)>;

  Http2Server(const CertificateFiles& certificate, std::vector<Script> scripts,
              Http2PeerOptions options = {});
  ~Http2Server();

  std::string origin() const { return "https://localhost:" + std::to_string(peer_->port()); }
  std::size_t accepted() const { return peer_->accepted(); }
  std::size_t finished() const { return peer_->finished(); }

 private:
  ssl_ctx_st* context_;
  std::unique_ptr<ScriptedPeer> peer_;
};

}  // namespace wac::testing
