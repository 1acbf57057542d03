#pragma once
// GET /v1/events as server-sent events (HTML Living Standard §9.2): `id:` carries the cursor, so that a
// reconnecting client goes on where it was.

#include "delivery/event_feed.h"
#include "net/http_message.h"

#include <functional>

namespace wac::api {

/// `feed` and `loop` outlive the answer. Ends when the peer goes, the store fails, the server drains, or
/// `allowed` says no; nothing more is sent then.
net::HttpResponse event_stream(delivery::EventFeed& feed, Scheduler& loop, TenantId tenant,
                               std::string cursor, std::function<bool()> allowed);

}  // namespace wac::api
