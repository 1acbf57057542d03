#pragma once
// The form of an archived file: plain rules, no I/O.
//
//   "WACM" | version(1) = 1 | chunk bytes(4) | length of the head(2) | head | chunk 0 | chunk 1 | … | trailer
//
// Numbers are big endian. The head is a blob of crypto/keyring.h, bound to the tenant and the media id: the
// file's own random key(32) and its media type. Chunks and trailer are sealed with that key
// (crypto/chunk_cipher.h); each chunk holds `chunk bytes` of the file but for the last, and the trailer, as
// the last piece, size(8) and SHA-256(32) of the whole. So the size is authentic before the first byte is
// read, and any range can be opened by itself. A file of no bytes at all says that it was erased.

#include "base/error.h"
#include "crypto/chunk_cipher.h"
#include "crypto/digest.h"
#include "crypto/keyring.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wac::archive {

inline constexpr std::size_t kChunkBytes = 64UL * 1024;
inline constexpr std::size_t kPrefixBytes = 11;
inline constexpr std::size_t kTrailerBytes = 8 + 32 + crypto::ChunkCipher::kTagBytes;
/// The longest beginning of a file that holds its head.
inline constexpr std::size_t kMostHeadBytes = kPrefixBytes + 1'024;

/// What the beginning says without any key.
struct RawHead {
  std::size_t chunk_bytes = 0;
  std::string_view sealed;  ///< of the text that was parsed
  std::size_t size = 0;     ///< bytes before the first chunk
};
/// kCorrupt: not the beginning of such a file, or not all of its head.
Result<RawHead> parse_head(std::string_view beginning);

/// What only we can read.
struct Head {
  Secret key;
  std::string mime;
};
/// `place`: what the file is bound to.
std::string write_head(crypto::Sealer& sealer, const Head& head, std::size_t chunk_bytes,
                       std::string_view place);
/// kCorrupt: damaged, of another place, or its key is not in the keyring.
Result<Head> open_head(crypto::Sealer& sealer, const RawHead& raw, std::string_view place);

/// For the pieces behind a head: bound to how they are cut.
crypto::ChunkCipher cipher_of(const Head& head, std::size_t chunk_bytes);

struct Trailer {
  std::uint64_t size = 0;
  crypto::Digest sha256{};
};
std::string encode(const Trailer& trailer);
std::optional<Trailer> decode_trailer(std::string_view text);

/// Where everything stands.
class Layout {
 public:
  /// Nothing when no such file has that many bytes.
  static std::optional<Layout> of_file(std::uint64_t file_bytes, std::size_t head_bytes,
                                       std::size_t chunk_bytes);
  static Layout of_content(std::uint64_t size, std::size_t head_bytes, std::size_t chunk_bytes) {
    return Layout{size, head_bytes, chunk_bytes};
  }

  std::uint64_t size() const { return size_; }  ///< of the content
  std::size_t chunk_bytes() const { return chunk_bytes_; }
  std::uint64_t chunks() const { return (size_ + chunk_bytes_ - 1) / chunk_bytes_; }
  std::uint64_t trailer_at() const { return head_bytes_ + size_ + chunks() * crypto::ChunkCipher::kTagBytes; }
  std::uint64_t file_bytes() const { return trailer_at() + kTrailerBytes; }

  /// The chunks that hold a range of the content.
  struct Part {
    std::uint64_t first_chunk = 0;
    std::uint64_t at = 0;      ///< in the file
    std::uint64_t length = 0;  ///< in the file
    std::size_t skip = 0;      ///< bytes of the first chunk that are not of the range
  };
  /// `length` > 0; the range lies within the content.
  Part part(std::uint64_t from, std::uint64_t length) const;

 private:
  Layout(std::uint64_t size, std::size_t head_bytes, std::size_t chunk_bytes)
      : size_(size), head_bytes_(head_bytes), chunk_bytes_(chunk_bytes) {}

  std::uint64_t size_;
  std::size_t head_bytes_;
  std::size_t chunk_bytes_;
};

}  // namespace wac::archive
