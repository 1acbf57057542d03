#pragma once
// A TCP server that does exactly what a test says, byte by byte and fault by fault.

#include <atomic>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace wac::testing {

/// One accepted connection. Closed in an orderly way when its script returns, unless reset.
class PeerConnection {
 public:
  explicit PeerConnection(int fd) : fd_(fd) {}
  ~PeerConnection();
  PeerConnection(const PeerConnection&) = delete;
  PeerConnection& operator=(const PeerConnection&) = delete;

  /// Reads until the text contains `until`; what there is when the peer ends the stream first.
  std::string read_until(std::string_view until);
  /// Reads (and drops) until the other side closes or resets.
  void read_to_end();
  void send(std::string_view bytes);
  /// Closes with an RST.
  void reset();
  /// For what speaks TLS on it.
  int descriptor() const { return fd_; }

 private:
  int fd_;
};

class ScriptedPeer {
 public:
  using Script = std::function<void(PeerConnection&)>;

  /// Each connection gets the next script, in a thread of its own; those beyond the last are closed at once.
  explicit ScriptedPeer(std::vector<Script> scripts);
  /// Ends every connection that is still open.
  ~ScriptedPeer();
  ScriptedPeer(const ScriptedPeer&) = delete;
  ScriptedPeer& operator=(const ScriptedPeer&) = delete;

  std::uint16_t port() const { return port_; }
  std::size_t accepted() const { return accepted_; }
  /// Scripts that have ended.
  std::size_t finished() const { return finished_; }

 private:
  void accept_all();

  std::vector<Script> scripts_;
  std::uint16_t port_ = 0;
  int listener_ = -1;
  std::atomic<std::size_t> accepted_ = 0;
  std::atomic<std::size_t> finished_ = 0;
  std::atomic<bool> ending_ = false;
  std::vector<int> open_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

/// A port whose connection attempts hang: its queue is full and nobody accepts.
class BlackholePort {
 public:
  BlackholePort();
  ~BlackholePort();
  BlackholePort(const BlackholePort&) = delete;
  BlackholePort& operator=(const BlackholePort&) = delete;
  std::uint16_t port() const { return port_; }

 private:
  std::vector<int> sockets_;
  std::uint16_t port_ = 0;
};

}  // namespace wac::testing
