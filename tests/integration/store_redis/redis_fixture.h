#pragma once
// What the tests of the Redis engine alone share: the conformance suite's operations, and a look into Redis.

#include "integration/store/store_conformance.h"
#include "integration/store_redis/redis_harness.h"

#include <charconv>
#include <sstream>

namespace wac::testing {

class RedisStoreTest : public StoreConformance {
 protected:
  RedisServer& server() { return static_cast<RedisHarness&>(*harness_).server(); }

  /// Runs Lua in Redis; `KEYS` and answers of several lines are the caller's to know.
  std::string lua(const std::string& script) { return server().cli({"--raw", "EVAL", script, "0"}); }

  /// How often Redis ran `command` since the last `CONFIG RESETSTAT`.
  int calls(const std::string& command) {
    const std::string stats = server().cli({"INFO", "commandstats"});
    const std::string name = "cmdstat_" + command + ":calls=";
    const auto at = stats.find(name);
    int count = 0;
    if (at != std::string::npos)
      std::from_chars(stats.data() + at + name.size(), stats.data() + stats.size(), count);
    return count;
  }

  /// How often Redis ran anything since then, within scripts or not.
  int all_calls() {
    int sum = 0;
    std::istringstream in{server().cli({"INFO", "commandstats"})};
    for (std::string line; std::getline(in, line);) {
      const auto at = line.find(":calls=");
      if (line.starts_with("cmdstat_") && at != std::string::npos) sum += std::stoi(line.substr(at + 7));
    }
    return sum;
  }

  std::string prefix() const {
    return "wac:{p" + std::string(partition_.number < 10 ? "0" : "") + std::to_string(partition_.number) +
           "}:";
  }

  /// Every kind of key there is: open intents, settled ones, evidence, events, a duplicate message.
  void live_a_little() {
    const NewIntent doubled = intent();
    NewIntent resent = intent();
    resent.on_unknown = OnUnknown::kResend;
    bring_to(resent, IntentState::kUnknown);
    bring_to(doubled, IntentState::kSent);
    ingest_one(status(doubled, 1, IntentState::kRead), at(1));
    ingest_one(status(doubled, 2, IntentState::kDelivered), at(1));
    take_one(DueAction::kResend, at(2));
    ingest_one(status(resent, 1, IntentState::kFailed), at(3));
    ingest_one(status(resent, 2, IntentState::kFailed), at(3));
    ingest_one(event(), at(3));
    ingest_one(message_status(intent(), 1, IntentState::kSent), at(3));
    for (const IntentState state : {IntentState::kCancelled, IntentState::kExpired, IntentState::kFailed,
                                    IntentState::kDead, IntentState::kUnconfirmed}) {
      bring_to(intent(), state);
    }
    const NewIntent resolved = intent();
    bring_to(resolved, IntentState::kUnconfirmed);
    EXPECT_TRUE(command(resolved, Command::kResolveResend, at(4)));
    EXPECT_TRUE(command(resolved, Command::kCancel, at(5)));
    for (const IntentState state :
         {IntentState::kAccepted, IntentState::kRetryWait, IntentState::kSending, IntentState::kUnknown}) {
      bring_to(intent(), state);
    }
    limits_.tenant_per_second = 1'000;
    const auto recipient = fingerprint();
    NewIntent next = message(recipient);
    next.priority = Priority::kHigh;
    next.expires_at = at(86'400'000);
    send(message(recipient), at(6));
    send(next, at(6));
    end(send(message(), at(7)), IntentState::kSent, at(7));
  }
};

}  // namespace wac::testing
