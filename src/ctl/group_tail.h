#pragma once
// `events tail --group`: as a reader of a group.

#include "ctl/commands.h"

namespace wac::ctl {

/// What was printed is acknowledged with the next poll, or at the end.
Task<Exit> tail_group(Context& context, TailArguments arguments);

}  // namespace wac::ctl
