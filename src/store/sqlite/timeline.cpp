#include "store/sqlite/timeline.h"

namespace wac::store::sqlite {
namespace {

constexpr std::size_t kEntry = 7;

}  // namespace

std::string encode_timeline(const Timeline& timeline) {
  std::string bytes;
  bytes.reserve(timeline.size() * kEntry);
  for (const auto& [state, at] : timeline) {
    bytes += static_cast<char>(state);
    const auto millis = static_cast<std::uint64_t>(to_millis(at));
    for (unsigned shift = 48; shift != 0;) {
      shift -= 8;
      bytes += static_cast<char>((millis >> shift) & 0xffU);
    }
  }
  return bytes;
}

std::optional<Timeline> decode_timeline(std::string_view bytes) {
  if (bytes.size() % kEntry != 0) return std::nullopt;
  Timeline timeline;
  timeline.reserve(bytes.size() / kEntry + 1);
  for (; !bytes.empty(); bytes.remove_prefix(kEntry)) {
    const auto state = intent_state_from(static_cast<std::uint8_t>(bytes[0]));
    if (!state) return std::nullopt;
    std::uint64_t millis = 0;
    for (std::size_t i = 1; i < kEntry; ++i) millis = (millis << 8U) | static_cast<std::uint8_t>(bytes[i]);
    timeline.emplace_back(*state, from_millis(static_cast<std::int64_t>(millis)));
  }
  return timeline;
}

}  // namespace wac::store::sqlite
