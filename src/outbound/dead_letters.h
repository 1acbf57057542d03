#pragma once
// Intents that used up their attempts or time: reading a tenant's, and giving them another chance.

#include "outbound/courier.h"

#include <optional>
#include <string>
#include <vector>

namespace wac::outbound {

struct DeadLetterPage {
  std::vector<store::IntentRecord> records;  ///< newest first, across all of the tenant's partitions
  std::string cursor;                        ///< where to read on; empty: that was all
};

/// Which dead letters to redrive, and how many at most.
struct RedriveOrder {
  /// Graph's code of the last refusal; 0: those that no refusal of Meta's ended. Absent: all.
  std::optional<std::uint32_t> error_code;
  std::size_t limit = 100;
  enum class Run : std::uint8_t { kDry, kReal } run = Run::kDry;
};

struct RedriveResult {
  std::size_t matched = 0;   ///< found, at most the limit
  std::size_t redriven = 0;  ///< queued again; fewer when somebody else was faster
  bool more = false;         ///< there are, or may be, others
};

/// One per loop.
class DeadLetters {
 public:
  explicit DeadLetters(OutboundParts parts) : parts_(std::move(parts)) {}

  /// `cursor`: empty, or one of an earlier page. At most `limit` records; a page may be short although more
  /// follow. kInvalid: no cursor of ours.
  Task<Result<DeadLetterPage>> read(TenantId tenant, std::string cursor, std::size_t limit);
  Task<Result<RedriveResult>> redrive(TenantId tenant, RedriveOrder order);

 private:
  /// What was read ahead of one partition.
  struct Lane {
    Partition partition;
    std::string cursor;  ///< where the store reads on
    std::vector<store::IntentRecord> records = {};
    std::size_t next = 0;
    bool more = true;  ///< the store may have others
    bool empty() const { return next == records.size(); }
  };
  Task<Result<void>> refill(std::vector<Lane>* lanes, std::size_t count);
  Task<void> refill_one(Lane* lane, std::size_t count, std::optional<Error>* failure);
  Task<Result<bool>> redrive_one(store::IntentRecord record);

  OutboundParts parts_;
};

}  // namespace wac::outbound
