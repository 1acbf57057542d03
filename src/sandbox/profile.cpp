#include "sandbox/profile.h"

#include "sandbox/fields.h"

namespace wac::sandbox {
namespace {

namespace json = boost::json;

double percentage(Check& check, Fields& fields, std::string_view name) {
  const json::value* const value = fields.any(name, Need::kOptional);
  if (value == nullptr) return 0;
  const double percent = value->is_number() ? value->to_number<double>() : -1;
  if (percent < 0 || percent > 100) check.refuse(100, "not a percentage");
  return percent;
}

WebhookFaults read_webhooks(Check& check, const json::value& value) {
  Fields fields(check, value, "webhooks");
  WebhookFaults faults;
  faults.duplicate_percent = percentage(check, fields, "duplicate_percent");
  faults.reorder_percent = percentage(check, fields, "reorder_percent");
  faults.drop_percent = percentage(check, fields, "drop_percent");
  faults.delay_percent = percentage(check, fields, "delay_percent");
  const auto millis = [&](std::string_view name, Millis otherwise) {
    return Millis{fields.integer(name, Need::kOptional, 1, 86'400'000).value_or(otherwise.count())};
  };
  faults.held_back = millis("held_back_ms", faults.held_back);
  faults.delay = millis("delay_ms", faults.delay);
  const auto batch = fields.integer("batch", Need::kOptional, 1, 1'000);
  if (batch) faults.batch = static_cast<std::size_t>(*batch);
  fields.done();
  return faults;
}

LimitConfig read_limits(Check& check, const json::value& value) {
  if (value.is_string() && value.get_string() == "meta") return LimitConfig::as_meta();
  Fields fields(check, value, "limits");
  const auto count = [&](std::string_view name, std::uint32_t otherwise) {
    return static_cast<std::uint32_t>(
        fields.integer(name, Need::kOptional, 0, 1'000'000'000).value_or(otherwise));
  };
  LimitConfig limits;
  limits.per_second = count("per_second", limits.per_second);
  limits.pair_interval = Millis{count("pair_interval_ms", 0)};
  limits.pair_burst = count("pair_burst", limits.pair_burst);
  limits.management_per_hour = count("management_per_hour", limits.management_per_hour);
  fields.done();
  return limits;
}

}  // namespace

Result<Profile> read_profile(const json::value& value) {
  Profile profile;
  if (const json::array* const list = value.if_array()) {
    profile.faults = *list;
    return profile;
  }
  if (!value.is_object()) return fail(ErrorCode::kInvalid, "profile: neither an object nor a list");
  Check check;
  Fields fields(check, value, "profile");
  fields.text("description", Need::kOptional, {.min = 0});
  if (const json::array* const list = fields.array("faults", Need::kOptional, {.min = 0})) {
    profile.faults = *list;
  }
  if (const json::value* const webhooks = fields.any("webhooks", Need::kOptional)) {
    profile.webhooks = read_webhooks(check, *webhooks);
    if (!check.ok())
      return fail(ErrorCode::kInvalid, "profile: webhooks: unknown field or value out of range");
  }
  if (const json::value* const limits = fields.any("limits", Need::kOptional)) {
    profile.limits = read_limits(check, *limits);
    if (!check.ok()) return fail(ErrorCode::kInvalid, "profile: limits: unknown field or value out of range");
  }
  fields.done();
  if (!check.ok()) return fail(ErrorCode::kInvalid, "profile: unknown section, or one of the wrong type");
  return profile;
}

}  // namespace wac::sandbox
