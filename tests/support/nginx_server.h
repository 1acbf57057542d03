#pragma once
// A real nginx for one test: one process, loopback, a port of its own, HTTPS unless told otherwise.

#include "support/certificates.h"
#include "support/process.h"

#include <csignal>
#include <optional>
#include <string>
#include <vector>

namespace wac::testing {

struct NginxOptions {
  /// Set: HTTPS with this certificate. Null: plain HTTP.
  const CertificateFiles* certificate = nullptr;
  /// With HTTPS: HTTP/2 for clients that offer it.
  bool http2 = false;
  /// It can reload(): a master and a worker.
  bool reloads = false;
  /// Goes into the server block: location blocks and directives.
  std::string server_block = {};
};

/// One answered request, as nginx saw it.
struct NginxRequest {
  std::string connection;  ///< serial number of the connection
  int status = 0;
  std::string request;     ///< `POST /path HTTP/1.1`
  std::string tls_reused;  ///< `r` when the TLS session was resumed, `.` when not, `-` without TLS
  std::string tls_name;    ///< SNI, or `-`
  std::string body;        ///< when a location reads it (proxy_pass, …), else `-`
};

class NginxServer {
 public:
  /// Starts it and waits until it accepts; throws std::runtime_error when it does not.
  explicit NginxServer(NginxOptions options);
  ~NginxServer();
  NginxServer(const NginxServer&) = delete;
  NginxServer& operator=(const NginxServer&) = delete;

  std::uint16_t port() const { return port_; }
  /// `http[s]://localhost:port`.
  std::string origin() const;
  std::vector<NginxRequest> requests() const;
  pid_t pid() const { return process_->pid(); }

  /// On the same port again.
  void start();
  /// `nginx -s reload`: a new worker takes over, the old one lets its connections go.
  void reload() { process_->signal(SIGHUP); }
  /// Again on the same port, now with or without HTTP/2.
  void restart(bool http2);
  void stop();

 private:
  bool launch();
  void write_configuration() const;

  NginxOptions options_;
  TempDir directory_;
  std::uint16_t port_ = 0;
  std::optional<Process> process_;
};

}  // namespace wac::testing
