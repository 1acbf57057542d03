#include "outbound/media_ids.h"

#include "outbound/stored_media_ids.h"
#include "outbound_fixture.h"

namespace wac::outbound {
namespace {

TEST(MediaIds, ForgetTheLeastRecentlyUsed) {
  testing::ManualScheduler loop;
  MemoryMediaIds ids(2);
  const WallTime now = loop.wall_now();
  const auto key = [](std::uint8_t n) {
    crypto::Fingerprint out;
    out.bytes[0] = n;
    return out;
  };
  KnownMedia media;
  media.uploaded = now;
  const auto keep = [&](std::uint8_t n) -> Task<int> {
    media.id = std::to_string(n);
    return [](MemoryMediaIds* to, crypto::Fingerprint at, KnownMedia what, WallTime when) -> Task<int> {
      co_await to->keep({}, at, std::move(what), when);
      co_return 0;
    }(&ids, key(n), media, now);
  };
  run_now(loop, keep(1));
  run_now(loop, keep(2));
  EXPECT_TRUE(run_now(loop, ids.find({}, key(1), now)));
  run_now(loop, keep(3));
  EXPECT_FALSE(run_now(loop, ids.find({}, key(2), now)));
  EXPECT_EQ(run_now(loop, ids.find({}, key(1), now))->id, "1");
  EXPECT_FALSE(run_now(loop, ids.find({}, key(1), now + kMediaLifetime)));
}

/// Records in memory; fails when told to.
class MemoryRecords final : public store::KeyedRecords {
 public:
  std::map<crypto::Fingerprint, std::string> values;
  std::optional<Millis> lifetime;
  bool fails = false;

  Task<Result<std::vector<std::optional<store::Record>>>> get(std::vector<store::RecordKey> keys,
                                                              WallTime /*now*/) override {
    if (fails) co_return fail(ErrorCode::kUnavailable, "test");
    std::vector<std::optional<store::Record>> out;
    for (const store::RecordKey& key : keys) {
      const auto found = values.find(key.id);
      out.emplace_back();
      if (found != values.end()) out.back() = store::Record{{found->second}, 1};
    }
    co_return out;
  }
  Task<Result<std::uint64_t>> put(store::RecordKey, crypto::SealedBlob, std::uint64_t, std::optional<Millis>,
                                  WallTime) override {
    co_return fail(ErrorCode::kInternal, "test");
  }
  Task<Result<std::uint64_t>> set(store::RecordKey key, crypto::SealedBlob value, std::optional<Millis> kept,
                                  WallTime /*now*/) override {
    if (fails) co_return fail(ErrorCode::kUnavailable, "test");
    values[key.id] = value.bytes;
    lifetime = kept;
    co_return 1U;
  }
  Task<Result<bool>> erase(store::RecordKey, WallTime) override { co_return false; }
  Task<Result<store::RecordPage>> list(Partition, store::RecordKind, std::string, std::size_t,
                                       WallTime) override {
    co_return store::RecordPage{};
  }
};

class StoredMediaIdsTest : public OutboundFixture {
 protected:
  static Task<int> store_one(MediaIds* ids, crypto::Fingerprint key, KnownMedia media, WallTime now) {
    co_await ids->keep({}, key, std::move(media), now);
    co_return 0;
  }
  MemoryRecords records_;
};

TEST_F(StoredMediaIdsTest, OutliveTheProcessSealedForAsLongAsMetaKeepsTheFile) {
  const WallTime now = loop_.wall_now();
  KnownMedia media;
  media.id = "1234567890";
  media.mime = "image/jpeg";
  media.uploaded = now - Millis{1'000};
  const crypto::Fingerprint key{{1, 2, 3}};
  StoredMediaIds before(records_, *sealer_);
  run_now(loop_, store_one(&before, key, media, now));
  EXPECT_EQ(records_.lifetime, kMediaLifetime - Millis{1'000});
  EXPECT_EQ(records_.values.at(key).find("1234567890"), std::string::npos);
  StoredMediaIds after(records_, *sealer_);
  EXPECT_EQ(run_now(loop_, after.find({}, key, now)), media);
  // From memory now.
  records_.fails = true;
  EXPECT_EQ(run_now(loop_, after.find({}, key, now)), media);
  EXPECT_FALSE(run_now(loop_, after.find({}, key, now + kMediaLifetime)));
  StoredMediaIds other(records_, *sealer_);
  EXPECT_FALSE(run_now(loop_, other.find({}, key, now)));
}

TEST(MediaIds, SurviveAsText) {
  KnownMedia media;
  media.id = "123";
  media.mime = "image/jpeg";
  media.sha256[31] = 7;
  media.uploaded = from_millis(5);
  media.checked = from_millis(6);
  media.etag = "\"a\\\"b\"";
  media.replaced = true;
  EXPECT_EQ(known_media_from(to_text(media)), media);
  EXPECT_FALSE(known_media_from("{}"));
  EXPECT_FALSE(known_media_from("nonsense"));
}

}  // namespace
}  // namespace wac::outbound
