#pragma once
// What the Graph API answers besides taking messages: numbers, templates, tokens, subscriptions, history and
// blocked users (facts §1.3). Decisions without I/O.

#include "net/http_message.h"
#include "sandbox/backend.h"
#include "sandbox/config.h"
#include "sandbox/graph_error.h"
#include "sandbox/ledger.h"
#include "sandbox/templates.h"
#include "sandbox/users.h"
#include "sandbox/webhook_queue.h"

#include <boost/json.hpp>

#include <expected>
#include <map>
#include <string>
#include <string_view>

namespace wac::sandbox {

class ManagementApi {
 public:
  using Answer = std::expected<boost::json::object, GraphError>;

  /// All of it outlives this.
  struct Parts {
    const TemplateCatalogue& templates;
    Backend& backend;
    Ledger& ledger;
    WebhookQueue& queue;
    Users& users;
    Scheduler& scheduler;
  };
  ManagementApi(const SandboxConfig& config, Parts parts) : config_(config), parts_(parts) {}

  /// `id` and `edge`: the path behind the version; `edge` may be empty.
  Answer handle(const net::HttpRequest& request, std::string_view id, std::string_view edge);

  /// Control: other values for a number's fields, `{"phone_number_id":…,"quality_rating":"RED",…}`. A changed
  /// throughput or limit is announced by webhook (phone_number_quality_update).
  std::expected<boost::json::object, std::string> set_number(const boost::json::object& request);

 private:
  Answer get(const net::HttpRequest& request, std::string_view id, std::string_view edge);
  Answer get_account(const net::HttpRequest& request, std::string_view edge);
  Answer templates(const net::HttpRequest& request) const;
  Answer subscriptions(const net::HttpRequest& request);
  Answer debug_token(const net::HttpRequest& request) const;
  Answer history(const net::HttpRequest& request, std::string_view phone_number_id) const;
  Answer blocked(const net::HttpRequest& request, std::string_view phone_number_id);
  Answer change_blocks(const net::HttpRequest& request, std::string_view phone_number_id);
  boost::json::object number_info(std::string_view id) const;

  const SandboxConfig& config_;
  Parts parts_;
  /// What set_number() set, by phone number id.
  std::map<std::string, boost::json::object, std::less<>> set_;
  /// Where subscribed_apps was told to send webhooks; kept and shown, not used.
  std::string override_uri_;
};

}  // namespace wac::sandbox
