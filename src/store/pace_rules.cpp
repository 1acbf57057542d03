#include "store/pace_rules.h"

#include <algorithm>
#include <cmath>

namespace wac::store {
namespace {

using Kind = PaceSignal::Kind;

constexpr double kSecond = 1'000;
/// From here on Meta's usage slows the sender, down to a tenth of its rate.
constexpr double kUsageSlows = 75;
constexpr double kUsageHolds = 60 * kSecond;
/// The rate comes back by this share of the ceiling each second.
constexpr double kRecovery = 20;
/// 4^4 seconds.
constexpr double kPairLevels = 4;

double ms(WallTime time) {
  return static_cast<double>(to_millis(time));
}

double ms(Millis time) {
  return static_cast<double>(time.count());
}

BreakerState breaker_of(const SenderGate& gate) {
  return static_cast<BreakerState>(static_cast<int>(gate.breaker));
}

void set_breaker(SenderGate& gate, BreakerState state) {
  gate.breaker = static_cast<double>(state);
  gate.probe = {};
  gate.probe_until = 0;
}

void close(SenderGate& gate) {
  set_breaker(gate, BreakerState::kClosed);
  gate.open_until = gate.open_for = 0;
  gate.window_at = gate.answers = gate.faults = gate.answers_before = gate.faults_before = 0;
}

void open(SenderGate& gate, double length, WallTime now) {
  set_breaker(gate, BreakerState::kOpen);
  gate.open_for = std::min(length, ms(gate.limits.breaker_open_max));
  gate.open_until = ms(now) + gate.open_for;
}

void end_stop(SenderGate& gate) {
  gate.stopped_at = gate.stop_code = gate.stop_until_credential = 0;
}

/// Since its last change the rate has risen with every full second.
double recovered(const SenderGate& gate, WallTime now) {
  const double ceiling = gate.limits.sender_per_second;
  if (gate.rate_at == 0) return ceiling;
  const double seconds = std::max(0.0, std::floor((ms(now) - gate.rate_at) / kSecond));
  return std::min(ceiling, gate.rate + seconds * ceiling / kRecovery);
}

double usage_share(const SenderGate& gate, WallTime now) {
  if (gate.usage < kUsageSlows || ms(now) - gate.usage_at > kUsageHolds) return 1;
  return 1 - 0.9 * (std::min(gate.usage, 100.0) - kUsageSlows) / (100 - kUsageSlows);
}

/// When the GCRA lets the next one go.
double conforming(double arrival, double interval, double burst) {
  return arrival - (burst - 1) * interval;
}

double burst_of(double rate) {
  return std::max(1.0, std::floor(rate / 10));
}

void wait_for(Opening& opening, double until, Hold hold, WallTime now) {
  if (until <= ms(now)) return;
  opening.ready = std::max(opening.ready, until);
  // The first reason counts: it is the one that lasts.
  if (opening.hold == Hold::kNone) opening.hold = hold;
}

/// Counts an answer in a sliding window: the current one, and the one before as far as it still reaches.
void count_answer(SenderGate& gate, bool fault, WallTime now) {
  const double length = std::max(1.0, ms(gate.limits.breaker_window));
  const double passed = std::floor((ms(now) - gate.window_at) / length);
  if (passed >= 1 || gate.window_at == 0) {
    const bool next = passed == 1 && gate.window_at != 0;
    gate.answers_before = next ? gate.answers : 0;
    gate.faults_before = next ? gate.faults : 0;
    gate.answers = gate.faults = 0;
    gate.window_at = next ? gate.window_at + length : ms(now);
  }
  gate.answers += 1;
  if (!fault) return;
  gate.faults += 1;
  const double share = 1 - (ms(now) - gate.window_at) / length;
  const double answers = gate.answers + gate.answers_before * share;
  const double faults = gate.faults + gate.faults_before * share;
  if (answers < gate.limits.breaker_min || faults * 100 < answers * gate.limits.breaker_percent) return;
  open(gate, ms(gate.limits.breaker_open), now);
}

void judge(SenderGate& gate, Kind kind, const IntentKey& key, WallTime now) {
  if (gate.limits.breaker_min == 0 || kind == Kind::kNone || kind == Kind::kUsage) return;
  const bool fault = kind == Kind::kServerFault;
  if (breaker_of(gate) == BreakerState::kClosed) {
    count_answer(gate, fault, now);
  } else if (breaker_of(gate) == BreakerState::kHalfOpen && gate.probe == key) {
    if (fault) {
      open(gate, 2 * gate.open_for, now);
    } else {
      close(gate);
    }
  }
}

/// A token was refused that has been replaced since.
bool is_of_old_credential(const SenderGate& gate, const PaceSignal& signal) {
  return signal.until_new_credential && signal.credential != crypto::Fingerprint{} &&
         gate.credential != crypto::Fingerprint{} && signal.credential != gate.credential;
}

void slow_down(SenderGate& gate, Millis wait, WallTime now) {
  gate.blocked_until = std::max(gate.blocked_until, ms(now) + ms(wait));
  if (gate.limits.sender_per_second == 0) return;
  const double rate = recovered(gate, now);
  const bool halve = ms(now) - gate.halved_at >= kSecond;
  gate.rate = halve ? std::max(1.0, rate / 2) : rate;
  gate.rate_at = ms(now);
  if (halve) gate.halved_at = ms(now);
}

}  // namespace

bool adopt(SenderGate& gate, const NewIntent& intent) {
  bool changed = false;
  if (gate.tenant != intent.tenant || !(gate.limits == intent.limits)) {
    gate.tenant = intent.tenant;
    gate.limits = intent.limits;
    if (gate.limits.breaker_min == 0) close(gate);
    changed = true;
  }
  if (intent.credential != crypto::Fingerprint{} && intent.credential != gate.credential) {
    adopt(gate, intent.credential);
    changed = true;
  }
  return changed;
}

bool adopt(SenderGate& gate, const crypto::Fingerprint& credential) {
  if (credential == gate.credential) return false;
  bool ended = false;
  if (gate.credential != crypto::Fingerprint{}) {
    ended = breaker_of(gate) != BreakerState::kClosed || gate.stop_until_credential != 0;
    close(gate);
    if (gate.stop_until_credential != 0) end_stop(gate);
  }
  gate.credential = credential;
  return ended;
}

double rate_at(const SenderGate& gate, WallTime now) {
  return recovered(gate, now) * usage_share(gate, now);
}

Opening sender_opening(const SenderGate& gate, double tenant_arrival, WallTime now) {
  Opening opening{ms(now), Hold::kNone};
  if (gate.stopped_at != 0) return {kNever, Hold::kStopped};
  if (breaker_of(gate) == BreakerState::kOpen) wait_for(opening, gate.open_until, Hold::kBreaker, now);
  if (breaker_of(gate) == BreakerState::kHalfOpen) wait_for(opening, gate.probe_until, Hold::kBreaker, now);
  wait_for(opening, gate.blocked_until, Hold::kSenderPace, now);
  if (const double rate = rate_at(gate, now); rate > 0) {
    wait_for(opening, conforming(gate.arrival, kSecond / rate, burst_of(rate)), Hold::kSenderPace, now);
  }
  if (const double rate = gate.limits.tenant_per_second; rate > 0) {
    wait_for(opening, conforming(tenant_arrival, kSecond / rate, burst_of(rate)), Hold::kTenantPace, now);
  }
  return opening;
}

Opening pair_opening(const PairGate& pair, const PaceLimits& limits, WallTime now) {
  Opening opening{ms(now), Hold::kNone};
  wait_for(opening, pair.paused_until, Hold::kPairPace, now);
  if (limits.pair_interval > Millis{0}) {
    const double burst = std::max(1.0, static_cast<double>(limits.pair_burst));
    wait_for(opening, conforming(pair.arrival, ms(limits.pair_interval), burst), Hold::kPairPace, now);
  }
  return opening;
}

void start(SenderGate& gate, double& tenant_arrival, const IntentKey& key, WallTime lease_end, WallTime now) {
  if (const double rate = rate_at(gate, now); rate > 0) {
    gate.arrival = std::max(gate.arrival, ms(now)) + kSecond / rate;
  }
  if (const double rate = gate.limits.tenant_per_second; rate > 0) {
    tenant_arrival = std::max(tenant_arrival, ms(now)) + kSecond / rate;
  }
  if (breaker_of(gate) == BreakerState::kClosed) return;
  set_breaker(gate, BreakerState::kHalfOpen);
  gate.probe = key;
  gate.probe_until = ms(lease_end);
}

void start(PairGate& pair, const PaceLimits& limits, WallTime now) {
  if (limits.pair_interval > Millis{0}) {
    pair.arrival = std::max(pair.arrival, ms(now)) + ms(limits.pair_interval);
  }
}

void end_probe(SenderGate& gate, const IntentKey& key) {
  if (gate.probe == key) set_breaker(gate, breaker_of(gate));
}

void learn(SenderGate& gate, const PaceSignal& signal, const IntentKey& key, WallTime now) {
  if (signal.kind == Kind::kNone) return;
  if (signal.usage_percent != 0 || signal.kind == Kind::kUsage) {
    gate.usage = signal.usage_percent;
    gate.usage_at = ms(now);
  }
  judge(gate, signal.kind, key, now);
  if (signal.kind == Kind::kThrottled) slow_down(gate, signal.wait, now);
  if (signal.kind != Kind::kStop || is_of_old_credential(gate, signal)) return;
  gate.stopped_at = ms(now);
  gate.stop_code = signal.code;
  gate.stop_until_credential = signal.until_new_credential ? 1 : 0;
}

void learn(PairGate& pair, const PaceSignal& signal, IntentState state, WallTime now) {
  if (signal.kind == Kind::kPairThrottled) {
    pair.paused_until = ms(now) + kSecond * std::pow(4.0, pair.level);
    pair.level = std::min(pair.level + 1, kPairLevels);
  } else if (signal.kind == Kind::kAnswered && state == IntentState::kSent) {
    pair.level = 0;
  }
}

bool resume(SenderGate& gate) {
  const bool closed = breaker_of(gate) == BreakerState::kClosed;
  if (closed && gate.stopped_at == 0) return false;
  close(gate);
  end_stop(gate);
  return true;
}

SenderPace show(const SenderGate& gate, WallTime now) {
  SenderPace pace;
  pace.credential = gate.credential;
  pace.ceiling = gate.limits.sender_per_second;
  pace.rate = rate_at(gate, now);
  if (ms(now) - gate.usage_at <= kUsageHolds) pace.usage_percent = static_cast<std::uint8_t>(gate.usage);
  if (gate.blocked_until > ms(now)) pace.blocked_until = to_time(gate.blocked_until);
  pace.breaker = breaker_of(gate);
  if (pace.breaker == BreakerState::kOpen) pace.open_until = to_time(gate.open_until);
  if (pace.breaker == BreakerState::kHalfOpen) pace.open_until = to_time(gate.probe_until);
  if (gate.stopped_at != 0) {
    pace.stopped_code = static_cast<std::uint32_t>(gate.stop_code);
    pace.stopped_since = to_time(gate.stopped_at);
    pace.until_new_credential = gate.stop_until_credential != 0;
  }
  return pace;
}

void show_wait(IntentRecord& record, const SenderGate& gate, double tenant_arrival, const PairGate& pair,
               double ready, WallTime now) {
  const bool scheduled =
      record.state == IntentState::kAccepted && ready > ms(now) && record.hold == Hold::kNone;
  if (scheduled || (record.state != IntentState::kAccepted && record.state != IntentState::kRetryWait))
    return;
  const Opening sender = sender_opening(gate, tenant_arrival, now);
  if (sender.hold == Hold::kStopped) record.hold = Hold::kStopped;
  // Neither has a time: a person, or an earlier one of the same recipient, lets it go.
  if (sender.hold == Hold::kStopped || record.hold == Hold::kOrder) return;
  const Opening own = pair_opening(pair, gate.limits, now);
  const bool paused = record.hold == Hold::kPairPace && ready > ms(now);
  Opening last{std::max(ready, ms(now)), paused ? Hold::kPairPace : Hold::kNone};
  for (const Opening& one : {own, sender}) {
    if (one.hold != Hold::kNone && one.ready > last.ready) last = one;
  }
  // It could go, but so could others of its sender, and these share the pace.
  const bool shares = gate.limits.sender_per_second != 0 && gate.arrival > ms(now) && ready <= ms(now);
  if (last.hold == Hold::kNone && shares) last.hold = Hold::kSenderPace;
  record.hold = last.hold;
  record.due = to_time(last.hold == Hold::kNone ? ready : last.ready);
}

WallTime to_time(double ready) {
  // Sums of intervals may be a hair beyond the millisecond they mean.
  return from_millis(static_cast<std::int64_t>(std::ceil(ready - 0.01)));
}

}  // namespace wac::store
