#pragma once
// A long text in pieces that can be opened one by one: AES-256-GCM under a key of its own, with the piece's
// number and whether it is the last one in the nonce (the STREAM construction of Hoang, Reyhanitabar, Rogaway
// and Vizár, 2015). A piece that was changed, moved, taken from another text or cut off is found out.

#include "base/personal.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace wac::crypto {

/// Not thread-safe.
class ChunkCipher {
 public:
  static constexpr std::size_t kKeyBytes = 32;
  /// A sealed piece is longer than its text by so much.
  static constexpr std::size_t kTagBytes = 16;

  enum class Place : std::uint8_t { kMore = 0, kLast = 1 };

  /// `key`: kKeyBytes, of this text alone. `context` is authenticated with each piece.
  ChunkCipher(const Secret& key, std::string context);
  ChunkCipher(ChunkCipher&&) noexcept;
  ChunkCipher& operator=(ChunkCipher&&) noexcept;
  ~ChunkCipher();

  /// Appends the sealed piece to `out`. No number is used twice under a key.
  void seal(std::uint64_t number, Place place, std::string_view plain, std::string& out);
  /// Appends the text to `out`; false, and nothing appended, when the piece is not the one that was sealed as
  /// this one.
  [[nodiscard]] bool open(std::uint64_t number, Place place, std::string_view sealed, std::string& out);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wac::crypto
