#pragma once
// What the suite of keyed records does with a store.

#include "integration/store/store_conformance.h"

namespace wac::testing {

using store::Record;
using store::RecordKey;
using store::RecordKind;
using store::RecordPage;

class RecordConformance : public StoreConformance {
 protected:
  static constexpr RecordKind kPlain{"plain", false};
  static constexpr RecordKind kListed{"listed", true};

  RecordKey key(RecordKind kind = kPlain) { return {partition_, kind, fingerprint()}; }

  std::vector<std::optional<Record>> get(std::vector<RecordKey> keys, WallTime now) {
    return run<Result<std::vector<std::optional<Record>>>>([&] { return store().records().get(keys, now); })
        .value();
  }
  std::optional<Record> get_one(RecordKey key, WallTime now) { return get({key}, now).front(); }
  Result<std::uint64_t> put(RecordKey key, std::string value, std::uint64_t expected, WallTime now,
                            std::optional<Millis> lifetime = std::nullopt) {
    return run<Result<std::uint64_t>>(
        [&] { return store().records().put(key, {value}, expected, lifetime, now); });
  }
  std::uint64_t set(RecordKey key, std::string value, WallTime now,
                    std::optional<Millis> lifetime = std::nullopt) {
    return run<Result<std::uint64_t>>([&] { return store().records().set(key, {value}, lifetime, now); })
        .value();
  }
  bool erase(RecordKey key, WallTime now) {
    return run<Result<bool>>([&] { return store().records().erase(key, now); }).value();
  }
  Result<RecordPage> list(RecordKind kind, std::string cursor, std::size_t limit, WallTime now) {
    return run<Result<RecordPage>>(
        [&] { return store().records().list(partition_, kind, cursor, limit, now); });
  }
  std::vector<store::ListedRecord> list_all(RecordKind kind, std::size_t limit, WallTime now) {
    std::vector<store::ListedRecord> all;
    std::string cursor;
    do {
      const RecordPage page = list(kind, cursor, limit, now).value();
      EXPECT_LE(page.records.size(), limit);
      all.insert(all.end(), page.records.begin(), page.records.end());
      cursor = page.cursor;
    } while (!cursor.empty());
    return all;
  }
};

}  // namespace wac::testing
