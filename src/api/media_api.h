#pragma once
// GET /v1/media/{mediaId}: what a user sent, streamed from Meta to the tenant it was sent to.

#include "api/auth.h"
#include "config/directory.h"
#include "net/http_message.h"
#include "outbound/media_reader.h"
#include "telemetry/metrics.h"

namespace wac::api {

/// One per loop; everything outlives it.
class MediaApi {
 public:
  struct Parts {
    const config::Directory& directory;
    const Authenticator& auth;
    /// Null: the route does not exist.
    outbound::MediaReader* reader;
    telemetry::LoopMetrics& metrics;
  };
  explicit MediaApi(Parts parts) : parts_(parts) {}

  /// `media_id`: the path's last part, as sent.
  Task<net::HttpResponse> get(const net::HttpRequest& request, std::string_view media_id);

 private:
  Parts parts_;
};

}  // namespace wac::api
