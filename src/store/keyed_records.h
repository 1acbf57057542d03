#pragma once
// Small sealed facts, each under a keyed fingerprint and with a lifetime: what is known of contacts, media
// ids, subscriptions, cursors. The store can read neither the facts nor what they are about.

#include "base/error.h"
#include "base/ids.h"
#include "base/task.h"
#include "base/time.h"
#include "crypto/fingerprint.h"
#include "crypto/keyring.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wac::store {

/// What a record is about: a constant of the code that owns the records.
struct RecordKind {
  std::string_view name;  ///< literal, [a-z]{1,12}
  /// Has an index for list(). For kinds of which a partition holds thousands at most.
  bool listed = false;
};

struct RecordKey {
  Partition partition;
  RecordKind kind;
  crypto::Fingerprint id;
};

struct Record {
  crypto::SealedBlob value;
  /// Rises with every write, also when a record was erased or forgotten in between (as far as clocks agree).
  std::uint64_t version = 0;
};

struct ListedRecord {
  crypto::Fingerprint id;
  Record record;
};

struct RecordPage {
  std::vector<ListedRecord> records;  ///< in order of their ids
  std::string cursor;                 ///< where to read on; empty: that was all
};

/// Every member is one atomic step for each key; when it returns a value, that step survives a crash. Errors:
/// kUnavailable and kOverloaded (nothing was done), kUnknownOutcome (it may have been done).
class KeyedRecords {
 public:
  virtual ~KeyedRecords() = default;

  /// In the order of the keys; nothing where there is none, or its lifetime has passed. One round trip.
  virtual Task<Result<std::vector<std::optional<Record>>>> get(std::vector<RecordKey> keys, WallTime now) = 0;

  /// Writes if the stored version is `expected` (0: there is none), else kConflict. Returns the new version.
  /// No lifetime: kept until it is erased.
  virtual Task<Result<std::uint64_t>> put(RecordKey key, crypto::SealedBlob value, std::uint64_t expected,
                                          std::optional<Millis> lifetime, WallTime now) = 0;

  /// Writes whatever is there. Returns the new version.
  virtual Task<Result<std::uint64_t>> set(RecordKey key, crypto::SealedBlob value,
                                          std::optional<Millis> lifetime, WallTime now) = 0;

  /// Whether there was one.
  virtual Task<Result<bool>> erase(RecordKey key, WallTime now) = 0;

  /// The records of a listed kind: pass an empty cursor first, then what came back, until it is empty again.
  /// A page may hold fewer than `limit` (1 to 1 000). What is written meanwhile may or may not be in it.
  /// kInvalid: no cursor of ours, or the kind is not listed.
  virtual Task<Result<RecordPage>> list(Partition partition, RecordKind kind, std::string cursor,
                                        std::size_t limit, WallTime now) = 0;
};

/// Most records of a page.
inline constexpr std::size_t kRecordsPerPage = 1'000;

/// What both engines give a write: above the stored version and above every erased one's.
inline std::uint64_t next_version(std::uint64_t stored, WallTime now) {
  const auto by_time = static_cast<std::uint64_t>(to_millis(now) > 0 ? to_millis(now) : 0);
  return stored + 1 > by_time ? stored + 1 : by_time;
}

}  // namespace wac::store
