#include "store/redis/calls.h"

#include "store/pace_rules.h"
#include "store/redis/keys.h"
#include "store/redis/record.h"
#include "store/rules.h"

#include <array>

namespace wac::store::redis {
namespace {

std::string text(WallTime time) {
  return std::to_string(to_millis(time));
}
std::string text(Millis time) {
  return std::to_string(time.count());
}
std::string text(IntentState state) {
  return std::to_string(static_cast<unsigned>(state));
}
std::string text(const crypto::Fingerprint& fingerprint) {
  return std::string{fingerprint.raw()};
}

/// Empty where it is all zero.
std::string optional_text(const crypto::Fingerprint& fingerprint) {
  return fingerprint == crypto::Fingerprint{} ? std::string{} : text(fingerprint);
}

std::string text(ClaimMode mode) {
  switch (mode) {
    case ClaimMode::kQueue:
      return "queue";
    case ClaimMode::kSendNow:
      return "now";
    case ClaimMode::kSendNowOrRefuse:
      break;
  }
  return "refuse";
}

/// As learn() of pace.lua has them.
std::string text(PaceSignal::Kind kind) {
  switch (kind) {
    case PaceSignal::Kind::kNone:
      break;
    case PaceSignal::Kind::kAnswered:
      return "answered";
    case PaceSignal::Kind::kThrottled:
      return "throttled";
    case PaceSignal::Kind::kPairThrottled:
      return "pair";
    case PaceSignal::Kind::kServerFault:
      return "fault";
    case PaceSignal::Kind::kStop:
      return "stop";
    case PaceSignal::Kind::kUsage:
      return "usage";
  }
  return {};
}

/// The state a command leads to, and those it may come from.
struct CommandRule {
  IntentState to;
  std::array<IntentState, 2> from;
};

CommandRule rule_of(Command command) {
  constexpr std::array kWaiting{IntentState::kAccepted, IntentState::kRetryWait};
  constexpr std::array kUndecided{IntentState::kUnknown, IntentState::kUnconfirmed};
  switch (command) {
    case Command::kCancel:
      return {IntentState::kCancelled, kWaiting};
    case Command::kResolveSent:
      return {IntentState::kSent, kUndecided};
    case Command::kResolveFailed:
      return {IntentState::kFailed, kUndecided};
    case Command::kRedrive:
      return {IntentState::kAccepted, {IntentState::kDead, IntentState::kDead}};
    case Command::kResolveResend:
      break;
  }
  return {IntentState::kAccepted, kUndecided};
}

}  // namespace

IntentRecord record_when_free(const NewIntent& intent, ClaimMode mode, Millis lease, WallTime now) {
  IntentRecord record;
  record.key = intent.key;
  record.body = intent.body;
  record.tenant = intent.tenant;
  record.id = intent.id;
  record.sender = intent.sender;
  record.recipient = intent.recipient;
  record.priority = intent.priority;
  record.correlation = intent.correlation;
  record.on_unknown = intent.on_unknown;
  record.created = intent.created;
  record.updated = now;
  record.due = intent.due;
  record.expires_at = intent.expires_at;
  if (intent.expires_at && *intent.expires_at <= now) {
    record.state = IntentState::kExpired;
  } else if (mode != ClaimMode::kQueue) {
    record.state = IntentState::kSending;
    record.attempt = 1;
    record.token = first_token(intent);
    record.due = now + lease;
  }
  record.timeline.emplace_back(record.state, now);
  return record;
}

Session::Call claim_call(const NewIntent& intent, const IntentRecord& record, ClaimMode mode, Millis lease,
                         Millis retention, WallTime now) {
  const std::string prefix = partition_prefix(Partition::of(intent.sender));
  Session::Call call;
  call.keys = {intent_key(prefix, intent.key), sealed_key(prefix, intent.key),
               id_key(prefix, intent.id_fingerprint)};
  call.args = {prefix,
               text(intent.key),
               text(intent.body),
               intent.payload.bytes,
               text(intent.due),
               is_open(record.state) ? std::string{} : text(retention),
               text(mode),
               text(now),
               text(now + lease),
               std::string{intent.sender.str()},
               optional_text(intent.recipient),
               intent.priority == Priority::kHigh ? "1" : "",
               intent.expires_at ? text(*intent.expires_at) : std::string{},
               std::string{intent.tenant.str()},
               limits_text(intent.limits),
               optional_text(intent.credential)};
  auto fields = fields_of(record, intent);
  call.args.insert(call.args.end(), std::move_iterator{fields.begin()}, std::move_iterator{fields.end()});
  return call;
}

Session::Call settle_call(Settlement settlement, Millis retention, WallTime now) {
  const std::string prefix = partition_prefix(settlement.partition);
  Session::Call call;
  call.keys = {intent_key(prefix, settlement.key), sealed_key(prefix, settlement.key),
               queue_key(prefix, IntentState::kSending)};
  call.args = {prefix,
               text(settlement.key),
               std::to_string(settlement.token),
               text(settlement.state),
               text(now),
               text(settlement.due),
               std::to_string(settlement.error_code),
               std::to_string(settlement.upstream_status),
               text(retention),
               std::move(settlement.wamid.bytes),
               optional_text(settlement.message),
               settlement.counts ? "1" : "0",
               text(settlement.signal.kind),
               text(settlement.signal.wait),
               std::to_string(settlement.signal.code),
               settlement.signal.until_new_credential ? "1" : "0",
               std::to_string(settlement.signal.usage_percent)};
  return call;
}

Session::Call take_due_call(Partition partition, std::size_t limit, const DueRules& rules, WallTime now) {
  const std::string prefix = partition_prefix(partition);
  Session::Call call;
  for (const IntentState state :
       {IntentState::kAccepted, IntentState::kRetryWait, IntentState::kSending, IntentState::kUnknown}) {
    call.keys.push_back(queue_key(prefix, state));
  }
  call.args = {prefix,
               text(now),
               std::to_string(limit),
               text(now + rules.lease),
               text(now + rules.unknown_window),
               std::to_string(rules.max_attempts),
               text(now - rules.max_age),
               text(rules.retention),
               text(rules.undecided_retention),
               std::to_string(rules.per_sender)};
  for (const SenderId& sender : rules.skip) call.args.emplace_back(sender.str());
  return call;
}

Session::Call command_call(Partition partition, const IntentKey& key, Command command, Millis retention,
                           WallTime now) {
  const std::string prefix = partition_prefix(partition);
  const CommandRule rule = rule_of(command);
  Session::Call call;
  call.keys = {intent_key(prefix, key), sealed_key(prefix, key)};
  call.args = {prefix,          text(key),          text(rule.to),     text(now),
               text(retention), text(rule.from[0]), text(rule.from[1])};
  return call;
}

}  // namespace wac::store::redis
