#pragma once
// Serves one consumer: takes its lease, reads its events, posts them in order within each conversation, tries
// again, gives up, and writes down how far it came. At least once: after a crash what was delivered since the
// last write (a second, or a hundred events) is delivered again.

#include "delivery/consumer_records.h"
#include "delivery/event_reader.h"
#include "delivery/transport.h"
#include "delivery/window.h"
#include "telemetry/metrics.h"

#include <deque>

namespace wac::delivery {

/// What all consumers of a loop share. Outlives them.
struct PusherParts {
  const config::DeliveryRules& rules;
  const config::Directory& directory;
  Scheduler& loop;
  Random& random;
  EventReader& reader;
  ConsumerRecords& records;
  Transport& transport;
  telemetry::Logger& log;
  telemetry::LoopMetrics& metrics;
  std::string instance;  ///< tells this loop of this process from all others
};

/// How often a consumer without work is looked at in the store, for an instance that died may have left it
/// events: every half a minute when there are few, every ten minutes among a hundred or more, so that a
/// hundred of them together cost an idle instance a command every two seconds.
Millis idle_look(std::size_t consumers);

class Pusher {
 public:
  Pusher(const PusherParts& parts, ConsumerName name) : parts_(parts), name_(std::move(name)) {}

  /// Until stop(), or until the configuration no longer has the consumer.
  Task<void> run();
  /// Events were appended for its tenant.
  void notify();
  /// There are orders, or the configuration changed.
  void look();
  /// Takes nothing more, lets what is in flight finish until the deadline, writes down, gives the lease back.
  void stop(Deadline deadline);

  /// The time of the oldest event read and not settled. While the store does not answer it is what is known.
  std::optional<WallTime> oldest() const;
  /// Events read and not settled.
  std::size_t pending() const { return in_sight() ? live_.window.pending() : 0; }
  /// As far as is known here.
  std::size_t dead_letters() const { return letters_.size(); }
  /// Paused or stopped, as far as is known here.
  bool held_back() const { return state_.endpoint.paused || state_.endpoint.stopped; }

 private:
  /// Events on their way: those whose turn it is, or those of a replay.
  struct Feed {
    Window window;
    Occasion occasion = Occasion::kFirst;
    bool more = false;  ///< the last page was full
  };

  const config::ConsumerEntry* consumer(const config::SnapshotRef& snapshot) const {
    return snapshot->consumer(name_.tenant, name_.consumer);
  }
  bool in_sight() const { return serving_ || blind_; }
  Task<std::optional<MonoTime>> acquire();
  Task<void> count_letters();
  Task<bool> begin_state(const ConsumerRecords::Loaded& loaded, const config::ConsumerEntry& consumer);
  Task<bool> has_work(const ConsumerRecords::Loaded& loaded);
  Task<bool> begin();
  Task<void> serve();
  Task<void> look_around();
  void obey(const Orders& orders);
  Task<void> fill(Feed& feed);
  void dispatch();
  bool may_send() const;
  Task<void> attempt(Feed* feed, Window::Sequence sequence);
  void conclude(Feed& feed, Window::Sequence sequence, const Answer& answer);
  bool bury(const PendingEvent& event, const Answer& answer);
  Task<void> redrive(DeadLetter letter);
  void learn(const Answer& answer);
  void end_replay();
  bool idle() const;
  bool flush_due() const;
  Task<void> flush(bool release);
  Task<void> finish();
  Task<void> wait(MonoTime until);
  MonoTime next_wake() const;
  void wake();

  const PusherParts& parts_;
  ConsumerName name_;
  ConsumerState state_;
  std::uint64_t version_ = 0;
  MonoTime lease_end_;
  Feed live_;
  Feed replay_{{}, Occasion::kReplay, false};
  std::vector<DeadLetter> letters_;
  bool letters_changed_ = false;
  std::uint64_t letters_version_ = 0;  ///< of the state beside which they were read or written
  std::deque<DeadLetter> redrive_;
  bool redriving_ = false;
  std::size_t in_flight_ = 0;
  bool saturated_ = false;     ///< as many in flight as may be
  std::size_t unwritten_ = 0;  ///< settled since the last flush
  bool changed_ = false;
  bool serving_ = false;
  bool blind_ = false;  ///< not serving because the store does not answer
  bool notified_ = false;
  bool look_ = false;
  bool stopping_ = false;
  Deadline stop_deadline_;
  MonoTime last_flush_;
  MonoTime last_look_;
  MonoTime last_event_;
  bool woken_ = false;
  OneShot<bool> signal_;
  TaskScope attempts_;
};

}  // namespace wac::delivery
