#pragma once
// A reader's position in a tenant's streams, one per partition, and its text: "r1" and, for each partition
// where something was read, ".<partition>-<milliseconds>-<sequence>", e.g. "r1.07-1790000000000-0". Url-safe.

#include "base/error.h"
#include "base/ids.h"

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wac::store::redis {

struct StreamId {
  std::uint64_t ms = 0;
  std::uint64_t seq = 0;

  /// "1790000000000-0"
  static std::optional<StreamId> parse(std::string_view text);
  std::string text() const;
  friend auto operator<=>(const StreamId&, const StreamId&) = default;
};

class EventPosition {
 public:
  /// Empty text is the beginning. kInvalid: not a text of ours.
  static Result<EventPosition> parse(std::string_view text);
  std::string text() const;

  /// The last entry read; zero: none yet. `partition` is one of Partition::kCount.
  StreamId& operator[](Partition partition) { return at_[partition.number]; }

 private:
  std::array<StreamId, Partition::kCount> at_{};
};

}  // namespace wac::store::redis
