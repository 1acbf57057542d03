#pragma once
// The events a consumer is being sent: which may go now, and how far everything is settled. In order within a
// conversation, whatever happens in others. Plain rules; bounded by whoever fills it.

#include "base/personal.h"
#include "base/time.h"
#include "crypto/fingerprint.h"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace wac::delivery {

/// An event as it was read.
struct PendingEvent {
  crypto::Fingerprint id;
  std::string before;  ///< cursor from which it is the next one
  std::string after;
  PersonalText body;
  std::string type;
  crypto::Fingerprint conversation;
  WallTime time;  ///< the event's own
  std::uint32_t tries = 0;
  std::uint32_t blocking_tries = 0;  ///< the latest of them, while all else waited for it
  std::optional<WallTime> first_try;
  bool refused = false;  ///< at least once
};

/// What is known of an event that was refused and is not settled: its time to be given up must outlive us.
struct TriedEvent {
  crypto::Fingerprint id;
  WallTime first_try;
  std::uint32_t tries = 0;
};

class Window {
 public:
  using Sequence = std::uint64_t;

  /// Begins anew behind a settled position. `done`: settled events after it. `tried`: refused ones.
  void reset(std::string cursor, std::set<crypto::Fingerprint> done,
             const std::vector<TriedEvent>& tried = {});

  /// The next event of the log. One that is settled already only moves the position.
  void add(PendingEvent event, MonoTime now);
  /// The next event of the log does not concern the consumer.
  void skip(const crypto::Fingerprint& id, std::string after);
  /// The log was read up to here: once all is settled, this is the position.
  void read_to(std::string cursor);
  /// There is nothing behind: what was said to be settled or tried and was not met is gone from the log.
  void caught_up() {
    known_.clear();
    tried_.clear();
  }

  /// The event that has been due longest, of those at the head of their conversation; it is then in flight.
  std::optional<Sequence> take(MonoTime now);
  PendingEvent& at(Sequence sequence) { return events_.at(sequence).event; }
  /// Delivered, or a dead letter.
  void settle(Sequence sequence, MonoTime now);
  /// Failed: its conversation waits until then.
  void put_back(Sequence sequence, MonoTime due);
  /// Everything that waits is due.
  void hurry(MonoTime now);

  /// When take() may give the next one; nothing when all are in flight or settled.
  std::optional<MonoTime> next_due() const {
    return heads_.empty() ? std::nullopt : std::optional{heads_.begin()->first};
  }
  /// Position in the log behind which nothing is settled but the events of done().
  const std::string& cursor() const { return cursor_; }
  std::vector<crypto::Fingerprint> done() const;
  /// Refused and not settled: as many as it holds events, and those of reset() not met yet.
  std::vector<TriedEvent> tried() const;
  /// Where to read on.
  const std::string& end() const { return end_; }
  /// Not settled.
  std::size_t pending() const { return pending_; }
  /// Events it holds, also settled ones behind unsettled ones.
  std::size_t size() const { return events_.size(); }
  std::size_t bytes() const { return bytes_; }
  /// Positions settled since reset().
  std::uint64_t settled() const { return settled_; }
  /// The oldest event that is not settled.
  const PendingEvent* oldest() const { return events_.empty() ? nullptr : &events_.begin()->second.event; }

 private:
  struct Held {
    PendingEvent event;
    bool settled = false;
  };
  void advance();

  std::map<Sequence, Held> events_;
  std::map<crypto::Fingerprint, std::deque<Sequence>> conversations_;
  /// Heads of conversations that are not in flight.
  std::set<std::pair<MonoTime, Sequence>> heads_;
  std::set<crypto::Fingerprint> known_;
  std::map<crypto::Fingerprint, TriedEvent> tried_;
  std::string cursor_;
  std::string end_;
  Sequence next_ = 0;
  std::size_t pending_ = 0;
  std::size_t bytes_ = 0;
  std::uint64_t settled_ = 0;
};

}  // namespace wac::delivery
