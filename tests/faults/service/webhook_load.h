#pragma once
// Webhooks of many conversations at a steady rate, posted until each is acknowledged, as Meta does; and the
// accounts of who was given their events: nothing lost, in order, under one id.

#include "support/connector.h"

#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace wac::testing {

/// One event as a consumer was given it.
struct Sighting {
  std::string id;     ///< the event's
  std::string wamid;  ///< the message's
};

/// The sightings of one consumer, from any thread.
class Sightings {
 public:
  void add(Sighting sighting);
  /// From the text of a CloudEvent.
  void add_event(const std::string& event);
  std::size_t count() const;
  std::vector<Sighting> all() const;

 private:
  mutable std::mutex mutex_;
  std::vector<Sighting> all_;
};

struct Accounts {
  std::size_t missing = 0;     ///< acknowledged and never given
  std::size_t repeated = 0;    ///< given once more
  std::size_t disordered = 0;  ///< given for the first time before one that came earlier in its conversation
  std::size_t renamed = 0;     ///< given under another id than before
};

class WebhookLoad {
 public:
  struct Rate {
    double per_second = 100;
    std::size_t conversations = 20;
    std::size_t threads = 4;
  };

  WebhookLoad(const Connector& connector, Rate rate);
  ~WebhookLoad() { end(); }
  WebhookLoad(const WebhookLoad&) = delete;
  WebhookLoad& operator=(const WebhookLoad&) = delete;

  void start();
  /// Posts what is under way until it is acknowledged, and nothing new.
  void end();

  std::size_t acknowledged() const { return acknowledged_; }
  /// Posts that were answered with anything but 200, or not at all.
  std::size_t refused() const { return refused_; }
  /// After end().
  Accounts settle(const std::vector<Sighting>& seen) const;

 private:
  struct Conversation {
    std::string phone;
    std::size_t acknowledged = 0;
    bool under_way = false;  ///< the next one was posted already
    std::chrono::steady_clock::time_point due = {};
  };
  void work(std::size_t worker);
  Conversation* next(std::size_t worker);
  void post(Conversation& conversation);

  const Connector& connector_;
  Rate rate_;
  std::vector<Conversation> conversations_;
  std::atomic<std::size_t> acknowledged_{0};
  std::atomic<std::size_t> refused_{0};
  std::atomic<bool> ending_{false};
  std::vector<std::thread> threads_;
};

/// Reads GET /v1/events by long poll from the beginning, in a thread, with a cursor it never loses.
class EventPoller {
 public:
  explicit EventPoller(const Connector& connector);
  ~EventPoller();
  EventPoller(const EventPoller&) = delete;
  EventPoller& operator=(const EventPoller&) = delete;
  const Sightings& seen() const { return seen_; }

 private:
  void poll();

  const Connector& connector_;
  Sightings seen_;
  std::atomic<bool> ending_{false};
  std::thread thread_;
};

}  // namespace wac::testing
