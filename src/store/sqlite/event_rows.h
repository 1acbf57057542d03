#pragma once
// The table of events. A row keeps its body for the event retention and its dedupe mark for the dedupe
// retention; `seq` rises with every event and is the readers' cursor.

#include "store/event_log.h"
#include "store/sqlite/connection.h"

#include <map>

namespace wac::store::sqlite {

class EventRows {
 public:
  explicit EventRows(Connection& connection);

  /// False: its dedupe mark is there already, and nothing is written.
  bool append(Partition partition, const NewEvent& event, const EventRules& rules, WallTime now);
  /// Events of the tenant behind `after`, oldest first. `partitions`: bit n for partition n.
  EventPage read(const TenantId& tenant, std::uint64_t partitions, std::int64_t after, std::size_t limit);
  /// The last number given to an event; 0: none.
  std::int64_t last_seq();
  /// Drops bodies and marks whose time has passed, looking at `limit` rows at most; returns how many.
  std::size_t forget(WallTime now, std::size_t limit);
  /// What forget() did may have been undone.
  void rolled_back() { bodiless_ = 0; }

 private:
  std::size_t forget_bodies(WallTime now, std::size_t limit);
  std::size_t forget_marks(WallTime now, std::size_t limit);

  Connection& connection_;
  Statement insert_, forget_mark_, read_, last_seq_, old_bodies_, drop_body_, old_marks_, remove_;
  std::int64_t next_seq_ = 0;
  /// Rows up to this one have no body left to drop.
  std::int64_t bodiless_ = 0;
};

/// When each sender last had evidence. Kept in memory and written once per transaction; a rolled back
/// transaction does not make an observation untrue.
class SenderEvidence {
 public:
  explicit SenderEvidence(Connection& connection);
  void observe(const SenderId& sender, WallTime now);
  std::optional<WallTime> last(const SenderId& sender);
  /// Into the open transaction.
  void write();
  /// The transaction of the last write() is durable.
  void written() { unwritten_.clear(); }

 private:
  Statement load_, save_;
  std::map<std::string, WallTime, std::less<>> known_;
  std::vector<std::string> unwritten_;
};

}  // namespace wac::store::sqlite
