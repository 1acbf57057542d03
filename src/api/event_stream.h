#pragma once
// GET /v1/events as server-sent events (HTML Living Standard §9.2): `id:` carries the cursor, so that a
// reconnecting client goes on where it was.

#include "delivery/event_feed.h"
#include "net/http_message.h"

namespace wac::api {

/// `feed` and `loop` outlive the answer. Ends when the peer goes, the store fails or the server drains.
net::HttpResponse event_stream(delivery::EventFeed& feed, Scheduler& loop, TenantId tenant,
                               std::string cursor);

}  // namespace wac::api
