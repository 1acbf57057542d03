#include "api/group_json.h"

#include "api/json_fields.h"
#include "base/expose.h"
#include "base/rfc3339.h"

#include <boost/json.hpp>

#include <algorithm>

namespace wac::api {
namespace {

namespace json = boost::json;

constexpr std::int64_t kLongestDelay = 3'600'000;
constexpr std::size_t kFilterMax = 100;

std::optional<config::ConsumerStart> start_from(std::string_view text) {
  if (text == "oldest") return config::ConsumerStart::kOldest;
  if (text == "now") return config::ConsumerStart::kNow;
  return std::nullopt;
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find(','));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    if (!part.empty()) parts.emplace_back(part);
  }
  return parts;
}

delivery::EventFilter filter_from(std::string_view query, std::vector<FieldError>& errors) {
  delivery::EventFilter filter;
  std::string value;
  if (net::query_parameter(query, "types", value)) filter.types = split(value);
  const bool types =
      filter.types.size() <= kFilterMax && std::ranges::all_of(filter.types, config::is_type_prefix);
  if (!types)
    errors.push_back({"?types", "must be at most 100 beginnings of types such as whatsapp.message."});
  std::vector<std::string> senders;
  if (net::query_parameter(query, "senders", value)) senders = split(value);
  for (const std::string& text : senders) {
    if (const auto sender = SenderId::parse(text)) filter.senders.push_back(*sender);
  }
  if (senders.size() > kFilterMax || filter.senders.size() != senders.size())
    errors.push_back({"?senders", "must be at most 100 phone number ids, 5 to 20 digits each"});
  // The same filter however it is written.
  std::ranges::sort(filter.types);
  std::ranges::sort(filter.senders);
  return filter;
}

/// The object a body is; an error when it is none.
std::optional<json::object> object_from(std::string_view body, std::vector<FieldError>& errors) {
  boost::system::error_code failed;
  json::value value = json::parse(body, failed);
  if (failed || !value.is_object()) {
    errors.push_back({"", "must be a JSON object"});
    return std::nullopt;
  }
  return std::move(value.get_object());
}

std::vector<std::string> texts_of(const json::array& list, std::vector<FieldError>& errors) {
  std::vector<std::string> texts;
  if (list.empty() || list.size() > kMostTokens) errors.push_back({"/acks", "must have 1 to 1000 entries"});
  for (std::size_t i = 0; i < list.size() && errors.empty(); ++i) {
    const json::string* text = list[i].if_string();
    if (text == nullptr) errors.push_back({"/acks/" + std::to_string(i), "must be a string"});
    if (text != nullptr) texts.emplace_back(*text);
  }
  return texts;
}

}  // namespace

GroupQuery parse_group_query(std::string_view query, std::vector<FieldError>& errors) {
  GroupQuery parsed;
  std::string value;
  if (!net::query_parameter(query, "group", value)) return parsed;
  parsed.group = ConsumerId::parse(value);
  if (!parsed.group) {
    errors.push_back({"?group",
                      "must be 1 to 64 of a-z, 0-9, _ and -, not beginning with _ or -, without "
                      "seven digits in a row"});
  }
  if (net::query_parameter(query, "start", value) && !value.empty()) {
    const auto start = start_from(value);
    if (!start) errors.push_back({"?start", "must be oldest or now"});
    parsed.create.start = start.value_or(config::ConsumerStart::kOldest);
  }
  parsed.create.filter = filter_from(query, errors);
  if (net::query_parameter(query, "cursor", value)) {
    errors.push_back({"?cursor", "must be left out: a group keeps its own place"});
  }
  if (net::query_parameter(query, "ack", value)) parsed.acks = split(value);
  return parsed;
}

std::optional<TokenRequest> parse_tokens(std::string_view body, Delay delay,
                                         std::vector<FieldError>& errors) {
  const auto object = object_from(body, errors);
  if (!object) return std::nullopt;
  TokenRequest request;
  JsonFields fields{*object, "", errors};
  const json::array* list = fields.array("acks");
  if (delay == Delay::kAllowed)
    request.delay = Millis{fields.number("delayMs", 0, kLongestDelay).value_or(0)};
  fields.refuse_unknown();
  if (list == nullptr && errors.empty()) errors.push_back({"/acks", "is required"});
  if (list != nullptr && errors.empty()) request.acks = texts_of(*list, errors);
  if (!errors.empty()) return std::nullopt;
  return request;
}

