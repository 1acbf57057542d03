#pragma once
// `/_sandbox/…`: how tests and people look into the sandbox and steer it. Not authenticated: the sandbox
// listens on the loopback address.
//
//   GET  /_sandbox/health                     200
//   GET  /_sandbox/ledger?after=0&limit=1000  see Ledger::page
//   GET  /_sandbox/webhooks                   see WebhookCounts
//   GET  /_sandbox/faults   POST (a list)     see Faults
//   POST /_sandbox/inbound                    see Backend::receive; with `field` and `value`:
//   Backend::announce POST /_sandbox/reset                      ledger, webhooks, conversations and faults
//   are forgotten
//
// POST /_sandbox/verify is Sandbox's own: it goes out over the network.

#include "net/http_message.h"
#include "sandbox/backend.h"
#include "sandbox/faults.h"
#include "sandbox/graph_api.h"
#include "sandbox/ledger.h"
#include "sandbox/webhook_queue.h"

#include <boost/json.hpp>

#include <string>

namespace wac::sandbox {

class ControlApi {
 public:
  /// All references outlive this.
  ControlApi(Ledger& ledger, WebhookQueue& queue, Backend& backend, Faults& faults)
      : ledger_(ledger), queue_(queue), backend_(backend), faults_(faults) {}

  /// `name`: the path behind `/_sandbox/`.
  Reply handle(const net::HttpRequest& request, std::string_view name);

 private:
  Reply get(const net::HttpRequest& request, std::string_view name);
  Reply post(std::string_view name, const boost::json::value& body);
  Reply ledger_page(const net::HttpRequest& request);
  boost::json::object webhook_counts() const;

  Ledger& ledger_;
  WebhookQueue& queue_;
  Backend& backend_;
  Faults& faults_;
};

/// `{"error":…}` with that status.
Reply control_error(int status, std::string_view why);

}  // namespace wac::sandbox
