#pragma once
// Where an account's templates are listed.

#include "config/config.h"
#include "net/http_client.h"

#include <memory>
#include <string>

namespace wac::outbound {

/// One per loop.
class TemplateSource {
 public:
  virtual ~TemplateSource() = default;
  /// One page of GET /{account}/message_templates, from `after` on (empty: the first).
  virtual Task<net::ClientResult> page(const std::string& account, const Secret& token,
                                       const std::string& after, Deadline deadline) = 0;
};

/// Graph. kInvalid when `config.graph_url` is no URL. `client` outlives it.
Result<std::unique_ptr<TemplateSource>> make_template_source(const config::Config& config,
                                                             net::HttpClient& client);

}  // namespace wac::outbound
