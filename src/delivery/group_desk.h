#pragma once
// What an operator sees of groups of readers and may do to them. Works from the store: any instance answers.

#include "delivery/event_groups.h"

#include <variant>

namespace wac::delivery {

struct GroupReport {
  ConsumerId group;
  std::uint64_t acknowledged = 0;
  std::size_t in_flight = 0;       ///< with a reader
  std::size_t waiting = 0;         ///< read from the log, for their conversation or a reader
  std::size_t unread = 0;          ///< wanted ones among the next of the log
  bool more = false;               ///< and the log goes on
  std::optional<WallTime> oldest;  ///< time of the oldest event not acknowledged
  std::size_t dead_letters = 0;
  EventFilter filter;
};

/// Where a group is to go on: an end of the log, or before the first event whose time is that or later.
using SeekTarget = std::variant<config::ConsumerStart, WallTime>;

struct SeekOrder {
  SeekTarget target;
  bool dry_run = false;
};

struct SeekReport {
  GroupReport after;
  std::size_t dropped = 0;  ///< events in flight and waiting, whose acknowledgements are unknown from then on
};

/// One per loop. Errors are those of EventGroups.
class GroupDesk {
 public:
  /// All outlive it.
  GroupDesk(Scheduler& loop, EventReader& reader, GroupRecords& records, EventGroups& groups)
      : loop_(loop), reader_(reader), records_(records), groups_(groups) {}

  Task<Result<std::vector<GroupReport>>> list(TenantId tenant);
  Task<Result<GroupReport>> report(GroupName name);
  /// Forgets the group and its place.
  Task<Result<void>> remove(GroupName name);
  /// kTimeout: the log is too long to find that time before the deadline.
  Task<Result<SeekReport>> seek(GroupName name, SeekOrder order, Deadline deadline);
  Task<Result<std::vector<GroupDeadLetter>>> dead_letters(GroupName name);
  /// How many are handed out again: as many as the group has room for.
  Task<Result<std::size_t>> redrive(GroupName name, const config::GroupRules& rules);

 private:
  Task<Result<GroupReport>> report_of(GroupName name, GroupState state);
  Task<Result<std::string>> position(TenantId tenant, SeekTarget target, Deadline deadline);
  Task<Result<GroupState>> state_of(GroupName name);

  Scheduler& loop_;
  EventReader& reader_;
  GroupRecords& records_;
  EventGroups& groups_;
};

}  // namespace wac::delivery
