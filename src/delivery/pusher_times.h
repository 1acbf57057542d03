#pragma once
// How often a pusher looks, writes and lets go. Private to it.

#include "base/time.h"

namespace wac::delivery {

/// While nothing happens, a consumer is looked at about this often, and where there are many of them less
/// often: a look costs about three commands.
inline constexpr Millis kIdleLook{30'000};
inline constexpr Millis kIdleLookEach{6'000};
inline constexpr Millis kIdleLookMost{600'000};
/// While it is served: other instances' events and orders.
inline constexpr Millis kServingLook{1'000};
/// How long a served consumer without events is kept, before whoever gets the next one may take it.
inline constexpr Millis kIdleRelease{5'000};
inline constexpr Millis kStorePause{1'000};
/// What may be lost (and delivered again) by a crash.
inline constexpr Millis kFlushEvery{1'000};
inline constexpr std::size_t kFlushAt = 100;
/// For the last write, before the time to stop is over.
inline constexpr Millis kStopMargin{500};

}  // namespace wac::delivery
