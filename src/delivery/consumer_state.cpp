#include "delivery/consumer_state.h"

#include <boost/json.hpp>

namespace wac::delivery {
namespace {

namespace json = boost::json;

json::object to_json(const ReplayRange& range) {
  return {{"from", to_millis(range.from)}, {"to", to_millis(range.to)}};
}

json::object to_json(const Endpoint& endpoint) {
  return {{"failures", endpoint.failures},
          {"failingSince", to_millis(endpoint.failing_since)},
          {"paused", endpoint.paused},
          {"stopped", endpoint.stopped},
          {"probes", endpoint.probes},
          {"nextProbe", to_millis(endpoint.next_probe)},
          {"lastError", endpoint.last_error},
          {"lastErrorAt", to_millis(endpoint.last_error_at)},
          {"lastTakenAt", to_millis(endpoint.last_taken_at)}};
}

/// Members of an object of ours. What is missing has its default, so that a newer version's records are
/// readable by an older one and the other way round.
class Members {
 public:
  explicit Members(const json::value& value) : object_(value.if_object()) {}

  std::string text(std::string_view name) const {
    const json::value* value = find(name);
    const json::string* text = value == nullptr ? nullptr : value->if_string();
    return text == nullptr ? std::string{} : std::string{*text};
  }
  std::int64_t number(std::string_view name) const {
    const json::value* value = find(name);
    if (value == nullptr) return 0;
    boost::system::error_code failed;
    const auto number = value->to_number<std::int64_t>(failed);
    return failed ? 0 : number;
  }
  WallTime time(std::string_view name) const { return from_millis(number(name)); }
  bool flag(std::string_view name) const {
    const json::value* value = find(name);
    return value != nullptr && value->is_bool() && value->get_bool();
  }
  const json::value* find(std::string_view name) const {
    return object_ == nullptr ? nullptr : object_->if_contains(name);
  }
  const json::array& list(std::string_view name) const {
    static const json::array nothing;
    const json::value* value = find(name);
    return value != nullptr && value->is_array() ? value->get_array() : nothing;
  }

 private:
  const json::object* object_;
};

ReplayRange range_of(const Members& members) {
  return {members.time("from"), members.time("to")};
}

Endpoint endpoint_of(const Members& members) {
  Endpoint endpoint;
  endpoint.failures = static_cast<std::uint32_t>(members.number("failures"));
  endpoint.failing_since = members.time("failingSince");
  endpoint.paused = members.flag("paused");
  endpoint.stopped = members.flag("stopped");
  endpoint.probes = static_cast<std::uint32_t>(members.number("probes"));
  endpoint.next_probe = members.time("nextProbe");
  endpoint.last_error = members.text("lastError");
  endpoint.last_error_at = members.time("lastErrorAt");
  endpoint.last_taken_at = members.time("lastTakenAt");
  return endpoint;
}

Result<json::value> parse(std::string_view text) {
  boost::system::error_code failed;
  json::value value = json::parse(text, failed);
  if (failed || !value.is_object()) return fail(ErrorCode::kCorrupt, "consumer record");
  return value;
}

}  // namespace

std::string encode(const ConsumerState& state) {
  json::array done;
  for (const crypto::Fingerprint& id : state.done) done.emplace_back(id.hex());
  json::array tried;
  for (const TriedEvent& event : state.tried) {
    tried.push_back(
        json::object{{"id", event.id.hex()}, {"first", to_millis(event.first_try)}, {"tries", event.tries}});
  }
  json::object object{{"cursor", state.cursor},
                      {"done", std::move(done)},
                      {"tried", std::move(tried)},
                      {"owner", state.owner},
                      {"ownedUntil", to_millis(state.owned_until)},
                      {"endpoint", to_json(state.endpoint)},
                      {"taken", state.taken}};
  if (state.replay) {
    json::object replay = to_json(state.replay->range);
    replay["cursor"] = state.replay->cursor;
    object["replay"] = std::move(replay);
  }
  return json::serialize(object);
}

std::string encode(const std::vector<DeadLetter>& letters) {
  json::array list;
  for (const DeadLetter& letter : letters) {
    list.push_back(json::object{{"id", letter.id.hex()},
                                {"before", letter.before},
                                {"type", letter.type},
                                {"reason", letter.reason},
                                {"tries", letter.tries},
                                {"at", to_millis(letter.at)}});
  }
  return json::serialize(json::object{{"letters", std::move(list)}});
}

std::string encode(const Orders& orders) {
  json::object object{{"resume", orders.resume}, {"redrive", orders.redrive}};
  if (orders.replay) object["replay"] = to_json(*orders.replay);
  return json::serialize(object);
}

Result<ConsumerState> decode_state(std::string_view text) {
  const auto value = parse(text);
  if (!value) return std::unexpected(value.error());
  const Members members{*value};
  ConsumerState state;
  state.cursor = members.text("cursor");
  for (const json::value& id : members.list("done")) {
    const json::string* hex = id.if_string();
    const auto known = hex == nullptr ? std::nullopt : crypto::Fingerprint::from_hex(*hex);
    if (known) state.done.push_back(*known);
  }
  for (const json::value& entry : members.list("tried")) {
    const Members event{entry};
    const auto id = crypto::Fingerprint::from_hex(event.text("id"));
    if (!id) continue;
    state.tried.push_back({*id, event.time("first"), static_cast<std::uint32_t>(event.number("tries"))});
  }
  state.owner = members.text("owner");
  state.owned_until = members.time("ownedUntil");
  state.taken = static_cast<std::uint64_t>(members.number("taken"));
  if (const json::value* endpoint = members.find("endpoint"))
    state.endpoint = endpoint_of(Members{*endpoint});
  if (const json::value* replay = members.find("replay")) {
    const Members inner{*replay};
    state.replay = Replay{range_of(inner), inner.text("cursor")};
  }
  return state;
}

Result<std::vector<DeadLetter>> decode_letters(std::string_view text) {
  const auto value = parse(text);
  if (!value) return std::unexpected(value.error());
  std::vector<DeadLetter> letters;
  for (const json::value& entry : Members{*value}.list("letters")) {
    const Members members{entry};
    const auto id = crypto::Fingerprint::from_hex(members.text("id"));
    if (!id) return fail(ErrorCode::kCorrupt, "dead letter");
    letters.push_back({*id, members.text("before"), members.text("type"), members.text("reason"),
                       static_cast<std::uint32_t>(members.number("tries")), members.time("at")});
  }
  return letters;
}

Result<Orders> decode_orders(std::string_view text) {
  const auto value = parse(text);
  if (!value) return std::unexpected(value.error());
  const Members members{*value};
  Orders orders{members.flag("resume"), members.flag("redrive"), std::nullopt};
  if (const json::value* replay = members.find("replay")) orders.replay = range_of(Members{*replay});
  return orders;
}

}  // namespace wac::delivery
