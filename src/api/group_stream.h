#pragma once
// GET /v1/events?group=… as server-sent events: `id:` is the token that acknowledges the event. Unlike a
// cursor's, a Last-Event-ID says nothing: an event that was received is not one that was dealt with.

#include "delivery/event_groups.h"
#include "net/http_message.h"

#include <functional>

namespace wac::api {

struct GroupStream {
  delivery::EventGroups& groups;
  Scheduler& loop;
  delivery::GroupName name;
  std::size_t in_flight;
  std::function<bool()> allowed;  ///< whether the reader's key is still good
};

/// `groups` and `loop` outlive the answer. At most `in_flight` events are with the reader at a time. Ends as
/// event_stream() does, and when the group is forgotten; then the events it has not acknowledged are given
/// back.
net::HttpResponse group_stream(GroupStream stream);

}  // namespace wac::api
