#pragma once
// /v1/media/{mediaId}: what a user sent, streamed to the tenant it was sent to, from the archive where it is
// there and else from Meta; and its deletion from the archive.

#include "api/auth.h"
#include "archive/media_archive.h"
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
    /// Null: nothing is kept.
    archive::MediaArchive* archive = nullptr;
  };
  explicit MediaApi(Parts parts) : parts_(parts) {}

  /// `media_id`: the path's last part, as sent.
  Task<net::HttpResponse> handle(const net::HttpRequest& request, std::string_view media_id);

 private:
  Task<net::HttpResponse> get(const net::HttpRequest& request, const config::SenderEntry& sender,
                              std::string media_id);
  Task<net::HttpResponse> erase(TenantId tenant, std::string media_id);
  net::HttpResponse archived(std::unique_ptr<archive::ArchivedMedia> media, std::string_view range);

  Parts parts_;
};

}  // namespace wac::api
