#pragma once
// A real redis-server for one test: loopback, a port of its own, its data in a temporary directory.

#include "support/certificates.h"
#include "support/process.h"

#include <optional>
#include <string>
#include <vector>

namespace wac::testing {

struct RedisServerOptions {
  /// Set: TLS only, with this certificate.
  const Certificates* tls = nullptr;
  /// Set with `password`: an ACL user allowed everything, and the default user is off.
  std::string user = {};
  /// Set alone: requirepass.
  std::string password = {};
  enum class Persistence : std::uint8_t { kNone, kAppendOnly } persistence = Persistence::kNone;
  /// Further arguments, e.g. {"--maxmemory-policy", "allkeys-lru"}.
  std::vector<std::string> arguments = {};
};

class RedisServer {
 public:
  /// Starts it and waits until it answers; throws std::runtime_error when it does not.
  explicit RedisServer(RedisServerOptions options = {});

  std::uint16_t port() const { return port_; }
  /// `redis[s]://[user:password@]localhost:port/0`; passwords must need no percent-encoding.
  std::string url() const;

  /// On the same port with the same data directory.
  void start();
  /// SIGTERM: an orderly end, which saves an append-only file.
  void stop();
  /// SIGKILL.
  void kill();
  /// SIGSTOP and SIGCONT: alive, but answers nothing.
  void pause();
  void resume();

  /// What `redis-cli ARGS` prints, without the last line end.
  std::string cli(const std::vector<std::string>& args) const;

 private:
  bool launch();
  std::vector<std::string> command_line() const;

  RedisServerOptions options_;
  TempDir directory_;
  std::uint16_t port_ = 0;
  std::optional<Process> process_;
};

}  // namespace wac::testing
