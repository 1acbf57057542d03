#include "archive/file_format.h"

#include "base/expose.h"

#include <algorithm>

namespace wac::archive {
namespace {

using crypto::ChunkCipher;

constexpr std::string_view kMagic{"WACM\x01", 5};
constexpr std::size_t kMostChunkBytes = 16UL * 1024 * 1024;
constexpr std::size_t kMostMime = 127;

void put_number(std::string& out, std::uint64_t value, std::size_t bytes) {
  for (std::size_t i = bytes; i-- > 0;) out += static_cast<char>(value >> (8 * i) & 255U);
}

std::uint64_t number_in(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = value << 8U | static_cast<unsigned char>(byte);
  return value;
}

}  // namespace

Result<RawHead> parse_head(std::string_view beginning) {
  if (!beginning.starts_with(kMagic)) return fail(ErrorCode::kCorrupt, "archived file: its beginning");
  if (beginning.size() < kPrefixBytes) return fail(ErrorCode::kCorrupt, "archived file: too short");
  RawHead head;
  head.chunk_bytes = number_in(beginning.substr(5, 4));
  const std::size_t sealed = number_in(beginning.substr(9, 2));
  if (head.chunk_bytes == 0 || head.chunk_bytes > kMostChunkBytes || sealed == 0 ||
      sealed > kMostHeadBytes - kPrefixBytes || sealed > beginning.size() - kPrefixBytes) {
    return fail(ErrorCode::kCorrupt, "archived file: lengths of its head");
  }
  head.sealed = beginning.substr(kPrefixBytes, sealed);
  head.size = kPrefixBytes + sealed;
  return head;
}

std::string write_head(crypto::Sealer& sealer, const Head& head, std::size_t chunk_bytes,
                       std::string_view place) {
  std::string plain;
  plain.reserve(ChunkCipher::kKeyBytes + kMostMime);
  plain += expose(head.key, Purpose::kSeal);
  plain += std::string_view{head.mime}.substr(0, kMostMime);
  const std::string sealed = sealer.seal(plain, place).bytes;
  wipe(plain);
  std::string out{kMagic};
  put_number(out, chunk_bytes, 4);
  put_number(out, sealed.size(), 2);
  return out + sealed;
}

Result<Head> open_head(crypto::Sealer& sealer, const RawHead& raw, std::string_view place) {
  const auto opened = sealer.open({std::string{raw.sealed}}, place);
  if (!opened) return std::unexpected(opened.error());
  const std::string_view plain = expose(*opened, Purpose::kSeal);
  if (plain.size() < ChunkCipher::kKeyBytes || plain.size() > ChunkCipher::kKeyBytes + kMostMime) {
    return fail(ErrorCode::kCorrupt, "archived file: content of its head");
  }
  return Head{Secret{std::string{plain.substr(0, ChunkCipher::kKeyBytes)}},
              std::string{plain.substr(ChunkCipher::kKeyBytes)}};
}

ChunkCipher cipher_of(const Head& head, std::size_t chunk_bytes) {
  std::string context{kMagic};
  put_number(context, chunk_bytes, 4);
  return {head.key, std::move(context)};
}

std::string encode(const Trailer& trailer) {
  std::string out;
  put_number(out, trailer.size, 8);
  out.append(reinterpret_cast<const char*>(trailer.sha256.data()), trailer.sha256.size());
  return out;
}

std::optional<Trailer> decode_trailer(std::string_view text) {
  Trailer trailer;
  if (text.size() != 8 + trailer.sha256.size()) return std::nullopt;
  trailer.size = number_in(text.substr(0, 8));
  std::ranges::transform(text.substr(8), trailer.sha256.begin(),
                         [](char c) { return static_cast<std::uint8_t>(c); });
  return trailer;
}

std::optional<Layout> Layout::of_file(std::uint64_t file_bytes, std::size_t head_bytes,
                                      std::size_t chunk_bytes) {
  if (file_bytes < head_bytes + kTrailerBytes) return std::nullopt;
  const std::uint64_t sealed_chunk = chunk_bytes + ChunkCipher::kTagBytes;
  const std::uint64_t body = file_bytes - head_bytes - kTrailerBytes;
  const std::uint64_t rest = body % sealed_chunk;
  if (rest != 0 && rest <= ChunkCipher::kTagBytes) return std::nullopt;
  const std::uint64_t chunks = body / sealed_chunk + (rest == 0 ? 0 : 1);
  return Layout{body - chunks * ChunkCipher::kTagBytes, head_bytes, chunk_bytes};
}

Layout::Part Layout::part(std::uint64_t from, std::uint64_t length) const {
  const std::uint64_t sealed_chunk = chunk_bytes_ + ChunkCipher::kTagBytes;
  const std::uint64_t last = (from + length - 1) / chunk_bytes_;
  Part part;
  part.first_chunk = from / chunk_bytes_;
  part.at = head_bytes_ + part.first_chunk * sealed_chunk;
  part.length = std::min(head_bytes_ + (last + 1) * sealed_chunk, trailer_at()) - part.at;
  part.skip = static_cast<std::size_t>(from % chunk_bytes_);
  return part;
}

}  // namespace wac::archive
