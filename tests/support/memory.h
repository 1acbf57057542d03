#pragma once

namespace wac::testing {

/// False under sanitizers, which keep what was freed, and more: what a program weighs says nothing then.
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr bool kMemoryCounts = false;
#else
inline constexpr bool kMemoryCounts = true;
#endif

}  // namespace wac::testing
