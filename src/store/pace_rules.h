#pragma once
// What paces a sender, as plain functions without I/O: the SQLite engine loads gates, lets the rules decide
// and stores them in the same transaction; redis/pace.lua says the same in Lua, over hashes with the field
// names of each_number(). The conformance suite holds both to it.
//
// Times are milliseconds since the epoch as doubles, because paces of 80 a second have fractions of them.

#include "store/intent.h"
#include "store/rules.h"

#include <string>

namespace wac::store {

/// Later than any time there is: not before something changes.
inline constexpr double kNever = 9e15;
/// When to look again at what only a person or another credential can let go.
inline constexpr Millis kStoppedRetry{60'000};

struct SenderGate {
  TenantId tenant;
  PaceLimits limits;
  crypto::Fingerprint credential;
  IntentKey probe;     ///< with kHalfOpen: the attempt everybody waits for; all zero: none
  double arrival = 0;  ///< GCRA's theoretical arrival time
  double rate = 0;     ///< as it was at `rate_at`, messages per second
  double rate_at = 0;  ///< 0: never throttled, the rate is the ceiling
  double halved_at = 0;
  double blocked_until = 0;
  double usage = 0, usage_at = 0;
  double breaker = 0;  ///< a BreakerState
  double open_until = 0, open_for = 0, probe_until = 0;
  /// The breaker's window: answers and faults of the current one, begun at `window_at`, and of the one
  /// before.
  double window_at = 0, answers = 0, faults = 0, answers_before = 0, faults_before = 0;
  double stopped_at = 0;  ///< 0: not stopped
  double stop_code = 0, stop_until_credential = 0;
  double served_at = 0;  ///< its last turn in take_due()

  friend bool operator==(const SenderGate&, const SenderGate&) = default;
};

/// Calls `f(name, number)` for each moving number of a gate; the names are those of the Redis hash.
template <class Gate, class F>
void each_number(Gate& gate, F f) {
  f("a", gate.arrival);
  f("r", gate.rate);
  f("ra", gate.rate_at);
  f("ha", gate.halved_at);
  f("u", gate.blocked_until);
  f("g", gate.usage);
  f("ga", gate.usage_at);
  f("b", gate.breaker);
  f("ou", gate.open_until);
  f("of", gate.open_for);
  f("pu", gate.probe_until);
  f("wa", gate.window_at);
  f("w1", gate.answers);
  f("f1", gate.faults);
  f("w0", gate.answers_before);
  f("f0", gate.faults_before);
  f("sa", gate.stopped_at);
  f("sc", gate.stop_code);
  f("su", gate.stop_until_credential);
  f("v", gate.served_at);
}

/// "80,0,6000,45,…": the limits as they are kept, in the order of their declaration.
std::string limits_text(const PaceLimits& limits);
std::optional<PaceLimits> limits_from(std::string_view text);
/// "a 1790000000000.5 r 80 …" without the zeros, and back. False: not such a text.
std::string numbers_text(const SenderGate& gate);
bool read_numbers(std::string_view text, SenderGate& gate);
bool read_number(std::string_view name, std::string_view value, SenderGate& gate);

/// One conversation: who goes first, and how fast.
struct PairGate {
  double arrival = 0;
  double paused_until = 0;
  double level = 0;  ///< Meta's X: the next pause is 4^X seconds

  friend bool operator==(const PairGate&, const PairGate&) = default;
};

/// When something may start, and what it waits for until then. `ready` <= now: at once.
struct Opening {
  double ready = 0;
  Hold hold = Hold::kNone;
};

/// Takes over what a claim brings. Whether anything changed.
bool adopt(SenderGate& gate, const NewIntent& intent);
/// Takes over another token. Whether it ended a stop or a breaker.
bool adopt(SenderGate& gate, const crypto::Fingerprint& credential);

/// Messages per second at `now`; 0: no limit.
double rate_at(const SenderGate& gate, WallTime now);
/// `tenant_arrival`: the arrival time of the tenant's own GCRA.
Opening sender_opening(const SenderGate& gate, double tenant_arrival, WallTime now);
Opening pair_opening(const PairGate& pair, const PaceLimits& limits, WallTime now);
/// An attempt starts: counts it everywhere. `key` is the probe of a breaker that was open.
void start(SenderGate& gate, double& tenant_arrival, const IntentKey& key, WallTime lease_end, WallTime now);
void start(PairGate& pair, const PaceLimits& limits, WallTime now);
/// `key` is not being sent any more: another probe may start.
void end_probe(SenderGate& gate, const IntentKey& key);
/// What the end of the attempt of `key` teaches; before end_probe().
void learn(SenderGate& gate, const PaceSignal& signal, const IntentKey& key, WallTime now);
void learn(PairGate& pair, const PaceSignal& signal, IntentState state, WallTime now);
/// Whether there was a stop or a breaker to end.
bool resume(SenderGate& gate);
/// Without sender and queue.
SenderPace show(const SenderGate& gate, WallTime now);

/// `hold` and `due` of an accepted or waiting intent as they are at `now`: of the gates that are closed, the
/// one that opens last. `ready`: its place in the queue of its sender.
void show_wait(IntentRecord& record, const SenderGate& gate, double tenant_arrival, const PairGate& pair,
               double ready, WallTime now);

/// `ready` in whole milliseconds, never too early.
WallTime to_time(double ready);

}  // namespace wac::store
