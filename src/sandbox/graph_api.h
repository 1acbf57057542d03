#pragma once
// The part of the Graph API the connector uses, as decisions without I/O: a request in, a reply out.

#include "base/random.h"
#include "net/http_message.h"
#include "sandbox/backend.h"
#include "sandbox/config.h"
#include "sandbox/faults.h"
#include "sandbox/graph_error.h"
#include "sandbox/templates.h"

#include <boost/json.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wac::sandbox {

/// An answer, and what goes wrong with it.
struct Reply {
  enum class Ending : std::uint8_t {
    kAnswer,
    kReset,    ///< RST instead
    kSilence,  ///< no byte ever
    kHalf,     ///< the body breaks off in the middle
  };
  int status = 200;
  std::string_view content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string_view, std::string>> headers;
  /// Waited before the answer; what it reports has happened already.
  Millis delay{0};
  Ending ending = Ending::kAnswer;
};

class GraphApi {
 public:
  /// All references outlive this. `ids` makes trace ids.
  GraphApi(const SandboxConfig& config, const TemplateCatalogue& templates, Backend& backend, Faults& faults,
           Random& ids);

  Reply handle(const net::HttpRequest& request);

 private:
  bool authorized(const net::HttpRequest& request) const;
  Reply route(const net::HttpRequest& request, const std::vector<std::string_view>& parts);
  Reply get_node(const net::HttpRequest& request, std::string_view id, std::string_view edge);
  Reply post_message(const net::HttpRequest& request, std::string_view phone_number_id);
  Reply deliver(std::string_view phone_number_id, const OutgoingMessage& message);
  Reply struck(const Fault& fault, std::string_view phone_number_id, const OutgoingMessage& message);
  Reply error(const GraphError& error);
  boost::json::object number_info(std::string_view id) const;
  boost::json::object token_info() const;

  const SandboxConfig& config_;
  const TemplateCatalogue& templates_;
  Backend& backend_;
  Faults& faults_;
  Random& ids_;
  MessageRules rules_;
};

}  // namespace wac::sandbox
