#include "delivery/event_view.h"

#include "base/expose.h"
#include "base/rfc3339.h"

#include <boost/json.hpp>

#include <algorithm>
#include <initializer_list>

namespace wac::delivery {
namespace {

namespace json = boost::json;

std::string_view text_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  const json::string* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string_view{} : std::string_view{*text};
}

const json::object* object_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value == nullptr ? nullptr : value->if_object();
}

std::string_view first_text(const json::object* object, std::initializer_list<std::string_view> names) {
  if (object == nullptr) return {};
  for (const std::string_view name : names) {
    if (const std::string_view text = text_of(*object, name); !text.empty()) return text;
  }
  return {};
}

/// Whom an event's data is about; empty when nobody. The phone number comes first: Meta gives the user id
/// beside it, or alone.
std::string_view party_of(const json::object& data) {
  const json::object* message = object_of(data, "message");
  const json::object* status = object_of(data, "status");
  if (const std::string_view group = first_text(message, {"groupId"}); !group.empty()) return group;
  if (const std::string_view from = first_text(message, {"from", "fromUserId"}); !from.empty()) return from;
  if (const std::string_view to = first_text(status, {"recipientId", "recipientUserId"}); !to.empty())
    return to;
  return first_text(object_of(data, "contact"), {"waId", "userId"});
}

std::string_view without_plus(std::string_view party) {
  return party.starts_with('+') ? party.substr(1) : party;
}

bool wanted(const std::vector<std::string>& types, const std::vector<SenderId>& senders,
            const EventView& event) {
  const bool type = types.empty() || std::ranges::any_of(types, [&](const auto& prefix) {
                      return event.type.starts_with(prefix);
                    });
  const bool sender =
      senders.empty() || (event.sender && std::ranges::find(senders, *event.sender) != senders.end());
  return type && sender;
}

}  // namespace

std::optional<EventView> view_event(const PersonalText& event, crypto::Fingerprinter& fingerprints) {
  constexpr std::string_view kOfSender = "/whatsapp/senders/";
  boost::system::error_code failed;
  const json::value parsed = json::parse(expose(event, Purpose::kFingerprint), failed);
  const json::object* root = failed ? nullptr : parsed.if_object();
  if (root == nullptr) return std::nullopt;
  EventView view;
  view.type = text_of(*root, "type");
  view.time = parse_time(text_of(*root, "time")).value_or(WallTime{});
  const std::string_view source = text_of(*root, "source");
  if (source.starts_with(kOfSender)) view.sender = SenderId::parse(source.substr(kOfSender.size()));
  const json::object* data = object_of(*root, "data");
  const std::string_view party = data == nullptr ? std::string_view{} : without_plus(party_of(*data));
  view.conversation = fingerprints.of(crypto::Domain::kContact, {source, party.empty() ? view.type : party});
  return view;
}

bool wants(const EventFilter& filter, const EventView& event) {
  return wanted(filter.types, filter.senders, event);
}

bool wants(const config::ConsumerConfig& consumer, const EventView& event) {
  return wanted(consumer.types, consumer.senders, event);
}

}  // namespace wac::delivery
