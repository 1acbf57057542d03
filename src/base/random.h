#pragma once
// Randomness is injected wherever a rule depends on it.

#include "base/time.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace wac {

class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::uint8_t> out) = 0;

  std::uint64_t next_u64();
  /// Uniform in [0, bound); 0 when bound is 0.
  std::uint64_t below(std::uint64_t bound);
};

/// The kernel's generator (getrandom), buffered. One per loop: not thread-safe.
std::unique_ptr<Random> make_system_random();

/// A ULID (26 characters, Crockford base 32): milliseconds, then 80 random bits.
std::string make_ulid(WallTime now, Random& random);
/// A version 4 UUID in lower-case.
std::string make_uuid(Random& random);

}  // namespace wac
