#pragma once
// What operators are told of attempts: counters, one log line for each, and a line for what an attempt
// changed about its sender.

#include "outbound/attempt_rules.h"
#include "store/intent_store.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"

namespace wac::outbound {

/// Both outlive it.
class AttemptReport {
 public:
  AttemptReport(telemetry::Logger& log, telemetry::LoopMetrics& metrics) : log_(log), metrics_(metrics) {}

  /// Says once what a settlement changed about its sender.
  void tell_news(const store::IntentRecord& record, const AttemptEnd& end,
                 const store::SettleResult& done) const;
  /// Of an attempt that was written down; `latency` of the whole of it.
  void account(const store::IntentRecord& record, const AttemptEnd& end, Micros latency) const;

 private:
  telemetry::Logger& log_;
  telemetry::LoopMetrics& metrics_;
};

}  // namespace wac::outbound
