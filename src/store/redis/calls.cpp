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
std::string_view optional_raw(const crypto::Fingerprint& fingerprint) {
  return fingerprint == crypto::Fingerprint{} ? std::string_view{} : fingerprint.raw();
}

/// Empty where there is none.
void put_optional(net::RedisWords& words, std::optional<std::int64_t> number) {
  if (number) {
    words.arg(*number);
  } else {
    words.arg("");
  }
}

std::string_view word(ClaimMode mode) {
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
std::string_view word(PaceSignal::Kind kind) {
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

/// Room that the arguments of most claims and settlements need, beside what is sealed.
constexpr std::size_t kCommonWords = 3;
constexpr std::size_t kCommonBytes = 48;
constexpr std::size_t kClaimWords = 52;
constexpr std::size_t kClaimBytes = 480;
constexpr std::size_t kSettleWords = 17;
constexpr std::size_t kSettleBytes = 120;

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
  if (intent.prepares) record.preparation = Preparation::kPending;
  record.created = intent.created;
  record.age_from = std::max(intent.created, intent.due);
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

GroupedCall claim_call(const NewIntent& intent, const IntentRecord& record, ClaimMode mode, Millis lease,
                       Millis retention, WallTime now) {
  const std::string prefix = partition_prefix(Partition::of(intent.sender));
  GroupedCall call;
  call.key = intent_key(prefix, intent.key);
  call.common.reserve(kCommonWords, kCommonBytes);
  call.common.arg(prefix).arg(to_millis(now)).arg(to_millis(now + lease));
  call.item.reserve(kClaimWords, kClaimBytes + intent.payload.bytes.size());
  call.item.arg(intent.key.raw()).arg(intent.body.raw()).arg(intent.payload.bytes).arg(to_millis(intent.due));
  put_optional(call.item, is_open(record.state) ? std::nullopt : std::optional{retention.count()});
  call.item.arg(word(mode)).arg(intent.sender.str()).arg(optional_raw(intent.recipient));
  call.item.arg(intent.priority == Priority::kHigh ? "1" : "");
  put_optional(call.item, intent.expires_at ? std::optional{to_millis(*intent.expires_at)} : std::nullopt);
  call.item.arg(intent.tenant.str()).arg(limits_text(intent.limits)).arg(optional_raw(intent.credential));
  call.item.arg(intent.id_fingerprint.raw());
  net::RedisWords fields;
  fields.reserve(kClaimWords, kClaimBytes);
  put_fields(fields, record, intent);
  call.item.arg(static_cast<std::int64_t>(fields.count())).append(fields);
  return call;
}

GroupedCall settle_call(const Settlement& settlement, Millis retention, WallTime now) {
  const std::string prefix = partition_prefix(settlement.partition);
  GroupedCall call;
  call.key = intent_key(prefix, settlement.key);
  call.common.reserve(kCommonWords, kCommonBytes);
  call.common.arg(prefix).arg(to_millis(now));
  call.item.reserve(kSettleWords, kSettleBytes + settlement.wamid.bytes.size());
  call.item.arg(settlement.key.raw())
      .arg(static_cast<std::int64_t>(settlement.token))
      .arg(static_cast<std::int64_t>(settlement.state))
      .arg(to_millis(settlement.due))
      .arg(static_cast<std::int64_t>(settlement.error_code))
      .arg(static_cast<std::int64_t>(settlement.upstream_status))
      .arg(retention.count())
      .arg(settlement.wamid.bytes)
      .arg(optional_raw(settlement.message))
      .arg(settlement.counts ? "1" : "0")
      .arg(word(settlement.signal.kind))
      .arg(settlement.signal.wait.count())
      .arg(static_cast<std::int64_t>(settlement.signal.code))
      .arg(settlement.signal.until_new_credential ? "1" : "0")
      .arg(static_cast<std::int64_t>(settlement.signal.usage_percent))
      .arg(optional_raw(settlement.signal.credential))
      .arg(settlement.alternative ? "1" : "0");
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
               std::to_string(rules.per_sender),
               text(rules.silence_from)};
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
