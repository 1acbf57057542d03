#include "sandbox/seeded_random.h"

namespace wac::sandbox {

void SeededRandom::fill(std::span<std::uint8_t> out) {
  for (auto& byte : out) {
    state_ += 0x9e3779b97f4a7c15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
    byte = static_cast<std::uint8_t>((z ^ (z >> 31U)) >> 56U);
  }
}

bool happens(Random& random, double percent) {
  constexpr std::uint64_t kSteps = 1'000'000;
  if (percent <= 0) return false;
  return static_cast<double>(random.below(kSteps)) < percent * (kSteps / 100.0);
}

}  // namespace wac::sandbox
