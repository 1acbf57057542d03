#pragma once
// Delivers updates to the connector's webhook the way Meta does: at least once, several POSTs at a time,
// repeated with growing waits until 200, in no promised order. Duplicates and disorder can be added.

#include "base/random.h"
#include "base/scheduler.h"
#include "base/task.h"
#include "sandbox/config.h"
#include "sandbox/webhook_json.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace wac::sandbox {

/// Carries one POST. Outlives the queue.
class WebhookTransport {
 public:
  virtual ~WebhookTransport() = default;
  /// The HTTP status; 0 when no answer came.
  virtual Task<int> post(std::string body) = 0;
};

/// Counts of updates, unless named otherwise. scheduled = acknowledged + failed + pending + dropped.
struct WebhookCounts {
  std::uint64_t scheduled = 0;
  std::uint64_t acknowledged = 0;
  std::uint64_t failed = 0;      ///< given up
  std::uint64_t pending = 0;     ///< not yet due, waiting, or in flight
  std::uint64_t sent = 0;        ///< posted at least once
  std::uint64_t dropped = 0;     ///< lost on purpose, or nobody subscribed
  std::uint64_t held_back = 0;   ///< delayed to come out of order
  std::uint64_t posts = 0;       ///< POSTs made, of any kind
  std::uint64_t retries = 0;     ///< POSTs that repeat a failed one
  std::uint64_t duplicates = 0;  ///< POSTs that repeat an acknowledged one
};

/// Belongs to one loop. stop() before destroying it.
class WebhookQueue {
 public:
  struct Hooks {
    /// An update goes out for the first time.
    std::function<void(const Update&)> sent;
    std::function<void(const Update&)> acknowledged;
  };

  WebhookQueue(Scheduler& scheduler, WebhookTransport& transport, Random& random, WebhookConfig config,
               std::string waba_id, Hooks hooks);

  /// Room for another message's updates?
  bool full() const { return counts_.pending >= config_.backlog; }
  void schedule(Update update, Millis delay);
  WebhookCounts counts() const { return counts_; }
  /// From now on.
  void set_faults(const WebhookFaults& faults) { config_.faults = faults; }
  /// Without a subscription nothing is sent; what waits already still is.
  void subscribe(bool subscribed) { subscribed_ = subscribed; }
  bool subscribed() const { return subscribed_; }
  /// Forgets all updates; answers to POSTs in flight are ignored.
  void reset();
  /// Sends nothing more; completes when no POST is in flight.
  Task<void> stop();

 private:
  struct Delivery {
    std::vector<Update> updates;
    std::size_t failures = 0;
    MonoTime first_try;
    bool duplicate = false;
  };
  using Key = std::pair<MonoTime, std::uint64_t>;

  void arm();
  void on_timer();
  void pump();
  Task<void> work();
  std::unique_ptr<Delivery> next();
  void settle(std::unique_ptr<Delivery> delivery, int status);
  void acknowledge(Delivery& delivery);
  void retry(std::unique_ptr<Delivery> delivery);
  void put_back(std::unique_ptr<Delivery> delivery, Millis wait);

  Scheduler& scheduler_;
  WebhookTransport& transport_;
  Random& random_;
  WebhookConfig config_;
  std::string waba_id_;
  Hooks hooks_;
  WebhookCounts counts_;

  std::map<Key, Update> later_;
  std::map<Key, std::unique_ptr<Delivery>> deliveries_later_;
  std::deque<Update> due_;
  std::deque<std::unique_ptr<Delivery>> deliveries_due_;
  std::uint64_t order_ = 0;
  std::uint64_t generation_ = 0;
  Scheduler::TimerId timer_ = 0;
  MonoTime armed_ = MonoTime::max();
  TaskScope workers_;
  bool stopping_ = false;
  bool subscribed_ = true;
};

}  // namespace wac::sandbox
