#pragma once
// A timeline as stored: seven bytes an entry, the state's number and the milliseconds (48 bits, big-endian).

#include "store/intent.h"

namespace wac::store::sqlite {

using Timeline = std::vector<std::pair<IntentState, WallTime>>;

std::string encode_timeline(const Timeline& timeline);
/// Nothing when the bytes are not a timeline.
std::optional<Timeline> decode_timeline(std::string_view bytes);

}  // namespace wac::store::sqlite
