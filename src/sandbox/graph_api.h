#pragma once
// The part of the Graph API the connector uses, as decisions without I/O: a request in, a reply out.

#include "base/random.h"
#include "net/http_message.h"
#include "sandbox/backend.h"
#include "sandbox/config.h"
#include "sandbox/faults.h"
#include "sandbox/graph_error.h"
#include "sandbox/limits.h"
#include "sandbox/management_api.h"
#include "sandbox/message_rules.h"
#include "sandbox/reply.h"
#include "sandbox/templates.h"

#include <boost/json.hpp>

#include <string_view>
#include <vector>

namespace wac::sandbox {

class GraphApi {
 public:
  /// All of it outlives this. `ids` makes trace ids.
  struct Parts {
    const TemplateCatalogue& templates;
    Backend& backend;
    ManagementApi& management;
    Faults& faults;
    Limits& limits;
    const Clock& clock;
    Random& ids;
  };
  GraphApi(const SandboxConfig& config, Parts parts);

  Reply handle(const net::HttpRequest& request);

 private:
  bool authorized(const net::HttpRequest& request) const;
  Reply route(const net::HttpRequest& request, const std::vector<std::string_view>& parts);
  Reply post_message(const net::HttpRequest& request, std::string_view phone_number_id);
  Reply deliver(std::string_view phone_number_id, const OutgoingMessage& message, std::string_view body);
  Reply struck(const Fault& fault, std::string_view phone_number_id, const OutgoingMessage& message,
               std::string_view body);
  Reply error(const GraphError& error);

  const SandboxConfig& config_;
  Parts parts_;
  MessageRules rules_;
};

}  // namespace wac::sandbox