std::optional<delivery::SeekOrder> parse_seek(std::string_view body, std::vector<FieldError>& errors) {
  const auto object = object_from(body, errors);
  if (!object) return std::nullopt;
  JsonFields fields{*object, "", errors};
  const std::string_view to = fields.required_text("to");
  const auto dry_run = fields.flag("dryRun");
  fields.refuse_unknown();
  if (!errors.empty()) return std::nullopt;
  delivery::SeekOrder order{config::ConsumerStart::kOldest, dry_run.value_or(false)};
  if (const auto start = start_from(to)) {
    order.target = *start;
  } else if (const auto time = parse_time(to)) {
    order.target = *time;
  } else {
    errors.push_back({"/to", "must be oldest, now or an RFC 3339 time such as 2026-11-23T22:45:00Z"});
    return std::nullopt;
  }
  return order;
}

ParsedTokens parse_tokens(const std::vector<std::string>& texts) {
  ParsedTokens parsed;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    auto token = delivery::AckToken::parse(texts[i]);
    if (!token) {
      parsed.foreign.push_back(i);
      continue;
    }
    parsed.tokens.push_back(std::move(*token));
    parsed.places.push_back(i);
  }
  return parsed;
}

json::array unknown_json(const std::vector<std::string>& texts, const ParsedTokens& parsed,
                         const std::vector<std::size_t>& unknown) {
  std::vector<std::size_t> places = parsed.foreign;
  for (const std::size_t token : unknown) places.push_back(parsed.places.at(token));
  std::ranges::sort(places);
  json::array list;
  for (const std::size_t place : places) list.emplace_back(texts[place]);
  return list;
}

json::object to_json(const delivery::GroupReport& report, WallTime now) {
  json::object object{{"group", report.group.str()},       {"acknowledged", report.acknowledged},
                      {"inFlight", report.in_flight},      {"waiting", report.waiting},
                      {"unread", report.unread},           {"unreadIsMore", report.more},
                      {"deadLetters", report.dead_letters}};
  json::array types;
  for (const std::string& type : report.filter.types) types.emplace_back(type);
  json::array senders;
  for (const SenderId& sender : report.filter.senders) senders.emplace_back(json::string_view{sender.str()});
  object["types"] = std::move(types);
  object["senders"] = std::move(senders);
  if (report.oldest) {
    object["oldestUnacknowledged"] = format_time(*report.oldest);
    object["oldestUnacknowledgedAgeMs"] = std::max<std::int64_t>((now - *report.oldest).count(), 0);
  }
  return object;
}

json::object to_json(const delivery::GroupDeadLetter& letter) {
  return {{"eventId", letter.id.hex()},
          {"attempts", letter.attempts},
          {"at", format_time(letter.at)},
          {"time", format_time(letter.time)},
          {"cursor", letter.before}};
}

std::string taken_json(const delivery::Taken& taken, const json::array& unknown) {
  std::string out = R"({"events":[)";
  json::array deliveries;
  for (const auto& event : taken.events) {
    if (!deliveries.empty()) out += ',';
    out += expose(event.json, Purpose::kAnswer);
    deliveries.push_back({{"id", event.ack.id.value_or(crypto::Fingerprint{}).hex()},
                          {"ack", event.ack.text()},
                          {"attempt", event.attempt}});
  }
  json::object rest{{"deliveries", std::move(deliveries)}, {"ack", ""}};
  if (!taken.events.empty()) {
    rest["ack"] = delivery::AckToken{taken.events.front().ack.holder, std::nullopt}.text();
    rest["leaseUntil"] = format_time(taken.lease_end);
  }
  if (!unknown.empty()) rest["unknown"] = unknown;
  out += "],";
  out += json::serialize(rest).substr(1);
  return out;
}

}  // namespace wac::api
