#include "archive/media_archive.h"

#include "base/expose.h"

#include <algorithm>

namespace wac::archive {
namespace {

/// Longer than any transfer: what is being written for so long is written no more.
constexpr Millis kRemainsAfter{3'600'000 * 6};

/// What an archived file is bound to.
std::string place_of(const TenantId& tenant, std::string_view media_id) {
  return "media|" + std::string{tenant.str()} + "|" + std::string{media_id};
}

ArchiveFault fault_of(const Error& error) {
  switch (error.code) {
    case ErrorCode::kNotFound:
      return ArchiveFault::kAbsent;
    case ErrorCode::kCorrupt:
      return ArchiveFault::kCorrupt;
    default:
      return ArchiveFault::kUnavailable;
  }
}

/// Exactly `length` bytes.
Task<Result<std::string>> gather(net::BodySource& body, std::size_t length) {
  std::string all;
  while (all.size() < length) {
    const Result<std::string_view> piece = co_await body.next();
    if (!piece) co_return std::unexpected(piece.error());
    if (piece->empty()) co_return fail(ErrorCode::kCorrupt, "archive: a file ends early");
    all += *piece;
  }
  co_return all;
}

Task<Result<std::string>> read_range(StoredFile& file, std::uint64_t from, std::size_t length) {
  const auto body = file.read(from, length);
  co_return co_await gather(*body, length);
}

}  // namespace

std::unique_ptr<net::BodySource> ArchivedMedia::read(std::uint64_t from, std::uint64_t length) {
  const Layout::Part part = layout_.part(from, length);
  return std::make_unique<OpeningBody>(file_->read(part.at, part.length),
                                       cipher_of(head_, layout_.chunk_bytes()), layout_.chunk_bytes(), part,
                                       length);
}

crypto::Fingerprint MediaArchive::name_of(const TenantId& tenant, std::string_view media_id) {
  return fingerprints_.of(crypto::Domain::kArchivedMedia, {tenant.str(), media_id});
}

Task<Result<bool>> MediaArchive::settled(TenantId tenant, std::string media_id) {
  const auto file = co_await store_.open(name_of(tenant, media_id));
  if (file) co_return true;
  if (file.error().code == ErrorCode::kNotFound) co_return false;
  co_return std::unexpected(file.error());
}

Task<Result<void>> MediaArchive::keep(TenantId tenant, std::string media_id, NewMedia media,
                                      net::Download& content) {
  std::string key(crypto::ChunkCipher::kKeyBytes, '\0');
  random_.fill({reinterpret_cast<std::uint8_t*>(key.data()), key.size()});
  const Head head{Secret{std::move(key)}, std::move(media.mime)};
  std::string written = write_head(sealer_, head, kChunkBytes, place_of(tenant, media_id));
  SealingBody body{content, std::move(written), cipher_of(head, kChunkBytes), media.expected};
  co_return co_await store_.put(name_of(tenant, media_id), body);
}

Task<std::expected<std::unique_ptr<ArchivedMedia>, ArchiveFault>> MediaArchive::open(TenantId tenant,
                                                                                     std::string media_id) {
  auto file = co_await store_.open(name_of(tenant, media_id));
  if (!file) co_return std::unexpected(fault_of(file.error()));
  if ((*file)->size() == 0) co_return std::unexpected(ArchiveFault::kErased);
  co_return co_await look_into(std::move(*file), place_of(tenant, media_id));
}

Task<std::expected<std::unique_ptr<ArchivedMedia>, ArchiveFault>> MediaArchive::look_into(
    std::unique_ptr<StoredFile> file, std::string place) {
  const auto beginning = co_await read_range(*file, 0, std::min<std::uint64_t>(file->size(), kMostHeadBytes));
  if (!beginning) co_return std::unexpected(fault_of(beginning.error()));
  const auto raw = parse_head(*beginning);
  if (!raw) co_return std::unexpected(ArchiveFault::kCorrupt);
  auto head = open_head(sealer_, *raw, place);
  const auto layout = Layout::of_file(file->size(), raw->size, raw->chunk_bytes);
  if (!head || !layout) co_return std::unexpected(ArchiveFault::kCorrupt);
  const auto sealed = co_await read_range(*file, layout->trailer_at(), kTrailerBytes);
  if (!sealed) co_return std::unexpected(fault_of(sealed.error()));
  std::string plain;
  auto cipher = cipher_of(*head, raw->chunk_bytes);
  const bool authentic = cipher.open(layout->chunks(), crypto::ChunkCipher::Place::kLast, *sealed, plain);
  const auto trailer = decode_trailer(plain);
  if (!authentic || !trailer || trailer->size != layout->size()) {
    co_return std::unexpected(ArchiveFault::kCorrupt);
  }
  co_return std::make_unique<ArchivedMedia>(std::move(file), std::move(*head), *layout, trailer->sha256);
}

Task<Result<void>> MediaArchive::erase(TenantId tenant, std::string media_id) {
  co_return co_await store_.put_empty(name_of(tenant, media_id));
}

Task<Result<std::size_t>> MediaArchive::purge() {
  const WallTime now = loop_.wall_now();
  ArchiveStore::Ages ages;
  ages.remains = now - kRemainsAfter;
  if (rules_.retention > Millis{0}) {
    ages.files = now - rules_.retention;
    ages.empty_files = now - std::max(rules_.retention, rules_.event_retention);
  }
  co_return co_await store_.purge(ages);
}

}  // namespace wac::archive
