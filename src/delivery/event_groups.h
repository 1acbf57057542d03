#pragma once
// Hands a tenant's events out to groups of readers: several share them, what one does not acknowledge comes
// back. Rules: group_state.h. Works from the store, so that readers may be at any instance: a hand-out is
// written down (compare-and-set) before it is answered, so no event is with two readers at a time.

#include "base/random.h"
#include "base/semaphore.h"
#include "delivery/event_reader.h"
#include "delivery/group_records.h"
#include "delivery/waiters.h"
#include "telemetry/metrics.h"

#include <atomic>
#include <map>

namespace wac::delivery {

/// Everything outlives the groups.
struct GroupParts {
  const config::GroupRules& rules;
  /// How long a request contends with others for its group before it fails with kOverloaded.
  Millis budget;
  Scheduler& loop;
  Random& random;
  EventReader& reader;
  GroupRecords& records;
  telemetry::Logger& log;
  telemetry::LoopMetrics& metrics;
  /// Readers of the tenant's groups on any loop may get something now.
  std::function<void(const TenantId&)> changed;
};

/// How a group is that does not exist yet. One that exists has begun; its filter must be the same.
struct NewGroup {
  config::ConsumerStart start = config::ConsumerStart::kOldest;
  EventFilter filter = {};
};

/// What a reader asks for.
struct TakeOrder {
  std::string holder;                ///< EventGroups::new_holder()
  std::vector<AckToken> acks = {};   ///< are acknowledged first
  std::size_t limit = 100;           ///< events; at most EventGroups::kLimit
  std::size_t in_flight = SIZE_MAX;  ///< most events the holder may have
  /// Makes a group that does not exist; nothing: kNotFound.
  std::optional<NewGroup> create = {};
};

struct Taken {
  struct Event {
    PersonalText json;  ///< CloudEvents 1.0
    AckToken ack;
    std::uint32_t attempt = 1;
  };
  std::vector<Event> events;
  WallTime lease_end;
  std::vector<std::size_t> unknown;  ///< of TakeOrder::acks
};

/// One per loop. Errors are those of the store and: kNotFound (there is no such group), kConflict (it has
/// another filter), kOverloaded (others
/// were quicker for as long as the budget), kCorrupt.
class EventGroups {
 public:
  static constexpr std::size_t kLimit = 500;
  using Change = std::function<TokenOutcome(GroupState&)>;

  explicit EventGroups(GroupParts parts) : parts_(std::move(parts)), waiters_(parts_.loop) {}

  /// Makes the group where there is none. kTooLarge: the tenant has as many as it may.
  Task<Result<void>> create(GroupName name, NewGroup how);
  /// At least one event, or none at the deadline.
  Task<Result<Taken>> take(GroupName name, TakeOrder order, Deadline until);

  Task<Result<TokenOutcome>> acknowledge(GroupName name, std::vector<AckToken> tokens);
  Task<Result<TokenOutcome>> extend(GroupName name, std::vector<AckToken> tokens);
  Task<Result<TokenOutcome>> give_back(GroupName name, std::vector<AckToken> tokens, Millis delay);
  /// A stream has ended. Where the store does not take it, leases end by themselves.
  Task<void> release(GroupName name, std::string holder, StreamEnd end);
  /// Any other step: it is written unless it counts no event.
  Task<Result<TokenOutcome>> change(GroupName name, Change step);

  std::string new_holder();

  /// Something was appended for the tenant, or can be handed out again: waiting readers look now.
  void notify(const TenantId& tenant) { waiters_.notify(tenant); }
  /// Every waiting reader returns what it has.
  void stop() { waiters_.stop(); }
  /// Takes what the gauge shows. About once a second.
  void measure();
  // Any thread.
  std::size_t waiting() const { return waiters_.count(); }
  /// Age of the oldest event not acknowledged, by its own time, of the groups that were read here within
  /// minutes; 0: there is none.
  Millis lag() const { return Millis{lag_.load(std::memory_order_relaxed)}; }

 private:
  /// A hand-out that is not written yet.
  struct Draft {
    Taken taken;
    std::size_t acknowledged = 0;
    std::vector<GroupDeadLetter> given_up;
    bool changed = false;
    bool loosened = false;  ///< others may get something by it
    bool more = false;      ///< the log was not gone through to its end
    std::optional<WallTime> next_change;
  };
  using Bodies = std::map<crypto::Fingerprint, PersonalText>;

  Task<Result<Draft>> try_take(GroupName name, TakeOrder order);
  Task<Result<Draft>> take_now(GroupName name, TakeOrder order, Deadline patience);
  Task<Result<Draft>> draft(const TenantId& tenant, GroupState& state, const TakeOrder& order);
  Task<Result<void>> read_on(const TenantId& tenant, GroupState& state, HandOut& hand, std::size_t limit,
                             Draft& draft);
  Task<Result<Bodies>> bodies_of(TenantId tenant, std::vector<GroupItem> items);
  Task<Result<TokenOutcome>> change_now(GroupName name, Change step, Deadline patience);
  Task<bool> pause(std::uint32_t tries, Deadline patience);
  void leave(const GroupName& name);
  void written(const GroupName& name, const GroupState& state, const Draft& draft);
  void observe(const GroupName& name, const GroupState& state);
  MonoTime wake_at(const Draft& draft, Deadline until) const;

  struct Seen {
    std::optional<WallTime> oldest;
    MonoTime at;
  };

  GroupParts parts_;
  Waiters waiters_;
  /// One request of a group at a time: only other loops and instances are contended with in the store.
  std::map<GroupName, Slots> turns_;
  std::map<GroupName, Seen> seen_;
  std::atomic<std::int64_t> lag_{0};
};

}  // namespace wac::delivery
