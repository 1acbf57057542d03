#pragma once
// Load that never gives up, and the accounts afterwards: every intent and every webhook that was accepted,
// held against what the sandbox and the event log hold. Lost 0, doubled 0.

#include "support/certificates.h"
#include "support/connector.h"
#include "support/redis_server.h"

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <random>
#include <set>
#include <thread>

namespace wac::testing {

struct CampaignSize {
  std::size_t intents = 500;
  std::size_t webhooks = 500;
  std::size_t threads = 4;
};

/// Posts intents and webhooks until each is acknowledged, as a careful caller and as Meta would.
class Campaign {
 public:
  Campaign(const Connector& connector, const Sandbox& sandbox, CampaignSize size);
  ~Campaign() { join(); }
  Campaign(const Campaign&) = delete;
  Campaign& operator=(const Campaign&) = delete;

  void start();
  /// Acknowledged so far, of both kinds.
  std::size_t progress() const { return acknowledged_.load(); }
  std::size_t total() const { return size_.intents + size_.webhooks; }
  void join();

  /// Waits until nothing is open, then asserts lost 0, doubled 0.
  void verify(Millis timeout);

 private:
  void work(std::size_t worker);
  void post_intent(std::size_t index);
  void post_webhook(std::size_t index);
  std::map<std::string, std::string> states() const;
  void verify_intents(const std::map<std::string, std::string>& states) const;
  void verify_events() const;

  const Connector& connector_;
  const Sandbox& sandbox_;
  CampaignSize size_;
  std::vector<std::string> ids_;
  std::string api_key_;
  std::atomic<std::size_t> next_{0};
  std::atomic<std::size_t> acknowledged_{0};
  std::atomic<bool> stop_{false};
  std::vector<std::thread> threads_;
};

/// What every campaign runs with: short leases and windows, resend with evidence.
Environment campaign_environment();

}  // namespace wac::testing
