#include "archive/file_format.h"

#include "archive/byte_range.h"
#include "archive/sealed_bodies.h"
#include "base/encoding.h"
#include "base/expose.h"
#include "support/manual_scheduler.h"
#include "support/memory_archive.h"

#include <gtest/gtest.h>

namespace wac::archive {
namespace {

using crypto::ChunkCipher;
using testing::MemoryBody;
using testing::run_now;

constexpr const char* kRing =
    R"({"version":1,"fingerprint":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=","active":1,)"
    R"("seal":[{"id":1,"key":"ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="}]})";

std::string counted_key() {
  std::string key;
  for (int i = 0; i < 32; ++i) key += static_cast<char>(i);
  return key;
}

std::string bytes(std::string_view hex) {
  return from_hex(hex).value();
}

struct FileFormat : ::testing::Test {
  testing::ManualScheduler loop;
  testing::SeededRandom random{7};
  crypto::Sealer sealer{crypto::Keyring::parse(Secret{kRing}).value(), random};
  Head head{Secret{counted_key()}, "image/jpeg"};
};

// Chunks of 4 bytes of "abcdef", and the trailer: made by Node's crypto.
const std::string kChunk0 = bytes("6fded6ba5c676eafbfd9872b4cb328a7116c71e5");
const std::string kChunk1 = bytes("458ae40a33c4f341eb32d6c596b7638321eb");
const std::string kTrailer = bytes(
    "483125cad192197ca92dbea7660b6755875111b9f59d08f595d5185cd1dd150d2bd05a159fee3dd62552169165aa9e71380f5f35"
    "d8d64a94");

TEST_F(FileFormat, PiecesAreSealedAsDocumented) {
  ChunkCipher cipher = cipher_of(head, 4);
  std::string out;
  cipher.seal(0, ChunkCipher::Place::kMore, "abcd", out);
  cipher.seal(1, ChunkCipher::Place::kMore, "ef", out);
  EXPECT_EQ(out, kChunk0 + kChunk1);
  std::string end;
  cipher.seal(2, ChunkCipher::Place::kLast, encode(Trailer{6, crypto::sha256("abcdef")}), end);
  EXPECT_EQ(end, kTrailer);
  EXPECT_EQ(end.size(), kTrailerBytes);
}

TEST_F(FileFormat, TheHeadIsReadBack) {
  const std::string written = write_head(sealer, head, 65'536, "media|acme|77");
  EXPECT_EQ(written.substr(0, 9), std::string("WACM\x01\x00\x01\x00\x00", 9));
  const std::string file = written + "chunks";
  const auto raw = parse_head(file);
  ASSERT_TRUE(raw);
  EXPECT_EQ(raw->chunk_bytes, 65'536U);
  EXPECT_EQ(raw->size, written.size());
  const auto opened = open_head(sealer, *raw, "media|acme|77");
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->mime, "image/jpeg");
  EXPECT_EQ(expose(opened->key, Purpose::kSeal), counted_key());
  EXPECT_FALSE(open_head(sealer, *raw, "media|acme|78")) << "the head of another file";
  EXPECT_FALSE(open_head(sealer, *raw, "media|bolt|77")) << "the head of another tenant's file";
}

TEST_F(FileFormat, AnythingElseIsNoHead) {
  const std::string good = write_head(sealer, head, 4, "p");
  EXPECT_TRUE(parse_head(good));
  for (std::size_t length = 0; length < good.size(); ++length) {
    EXPECT_FALSE(parse_head(std::string_view{good}.substr(0, length))) << length;
  }
  const auto with = [&](std::size_t at, char c) {
    std::string changed = good;
    changed[at] = c;
    return parse_head(changed);
  };
  EXPECT_FALSE(with(0, 'X'));
  EXPECT_FALSE(with(4, 2)) << "another version";
  EXPECT_FALSE(with(5, 2)) << "chunks of 32 MB";
  EXPECT_FALSE(with(8, 0)) << "chunks of nothing";
  EXPECT_FALSE(with(9, 4)) << "a head longer than any";
  EXPECT_FALSE(with(10, 0)) << "no head";
}

TEST(ArchiveLayout, FollowsFromTheFilesSize) {
  constexpr std::size_t kHead = 100;
  for (const std::uint64_t size : {0U, 1U, 3U, 4U, 5U, 8U, 9U, 4'000U, 4'001U}) {
    const Layout layout = Layout::of_content(size, kHead, 4);
    const auto found = Layout::of_file(layout.file_bytes(), kHead, 4);
    ASSERT_TRUE(found) << size;
    EXPECT_EQ(found->size(), size);
    EXPECT_EQ(found->chunks(), (size + 3) / 4);
  }
  EXPECT_EQ(Layout::of_content(6, kHead, 4).trailer_at(), kHead + 20 + 18);
  EXPECT_EQ(Layout::of_content(6, kHead, 4).file_bytes(), kHead + 20 + 18 + 56);
  EXPECT_FALSE(Layout::of_file(kHead + kTrailerBytes - 1, kHead, 4));
  EXPECT_FALSE(Layout::of_file(kHead + kTrailerBytes + 16, kHead, 4)) << "a chunk without a byte";
  EXPECT_TRUE(Layout::of_file(kHead + kTrailerBytes + 17, kHead, 4));
}

TEST(ArchiveLayout, ARangeIsInItsChunks) {
  const Layout layout = Layout::of_content(10, 100, 4);
  const auto part = [&](std::uint64_t from, std::uint64_t length) {
    const Layout::Part found = layout.part(from, length);
    return std::vector<std::uint64_t>{found.first_chunk, found.at, found.length, found.skip};
  };
  EXPECT_EQ(part(0, 10), (std::vector<std::uint64_t>{0, 100, 58, 0}));
  EXPECT_EQ(part(0, 4), (std::vector<std::uint64_t>{0, 100, 20, 0}));
  EXPECT_EQ(part(3, 2), (std::vector<std::uint64_t>{0, 100, 40, 3}));
  EXPECT_EQ(part(4, 1), (std::vector<std::uint64_t>{1, 120, 20, 0}));
  EXPECT_EQ(part(9, 1), (std::vector<std::uint64_t>{2, 140, 18, 1}));
}

TEST_F(FileFormat, EveryRangeIsOpened) {
  const std::string content = "abcdef";
  const std::string body = kChunk0 + kChunk1;
  const Layout layout = Layout::of_content(6, 0, 4);
  for (std::size_t from = 0; from < 6; ++from) {
    for (std::size_t length = 1; from + length <= 6; ++length) {
      const Layout::Part part = layout.part(from, length);
      OpeningBody range{std::make_unique<MemoryBody>(body.substr(part.at, part.length), 7),
                        cipher_of(head, 4), 4, part, length};
      EXPECT_EQ(run_now(loop, testing::text_of_body(range)), content.substr(from, length));
    }
  }
}

TEST_F(FileFormat, ChunksThatAreMovedMissingOrOthersAreFoundOut) {
  const auto read = [&](std::string body) {
    OpeningBody range{std::make_unique<MemoryBody>(std::move(body)), cipher_of(head, 4), 4,
                      Layout::of_content(8, 0, 4).part(0, 8), 8};
    return run_now(loop, testing::text_of_body(range));
  };
  std::string second;
  cipher_of(head, 4).seal(1, ChunkCipher::Place::kMore, "efgh", second);
  EXPECT_EQ(read(kChunk0 + second), "abcdefgh");
  EXPECT_EQ(read(second + kChunk0), "error: corrupt");
  EXPECT_EQ(read(kChunk0 + kChunk0), "error: corrupt");
  EXPECT_EQ(read(kChunk0), "error: corrupt");
  EXPECT_EQ(read(kChunk0 + kChunk1), "error: corrupt") << "shorter than it is to be";
}

TEST(ByteRanges, AreThoseOfRfc9110) {
  const auto range = [](std::string_view header) { return parse_range(header, 10); };
  EXPECT_EQ(range("bytes=0-0"), (ByteRange{0, 1}));
  EXPECT_EQ(range("bytes=2-5"), (ByteRange{2, 4}));
  EXPECT_EQ(range("bytes=2-"), (ByteRange{2, 8}));
  EXPECT_EQ(range("bytes=2-99"), (ByteRange{2, 8}));
  EXPECT_EQ(range("bytes=-3"), (ByteRange{7, 3}));
  EXPECT_EQ(range("bytes=-99"), (ByteRange{0, 10}));
  EXPECT_EQ(range("bytes=10-"), ByteRange{}) << "there is no such part";
  EXPECT_EQ(range("bytes=-0")->length, 0U);
  EXPECT_EQ(parse_range("bytes=0-", 0), ByteRange{});
  for (const char* whole : {"", "bytes=", "bytes=-", "bytes=5-2", "bytes=a-b", "bytes=1", "lines=1-2",
                            "bytes=99999999999999999999-"}) {
    EXPECT_EQ(range(whole), std::nullopt) << whole;
  }
}

}  // namespace
}  // namespace wac::archive
