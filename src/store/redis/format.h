#pragma once
// The version of how our data stand in a Redis, kept beside them: written when the first instance starts,
// checked at every start, so that a program that does not know a newer form does not touch it.

#include "store/redis/session.h"

namespace wac::store::redis {

/// 1: the error code told whether the alternative was sent; no version was kept. 2: a field of its own.
/// Records of format 1 are read as they are.
inline constexpr std::uint32_t kFormat = 2;

/// Whether this program may work with data of `stored`. kInvalid: a newer one made them, or it is no number.
Result<void> judge_format(std::string_view stored);

/// One or two round trips. Writes the version down where none or an older one is. kInvalid as judge_format().
Task<Result<void>> check_format(Session& session);

}  // namespace wac::store::redis
