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

std::optional<double> percentage(const json::object& object) {
  const json::value* const value = object.if_contains("percent");
  if (value == nullptr || !value->is_number()) return std::nullopt;
  const auto percent = value->to_number<double>();
  return percent >= 0 && percent <= 100 ? std::optional(percent) : std::nullopt;
}

std::optional<Fault> read(const json::value& value) {
  Check check;
  Fields fields(check, value, "fault");
  const auto kind = fields.text("kind", Need::kRequired);
  const auto next = fields.integer("next", Need::kOptional, 1, INT64_MAX);
  const bool has_percent = fields.any("percent", Need::kOptional) != nullptr;
  const auto code = fields.integer("code", Need::kOptional, 1, 9'999'999);
  const auto status = fields.integer("status", Need::kOptional, 400, 599);
  const auto delay = fields.integer("ms", Need::kOptional, 0, 86'400'000);
  const auto retry_after = fields.integer("retry_after", Need::kOptional, 1, 86'400);
  const auto accepted = fields.boolean("accepted", Need::kOptional);
  Fault fault;
  if (const json::object* const match = fields.object("match", Need::kOptional)) {
    Fields inner(check, *match, "fault.match");
    fault.type = inner.text("type", Need::kRequired).value_or("");
    inner.done();
  }
  fields.done();
  const auto* const known = std::ranges::find(kNames, kind.value_or(""), &KindName::name);
  if (!check.ok() || known == kNames.end() || has_percent == next.has_value()) return std::nullopt;
  if (has_percent) {
    const auto percent = percentage(value.get_object());
    if (!percent) return std::nullopt;
    fault.percent = *percent;
  }
  fault.kind = known->kind;
  fault.next = static_cast<std::uint64_t>(next.value_or(0));
  fault.code = static_cast<int>(code.value_or(known->code));
  fault.status = static_cast<int>(status.value_or(known->status));
  fault.delay = Millis{delay.value_or(0)};
  fault.retry_after = static_cast<int>(retry_after.value_or(0));
  fault.taken = accepted.value_or(false) ? Fault::Taken::kYes : Fault::Taken::kNo;
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
  std::vector<Fault> faults;
  for (const json::value& entry : *list) {
    auto fault = read(entry);
    if (!fault)
      return fail(ErrorCode::kInvalid, "faults: unknown kind or field, or not one of percent and next");
    faults.push_back(std::move(*fault));
  }
  faults_ = std::move(faults);
  return {};
}

Strike Faults::strike(std::string_view type) {
  Strike strike;
  for (Fault& fault : faults_) {
    const bool latency = fault.kind == FaultKind::kLatency;
    if ((!fault.type.empty() && fault.type != type) || (!latency && strike.fault)) continue;
    const bool hit = fault.next > 0 ? fault.next-- > 0 : happens(random_, fault.percent);
    if (!hit) continue;
    ++fault.hits;
    strike.delay += fault.delay;
    if (!latency) strike.fault = fault;
  }
  return strike;
}

json::array Faults::to_json() const {
  json::array list;
  for (const Fault& fault : faults_) {
    const auto* const known = std::ranges::find(kNames, fault.kind, &KindName::kind);
    json::object object{{"kind", known->name}, {"hits", fault.hits}};
    if (fault.percent > 0) {
      object["percent"] = fault.percent;
    } else {
      object["next"] = fault.next;
    }
    if (!fault.type.empty()) object["match"] = json::object{{"type", fault.type}};
    list.push_back(std::move(object));
  }
  return list;
}

}  // namespace wac::sandbox
