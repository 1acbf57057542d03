#pragma once
// Reproducible randomness for choosing faults, duplicates and disorder. Never for ids: two sandboxes with
// the same seed must not make the same message ids.

#include "base/random.h"

namespace wac::sandbox {

/// SplitMix64.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  void fill(std::span<std::uint8_t> out) override;

 private:
  std::uint64_t state_;
};

/// True in `percent` (0–100, fractions count) of the calls.
bool happens(Random& random, double percent);

}  // namespace wac::sandbox
