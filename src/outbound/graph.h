#pragma once
// One request to Graph's messages edge.

#include "config/config.h"
#include "config/directory.h"
#include "net/http_client.h"
#include "outbound/content.h"

#include <string>

namespace wac::outbound {

/// Where and as what requests are sent. One per loop; references outlive it.
class Graph {
 public:
  virtual ~Graph() = default;
  /// At most one request on the wire. `body` is the finished JSON.
  virtual Task<net::ClientResult> send(const config::SenderEntry& sender, PersonalText body,
                                       Deadline deadline) = 0;
};

/// The real one. kInvalid when `config.graph_url` is no URL.
Result<std::unique_ptr<Graph>> make_graph(const config::Config& config, net::HttpClient& client);

}  // namespace wac::outbound
