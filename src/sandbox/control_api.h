#pragma once
// `/_sandbox/…`: how tests and people look into the sandbox and steer it. Not authenticated: the sandbox
// listens on the loopback address. docs/sandbox.md lists every resource.

#include "net/http_message.h"
#include "sandbox/backend.h"
#include "sandbox/faults.h"
#include "sandbox/ledger.h"
#include "sandbox/limits.h"
#include "sandbox/management_api.h"
#include "sandbox/reply.h"
#include "sandbox/template_control.h"
#include "sandbox/webhook_queue.h"

#include <boost/json.hpp>

#include <string>

namespace wac::sandbox {

class ControlApi {
 public:
  /// All of it outlives this.
  struct Parts {
    Ledger& ledger;
    WebhookQueue& queue;
    Backend& backend;
    Faults& faults;
    Limits& limits;
    ManagementApi& management;
    TemplateControl& templates;
  };
  explicit ControlApi(Parts parts) : parts_(parts) {}

  /// `name`: the path behind `/_sandbox/`.
  Reply handle(const net::HttpRequest& request, std::string_view name);

 private:
  Reply get(const net::HttpRequest& request, std::string_view name);
  Reply post(std::string_view name, const boost::json::value& body);
  Reply set_profile(const boost::json::value& body);
  Reply set_usage(const boost::json::object& body);
  Reply ledger_page(const net::HttpRequest& request);
  boost::json::object webhook_counts() const;

  Parts parts_;
};

/// `{"error":…}` with that status.
Reply control_error(int status, std::string_view why);

}  // namespace wac::sandbox
