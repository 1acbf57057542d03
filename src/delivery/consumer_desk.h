#pragma once
// What an operator sees of consumers and may order: reports, dead letters, resume, redrive, replay. Works
// from the store, so that any instance can answer, whichever serves the consumer.

#include "delivery/consumer_records.h"
#include "delivery/event_reader.h"

#include <functional>

namespace wac::delivery {

struct ConsumerReport {
  ConsumerId id;
  ConsumerState state;
  bool begun = false;              ///< it has a place in the log
  bool served = false;             ///< an instance has it right now
  std::size_t pending = 0;         ///< events not settled, as of the last write
  bool more = false;               ///< and there are more than that
  std::optional<WallTime> oldest;  ///< time of the first of them
  std::size_t dead_letters = 0;
};

struct ReplayCount {
  std::size_t events = 0;
  bool complete = true;  ///< false: the deadline passed first; there may be more
};

/// One per loop. Errors are those of the store.
class ConsumerDesk {
 public:
  /// `ordered` tells whoever serves the tenant's consumers here to look.
  ConsumerDesk(const config::Directory& directory, Scheduler& loop, EventReader& reader,
               ConsumerRecords& records, std::function<void(const TenantId&)> ordered)
      : directory_(directory),
        loop_(loop),
        reader_(reader),
        records_(records),
        ordered_(std::move(ordered)) {}

  Task<Result<std::vector<ConsumerReport>>> list(TenantId tenant);
  Task<Result<std::vector<DeadLetter>>> dead_letters(ConsumerName name);
  /// Deliver again: after a pause, or after 410 stopped it.
  Task<Result<void>> resume(ConsumerName name);
  /// How many dead letters are tried again.
  Task<Result<std::size_t>> redrive(ConsumerName name);
  /// How many of its events are of that time.
  Task<Result<ReplayCount>> count(ConsumerName name, ReplayRange range, Deadline deadline);
  /// kConflict: one is going on.
  Task<Result<void>> replay(ConsumerName name, ReplayRange range);

 private:
  Task<Result<ConsumerReport>> report(ConsumerName name);
  Task<Result<void>> order(ConsumerName name, Orders orders);

  const config::Directory& directory_;
  Scheduler& loop_;
  EventReader& reader_;
  ConsumerRecords& records_;
  std::function<void(const TenantId&)> ordered_;
};

}  // namespace wac::delivery
