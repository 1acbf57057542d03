#pragma once
// The process's one client-side TLS context: TLS 1.2+, peer and host name verified, session resumption.
// Loading the system's CA bundle costs about 33 ms, so it happens once.

#include "base/error.h"

#include <memory>
#include <string>

namespace wac::net {

class TlsContext {
 public:
  /// `ca_file`: PEM bundle that replaces the system's; empty uses the system's. Blocking; call it once, at
  /// start, on any thread.
  static Result<std::unique_ptr<TlsContext>> make(const std::string& ca_file);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  /// Seen by net/ only.
  struct Impl;
  Impl& impl() { return *impl_; }

 private:
  TlsContext();
  std::unique_ptr<Impl> impl_;
};

}  // namespace wac::net
