#pragma once
// What a store knows of contacts, in memory, and able to fail.

#include "store/contact_log.h"
#include "store/keyed_records.h"

#include <algorithm>
#include <map>

namespace wac::testing {

class MemoryContactLog final : public store::ContactLog {
 public:
  using Key = std::pair<Partition, crypto::Fingerprint>;
  std::map<Key, WallTime> heard;
  std::map<Key, crypto::Fingerprint> phones;
  bool down = false;
  int calls = 0;

  /// As a store does with the event that tells it.
  void note(Partition partition, const store::ContactTouch& touch) {
    for (const auto& id : {touch.phone, touch.user}) {
      if (!id) continue;
      WallTime& at = heard[{partition, *id}];
      at = std::max(at, touch.at);
    }
    if (touch.phone && touch.user) phones[{partition, *touch.user}] = *touch.phone;
  }
  Task<Result<std::optional<WallTime>>> last_heard(Partition partition,
                                                   crypto::Fingerprint contact) override {
    ++calls;
    if (down) co_return fail(ErrorCode::kUnavailable, "test");
    const auto found = heard.find({partition, contact});
    co_return found == heard.end() ? std::nullopt : std::optional<WallTime>{found->second};
  }
  Task<Result<std::optional<crypto::Fingerprint>>> phone_of(Partition partition,
                                                            crypto::Fingerprint user) override {
    ++calls;
    if (down) co_return fail(ErrorCode::kUnavailable, "test");
    const auto found = phones.find({partition, user});
    co_return found == phones.end() ? std::nullopt : std::optional<crypto::Fingerprint>{found->second};
  }
};

class MemoryRecords final : public store::KeyedRecords {
 public:
  struct Kept {
    store::Record record;
    std::optional<Millis> lifetime;
  };
  std::map<crypto::Fingerprint, Kept> kept;
  int gets = 0;
  int writes = 0;
  int conflicts = 0;  ///< so many puts fail first

  Task<Result<std::vector<std::optional<store::Record>>>> get(std::vector<store::RecordKey> keys,
                                                              WallTime) override {
    ++gets;
    std::vector<std::optional<store::Record>> out;
    for (const auto& key : keys) {
      const auto found = kept.find(key.id);
      out.push_back(found == kept.end() ? std::nullopt : std::optional{found->second.record});
    }
    co_return out;
  }
  Task<Result<std::uint64_t>> put(store::RecordKey key, crypto::SealedBlob value, std::uint64_t expected,
                                  std::optional<Millis> lifetime, WallTime) override {
    const auto found = kept.find(key.id);
    const std::uint64_t version = found == kept.end() ? 0 : found->second.record.version;
    if (conflicts > 0 || expected != version) {
      --conflicts;
      co_return fail(ErrorCode::kConflict, "test");
    }
    ++writes;
    kept[key.id] = {{std::move(value), version + 1}, lifetime};
    co_return version + 1;
  }
  Task<Result<std::uint64_t>> set(store::RecordKey key, crypto::SealedBlob value,
                                  std::optional<Millis> lifetime, WallTime) override {
    kept[key.id] = {{std::move(value), 1}, lifetime};
    co_return std::uint64_t{1};
  }
  Task<Result<bool>> erase(store::RecordKey key, WallTime) override { co_return kept.erase(key.id) == 1; }
  Task<Result<store::RecordPage>> list(Partition, store::RecordKind, std::string, std::size_t,
                                       WallTime) override {
    co_return store::RecordPage{};
  }
};

}  // namespace wac::testing
