#pragma once
// `events tail` over server-sent events.

#include "ctl/commands.h"

namespace wac::ctl {

/// Blocks the loop until the stream ends, `count` events were printed, or SIGINT or SIGTERM came. Only
/// http://.
Exit tail_events_by_sse(Context& context, const TailArguments& arguments);

}  // namespace wac::ctl
