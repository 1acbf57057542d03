#include "archive/media_archive.h"

#include "archive/byte_range.h"
#include "support/manual_scheduler.h"
#include "support/memory_archive.h"
#include "unit/outbound/fake_transfers.h"

#include <gtest/gtest.h>

namespace wac::archive {
namespace {

using testing::FakeDownload;
using testing::run_now;

constexpr const char* kRing =
    R"({"version":1,"fingerprint":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=","active":1,)"
    R"("seal":[{"id":1,"key":"ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="}]})";
/// The key 1 went out of use; 2 is active.
constexpr const char* kRotatedRing =
    R"({"version":1,"fingerprint":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=","active":2,)"
    R"("seal":[{"id":1,"key":"ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="},)"
    R"({"id":2,"key":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="}]})";
constexpr const char* kOtherRing =
    R"({"version":1,"fingerprint":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=","active":2,)"
    R"("seal":[{"id":2,"key":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="}]})";

/// Bytes that differ from chunk to chunk.
std::string counted(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>((i * 2'654'435'761U) >> 13U);
  return text;
}

struct MediaArchiveTest : ::testing::Test {
  explicit MediaArchiveTest() { use(kRing); }
  void use(const char* ring) {
    const auto keys = crypto::Keyring::parse(Secret{ring}).value();
    fingerprints.emplace(keys->fingerprint_key());
    sealer.emplace(keys, random);
    archive.emplace(MediaArchive::Rules{retention, Millis{1'000}}, store, loop, *fingerprints, *sealer,
                    random);
  }

  Result<void> keep(const std::string& content, SealingBody::Expected expected = {},
                    std::optional<Error> breaks = {}) {
    FakeDownload download{{.headers = {}, .body = content, .breaks = breaks}};
    return run_now(loop, archive->keep(acme, "77", {"image/jpeg", expected}, download));
  }
  /// The content, or the fault's number in words.
  std::string read(const TenantId& tenant, std::optional<ByteRange> range = {}) {
    const auto opened = run_now(loop, archive->open(tenant, "77"));
    if (!opened) {
      constexpr const char* kWords[] = {"absent", "erased", "corrupt", "unavailable"};
      return kWords[static_cast<int>(opened.error())];
    }
    EXPECT_EQ((*opened)->mime(), "image/jpeg");
    if ((*opened)->size() == 0) return {};
    const ByteRange part = range.value_or(ByteRange{0, (*opened)->size()});
    const auto body = (*opened)->read(part.from, part.length);
    return run_now(loop, testing::text_of_body(*body));
  }
  std::string& file() { return store.files.begin()->second; }

  TenantId acme = *TenantId::parse("acme");
  TenantId bolt = *TenantId::parse("bolt");
  testing::ManualScheduler loop;
  testing::SeededRandom random{7};
  testing::MemoryArchive store;
  Millis retention{0};
  std::optional<crypto::Fingerprinter> fingerprints;
  std::optional<crypto::Sealer> sealer;
  std::optional<MediaArchive> archive;
};

TEST_F(MediaArchiveTest, WhatIsKeptIsReadBackWhateverItsSize) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, kChunkBytes - 1, kChunkBytes,
                                 kChunkBytes + 1, 3 * kChunkBytes, 3 * kChunkBytes + 77}) {
    store.files.clear();
    const std::string content = counted(size);
    ASSERT_TRUE(keep(content, {size, crypto::sha256(content)})) << size;
    EXPECT_EQ(read(acme), content) << size;
    const auto opened = run_now(loop, archive->open(acme, "77"));
    ASSERT_TRUE(opened);
    EXPECT_EQ((*opened)->size(), size);
    EXPECT_EQ((*opened)->sha256(), crypto::sha256(content));
  }
}

TEST_F(MediaArchiveTest, ARangeIsThatOfTheContent) {
  const std::string content = counted(3 * kChunkBytes + 77);
  ASSERT_TRUE(keep(content));
  for (const ByteRange part :
       {ByteRange{0, 1}, ByteRange{kChunkBytes - 1, 2}, ByteRange{kChunkBytes, kChunkBytes},
        ByteRange{5, 2 * kChunkBytes}, ByteRange{3 * kChunkBytes + 76, 1}}) {
    EXPECT_EQ(read(acme, part), content.substr(part.from, part.length)) << part.from;
  }
}

TEST_F(MediaArchiveTest, NothingOfItIsInPlainText) {
  const std::string content = "a phone number: +16505551234";
  ASSERT_TRUE(keep(content));
  EXPECT_EQ(file().find("phone"), std::string::npos);
  EXPECT_EQ(file().find("image/jpeg"), std::string::npos);
  const std::string first = file();
  store.files.clear();
  ASSERT_TRUE(keep(content));
  EXPECT_NE(first.substr(kPrefixBytes + 80), file().substr(kPrefixBytes + 80))
      << "each file has a key of its own";
}

TEST_F(MediaArchiveTest, AFileIsItsTenantsAlone) {
  ASSERT_TRUE(keep("content"));
  EXPECT_EQ(read(bolt), "absent");
  // Even where somebody puts it under the other one's name.
  const std::string stolen = file();
  store.files.emplace(fingerprints->of(crypto::Domain::kArchivedMedia, {"bolt", "77"}), stolen);
  EXPECT_EQ(read(bolt), "corrupt");
}

TEST_F(MediaArchiveTest, WhatIsNotWhatMetaSaidIsNotKept) {
  const std::string content = "content";
  const auto refused = [&](SealingBody::Expected expected) {
    const auto kept = keep(content, expected);
    return !kept && kept.error().code == ErrorCode::kCorrupt && store.files.empty();
  };
  EXPECT_TRUE(refused({std::nullopt, crypto::sha256("other")}));
  EXPECT_TRUE(refused({6, std::nullopt}));
  EXPECT_TRUE(refused({8, std::nullopt}));
  const auto cut = keep(content, {}, Error{ErrorCode::kConnectionLost, 0, "test"});
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().code, ErrorCode::kConnectionLost);
  EXPECT_TRUE(store.files.empty());
}

