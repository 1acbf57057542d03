#include "sandbox/faults.h"

#include "sandbox/fields.h"
#include "sandbox/seeded_random.h"

#include <algorithm>
#include <array>

namespace wac::sandbox {
namespace {

namespace json = boost::json;

struct KindName {
  std::string_view name;
  FaultKind kind;
  int code;
  int status;
};

constexpr std::array kNames = {
    KindName{"latency", FaultKind::kLatency, 0, 0},
    KindName{"http_5xx", FaultKind::kHttp5xx, 131000, 500},
    KindName{"throttle", FaultKind::kThrottle, 130429, 400},
    KindName{"error", FaultKind::kError, 131000, 0},
    KindName{"accept_then_no_answer", FaultKind::kAcceptThenNoAnswer, 0, 0},
    KindName{"accept_then_reset", FaultKind::kAcceptThenReset, 0, 0},
    KindName{"reset", FaultKind::kReset, 0, 0},
    KindName{"html", FaultKind::kHtml, 0, 502},
    KindName{"half_body", FaultKind::kHalfBody, 0, 0},
    KindName{"failed_status", FaultKind::kFailedStatus, 131026, 0},
};

/// Keeps the sequences of neighbouring rules and seeds apart.
constexpr std::uint64_t kRuleStep = 0xd1342543de82ef95ULL;

std::optional<double> percentage(const json::object& object) {
  const json::value* const value = object.if_contains("percent");
  if (value == nullptr || !value->is_number()) return std::nullopt;
  const auto percent = value->to_number<double>();
  return percent >= 0 && percent <= 100 ? std::optional(percent) : std::nullopt;
}

/// What a rule may say besides `kind` and `match`.
Fault read_numbers(Check& check, Fields& fields, const KindName& kind) {
  constexpr std::int64_t kDay = 86'400'000;
  Fault fault;
  fault.kind = kind.kind;
  const auto number = [&](std::string_view name, std::int64_t min, std::int64_t max, std::int64_t otherwise) {
    return fields.integer(name, Need::kOptional, min, max).value_or(otherwise);
  };
  fault.next = static_cast<std::uint64_t>(number("next", 1, INT64_MAX, 0));
  fault.count = static_cast<std::uint64_t>(number("count", 1, INT64_MAX, 0));
  fault.code = static_cast<int>(number("code", 0, 9'999'999, kind.code));
  fault.subcode = static_cast<int>(number("subcode", 1, 9'999'999, 0));
  fault.status = static_cast<int>(number("status", 206, 599, kind.status));
  fault.delay = Millis{number("ms", 0, kDay, 0)};
  fault.jitter = Millis{number("jitter_ms", 0, kDay, 0)};
  fault.after = Millis{number("after_ms", 0, kDay, 0)};
  fault.lasts = Millis{number("for_ms", 1, kDay, 0)};
  fault.retry_after = static_cast<int>(number("retry_after", 1, 86'400, 0));
  fault.taken =
      fields.boolean("accepted", Need::kOptional).value_or(false) ? Fault::Taken::kYes : Fault::Taken::kNo;
  // Such an answer would be read as success, and such a status is none.
  if (fault.status >= 200 && fault.status < 400 && fault.status != 206) check.refuse(100, "status");
  if (fault.kind == FaultKind::kFailedStatus && fault.code == 0) check.refuse(100, "code");
  return fault;
}

void read_match(Check& check, Fields& fields, Fault& fault) {
  const json::object* const match = fields.object("match", Need::kOptional);
  if (match == nullptr) return;
  Fields inner(check, *match, "fault.match");
  fault.type = inner.text("type", Need::kOptional).value_or("");
  fault.sender = inner.text("sender", Need::kOptional).value_or("");
  fault.recipient = inner.text("recipient", Need::kOptional).value_or("");
  // A phone is matched as its digits.
  if (fault.recipient.starts_with('+')) fault.recipient.erase(0, 1);
  if (match->empty()) check.refuse(100, "match is empty");
  inner.done();
}

std::optional<Fault> read(const json::value& value) {
  Check check;
  Fields fields(check, value, "fault");
  const auto kind = fields.text("kind", Need::kRequired);
  const auto* const known = std::ranges::find(kNames, kind.value_or(""), &KindName::name);
  if (known == kNames.end()) return std::nullopt;
  Fault fault = read_numbers(check, fields, *known);
  read_match(check, fields, fault);
  const bool has_percent = fields.any("percent", Need::kOptional) != nullptr;
  fields.done();
  if (!check.ok() || has_percent == (fault.next > 0) || (fault.count > 0 && !has_percent))
    return std::nullopt;
  if (has_percent) {
    const auto percent = percentage(value.get_object());
    if (!percent) return std::nullopt;
    fault.percent = *percent;
  }
  return fault;
}

}  // namespace

Result<void> Faults::replace(const json::value& value) {
  const json::array* list = value.if_array();
  if (const json::object* const object = value.if_object()) {
    const json::value* const inner = object->if_contains("faults");
    list = inner == nullptr ? nullptr : inner->if_array();
  }
  if (list == nullptr) return fail(ErrorCode::kInvalid, "faults: not a list");
  std::vector<Rule> rules;
  for (const json::value& entry : *list) {
    auto fault = read(entry);
    if (!fault)
      return fail(ErrorCode::kInvalid, "faults: unknown kind or field, or not one of percent and next");
    rules.push_back({std::move(*fault), SeededRandom(seed_ + kRuleStep * (rules.size() + 1))});
  }
  rules_ = std::move(rules);
  start_ = clock_.now();
  return {};
}

bool Faults::hits(Rule& rule, const FaultTarget& target) const {
  Fault& fault = rule.fault;
  const auto wants = [](const std::string& wanted, std::string_view got) {
    return wanted.empty() || wanted == got;
  };
  if (!wants(fault.type, target.type) || !wants(fault.sender, target.sender) ||
      !wants(fault.recipient, target.recipient)) {
    return false;
  }
  const MonoTime now = clock_.now();
  const MonoTime from = start_ + fault.after;
  if (now < from || (fault.lasts > Millis{0} && now >= from + fault.lasts)) return false;
  if (fault.count > 0 && fault.hits >= fault.count) return false;
  return fault.next > 0 ? fault.next-- > 0 : happens(rule.random, fault.percent);
}

Strike Faults::strike(const FaultTarget& target) {
  Strike strike;
  for (Rule& rule : rules_) {
    const bool latency = rule.fault.kind == FaultKind::kLatency;
    if ((!latency && strike.fault) || !hits(rule, target)) continue;
    ++rule.fault.hits;
    strike.delay += rule.fault.delay;
    if (rule.fault.jitter > Millis{0}) {
      const auto jitter = rule.random.below(static_cast<std::uint64_t>(rule.fault.jitter.count()) + 1);
      strike.delay += Millis{static_cast<std::int64_t>(jitter)};
    }
    if (!latency) strike.fault = rule.fault;
  }
  return strike;
}

json::array Faults::to_json() const {
  json::array list;
  for (const Rule& rule : rules_) {
    const Fault& fault = rule.fault;
    const auto* const known = std::ranges::find(kNames, fault.kind, &KindName::kind);
    json::object object{{"kind", known->name}, {"hits", fault.hits}};
    if (fault.percent > 0) {
      object["percent"] = fault.percent;
    } else {
      object["next"] = fault.next;
    }
    json::object match;
    if (!fault.type.empty()) match["type"] = fault.type;
    if (!fault.sender.empty()) match["sender"] = fault.sender;
    if (!fault.recipient.empty()) match["recipient"] = fault.recipient;
    if (!match.empty()) object["match"] = std::move(match);
    list.push_back(std::move(object));
  }
  return list;
}

}  // namespace wac::sandbox
