#pragma once
// The public port: webhooks in, intents out, events to read (design §3.4, §4).

#include "api/auth.h"
#include "api/consumers_api.h"
#include "api/dead_letters_api.h"
#include "api/event_groups_api.h"
#include "api/health.h"
#include "api/intents_api.h"
#include "api/media_api.h"
#include "api/senders_api.h"
#include "delivery/event_feed.h"
#include "inbound/inbound.h"
#include "net/http_server.h"
#include "outbound/outbound.h"

namespace wac::api {

/// Everything outlives the handler; per-loop parts are those of its loop.
struct PublicParts {
  const config::Config& config;
  const config::Directory& directory;
  const Authenticator& auth;
  const Health& health;
  Scheduler& loop;
  Random& random;
  outbound::Outbound& outbound;
  outbound::Senders& senders;
  outbound::DeadLetters& dead_letters;
  inbound::Inbound& inbound;
  delivery::EventFeed& feed;
  delivery::ConsumerDesk& consumers;
  delivery::EventGroups& groups;
  delivery::GroupDesk& group_desk;
  telemetry::LoopMetrics& metrics;
  /// Null: GET /v1/media/{mediaId} does not exist.
  outbound::MediaReader* media = nullptr;
  /// Null: no media is kept.
  archive::MediaArchive* archive = nullptr;
};

/// One per loop.
class PublicHandler final : public net::HttpHandler {
 public:
  explicit PublicHandler(PublicParts parts);

  std::size_t body_limit(net::Method method, std::string_view path) const override;
  Task<net::HttpResponse> handle(const net::HttpRequest& request) override;
  void refused(int status, std::string_view path) override;

 private:
  /// `app` empty: the default one.
  Task<net::HttpResponse> webhook(const net::HttpRequest& request, std::string_view app);
  Task<net::HttpResponse> receive_webhook(const net::HttpRequest& request, std::string_view app);
  net::HttpResponse verify_webhook(const net::HttpRequest& request, const Secret& verify_token);
  Task<net::HttpResponse> read_events(const net::HttpRequest& request);

  PublicParts parts_;
  IntentsApi intents_;
  SendersApi senders_;
  DeadLettersApi dead_letters_;
  MediaApi media_;
  ConsumersApi consumers_;
  EventGroupsApi groups_;
};

}  // namespace wac::api
