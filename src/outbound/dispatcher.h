#pragma once
// Hands due intents of its partitions to Outbound. Partitions are shared out among the loops of a process;
// several processes may look at the same one, the store's claims keep them apart.

#include "base/scheduler.h"
#include "base/task.h"
#include "outbound/outbound.h"

#include <map>
#include <set>
#include <vector>

namespace wac::outbound {

struct DispatcherRules {
  std::size_t batch = 64;  ///< intents taken at once
  /// How often the next of its partitions is looked at although nothing of it is known to be due: that is how
  /// another, dead instance's work is found. A process with several loops multiplies it by their number, so
  /// that an idle instance stays under one command a second.
  Millis sweep{2'000};
  /// After the store failed: before the next try.
  Millis store_pause{500};
};

/// One per loop; all members on that loop.
class Dispatcher {
 public:
  Dispatcher(Scheduler& loop, store::IntentStore& store, Outbound& outbound,
             std::vector<Partition> partitions, DispatcherRules rules, telemetry::Logger& log);

  /// Looks at every partition once, then as they come due. Ends when stop() was called.
  Task<void> run();
  /// Takes nothing more and completes when what was handed out is settled.
  Task<void> stop();

  /// Its share has changed: from now on it sweeps these. What is known to be due elsewhere is still done.
  void serve(std::vector<Partition> partitions);
  /// Something of the partition is due at `at`.
  void wake(Partition partition, WallTime at);
  /// Intents being processed.
  std::size_t in_flight() const { return work_.running(); }

 private:
  Task<bool> take(Partition partition);
  /// Whether the store answers, where it lately did not. Takes nothing.
  Task<Result<void>> look(Partition partition);
  /// How much of this process one sender may take: at most so many at once, nothing for those who have
  /// enough.
  void share_out(store::DueRules& rules, Partition partition);
  std::size_t step() const;
  /// Whether the sender has so much in flight that others go first.
  bool has_enough(std::size_t sending) const;
  Task<void> work(store::DueItem item, Slot slot);
  MonoTime next_wake() const;
  std::optional<Partition> next_due();

  Scheduler& loop_;
  store::IntentStore& store_;
  Outbound& outbound_;
  DispatcherRules rules_;
  telemetry::Logger& log_;
  std::map<Partition, WallTime> due_;
  std::set<Partition> failed_;  ///< of these the last take failed
  /// What is being sent, by sender.
  std::map<SenderId, std::size_t> sending_;
  /// Senders that were passed over because they had enough in flight.
  std::set<SenderId> passed_over_;
  std::vector<Partition> partitions_;
  std::size_t sweep_index_ = 0;
  MonoTime next_sweep_;
  bool stopping_ = false;
  OneShot<bool> signal_;
  std::optional<OneShot<bool>> taking_;  ///< while take_due() is awaited
  TaskScope work_;
};

}  // namespace wac::outbound
