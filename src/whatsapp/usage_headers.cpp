#include "whatsapp/usage_headers.h"

#include "whatsapp/json_text.h"

#include <algorithm>
#include <array>

namespace wac::whatsapp {
namespace {

namespace json = boost::json;

constexpr double kMinutesOfADay = 1'440;

/// A number within [0, most]; 0 when absent, mistyped or negative.
double number_of(const json::object& object, std::string_view member, double most) {
  const json::value* value = object.if_contains(member);
  if (value == nullptr || !value->is_number()) return 0;
  return std::clamp(value->to_number<double>(), 0.0, most);
}

std::uint8_t percent_of(const json::object& usage) {
  double highest = 0;
  for (const std::string_view member : {"call_count", "total_time", "total_cputime"}) {
    highest = std::max(highest, number_of(usage, member, 100));
  }
  return static_cast<std::uint8_t>(highest);
}

void add_entry(const json::object& entry, Usage& usage) {
  const bool management = text_of(entry, "type") == "whatsapp_business_management";
  if (!management) usage.percent = std::max(usage.percent, percent_of(entry));
  const double minutes = number_of(entry, "estimated_time_to_regain_access", kMinutesOfADay);
  const Millis regain{static_cast<std::int64_t>(minutes * 60'000)};
  usage.regain = std::max(usage.regain, regain);
}

void add_accounts(const json::object& accounts, Usage& usage) {
  for (const auto& account : accounts) {
    const json::array* entries = account.value().if_array();
    if (entries == nullptr) continue;
    for (const json::value& entry : *entries) {
      if (const json::object* object = entry.if_object()) add_entry(*object, usage);
    }
  }
}

}  // namespace

Usage parse_usage(std::string_view app, std::string_view business) {
  Usage usage;
  if (app.empty() && business.empty()) return usage;
  std::array<unsigned char, 2048> buffer;
  json::monotonic_resource memory(buffer.data(), buffer.size());
  if (const auto parsed = parse_json(app, &memory); parsed && parsed->is_object()) {
    usage.percent = percent_of(parsed->get_object());
  }
  if (const auto parsed = parse_json(business, &memory); parsed && parsed->is_object()) {
    add_accounts(parsed->get_object(), usage);
  }
  return usage;
}

}  // namespace wac::whatsapp