TEST_F(MediaArchiveTest, AFileThatIsThereStays) {
  ASSERT_TRUE(keep("first"));
  ASSERT_TRUE(keep("second"));
  EXPECT_EQ(read(acme), "first");
}

TEST_F(MediaArchiveTest, EveryChangedByteIsFoundOut) {
  const std::string content = counted(kChunkBytes + 10);
  ASSERT_TRUE(keep(content));
  const std::string good = file();
  for (std::size_t at = 0; at < good.size(); at += at < 200 || at + 200 > good.size() ? 1 : 997) {
    file()[at] = static_cast<char>(good[at] ^ 0x40);
    EXPECT_NE(read(acme), content) << at;
    file() = good;
  }
  EXPECT_EQ(read(acme), content);
}

TEST_F(MediaArchiveTest, EveryCutIsFoundOutBeforeTheFirstByte) {
  ASSERT_TRUE(keep(counted(2 * kChunkBytes + 10)));
  const std::string good = file();
  const std::size_t sealed_chunk = kChunkBytes + 16;
  for (const std::size_t cut : {std::size_t{1}, kTrailerBytes, kTrailerBytes + 26,
                                kTrailerBytes + 26 + sealed_chunk, good.size() - 20, good.size() - 1}) {
    file() = good.substr(0, good.size() - cut);
    EXPECT_EQ(read(acme), "corrupt") << cut;
  }
  // A chunk taken out of the middle, with the end as it was.
  file() = good;
  file().erase(good.size() - kTrailerBytes - 26 - sealed_chunk, sealed_chunk);
  EXPECT_EQ(read(acme), "corrupt");
  file() = good + "x";
  EXPECT_EQ(read(acme), "corrupt");
}

TEST_F(MediaArchiveTest, ChunksThatChangedPlacesAreFoundOut) {
  ASSERT_TRUE(keep(counted(3 * kChunkBytes)));
  const std::size_t sealed_chunk = kChunkBytes + 16;
  const std::size_t first = file().size() - kTrailerBytes - 3 * sealed_chunk;
  const std::string swapped =
      file().substr(first + sealed_chunk, sealed_chunk) + file().substr(first, sealed_chunk);
  file().replace(first, 2 * sealed_chunk, swapped);
  EXPECT_EQ(read(acme), "error: corrupt");
}

TEST_F(MediaArchiveTest, ARotatedKeyOpensWhatItSealed) {
  ASSERT_TRUE(keep("content"));
  use(kRotatedRing);
  EXPECT_EQ(read(acme), "content");
  use(kOtherRing);
  EXPECT_EQ(read(acme), "corrupt") << "its key is not in the ring any more";
}

TEST_F(MediaArchiveTest, AnErasedFileNeverComesBack) {
  ASSERT_TRUE(keep("content"));
  ASSERT_TRUE(run_now(loop, archive->erase(acme, "77")));
  EXPECT_EQ(read(acme), "erased");
  EXPECT_EQ(file(), "");
  EXPECT_TRUE(*run_now(loop, archive->settled(acme, "77")));
  ASSERT_TRUE(keep("content"));
  EXPECT_EQ(read(acme), "erased");
  EXPECT_FALSE(*run_now(loop, archive->settled(bolt, "77")));
}

TEST_F(MediaArchiveTest, AStoreThatIsOutIsSaidToBe) {
  store.broken = Error{ErrorCode::kUnavailable, 5, "test"};
  EXPECT_EQ(read(acme), "unavailable");
  EXPECT_FALSE(run_now(loop, archive->settled(acme, "77")));
  EXPECT_FALSE(keep("content"));
  EXPECT_FALSE(run_now(loop, archive->erase(acme, "77")));
}

TEST_F(MediaArchiveTest, OnlyWithARetentionFilesGrowTooOld) {
  EXPECT_TRUE(run_now(loop, archive->purge()));
  retention = Millis{500};
  use(kRing);
  EXPECT_TRUE(run_now(loop, archive->purge()));
  ASSERT_EQ(store.purges.size(), 2U);
  EXPECT_FALSE(store.purges[0].files || store.purges[0].empty_files);
  EXPECT_EQ(store.purges[0].remains, loop.wall_now() - std::chrono::hours{6});
  EXPECT_EQ(store.purges[1].files, loop.wall_now() - Millis{500});
  EXPECT_EQ(store.purges[1].empty_files, loop.wall_now() - Millis{1'000})
      << "while a replay could bring an erased file back, it is remembered";
}

}  // namespace
}  // namespace wac::archive
