#pragma once
// How the process is doing, as probes see it. Written by service/, read by any loop.

#include "net/http_message.h"

#include <atomic>
#include <functional>
#include <string>

namespace wac::api {

struct Health {
  std::atomic<bool> started{false};
  std::atomic<bool> draining{false};
  /// Thread-safe, cheap.
  std::function<bool()> store_ok = [] { return false; };
  std::function<bool()> loops_alive = [] { return true; };
  std::string version;
  std::string_view store_engine;
};

/// {"status":"ok"|"unavailable","connector":"whatsapp","version":…,"checks":{…}}; 200 or 503.
net::HttpResponse health_response(const Health& health);
/// 200 while the loops make progress: restart the process when it fails.
net::HttpResponse livez_response(const Health& health);
/// 200 when new work may be sent here: started, not draining, store reachable, loops alive.
net::HttpResponse readyz_response(const Health& health);

}  // namespace wac::api
