#include "outbound/media_places.h"

#include "whatsapp/json_text.h"

#include <boost/json.hpp>

namespace wac::outbound {
namespace {

namespace json = boost::json;

bool is_raw(const json::object& payload) {
  return whatsapp::text_of(payload, "type") == "raw";
}

/// `Value` is json::value or const json::value; `visit` gets the member's name and the object, and says
/// whether to go on. Parsed JSON is at most kMaxJsonDepth deep.
template <class Value, class Visit>
bool walk(std::string_view member, Value& value, const Visit& visit) {
  if (auto* object = value.if_object()) {
    if (object->contains("mediaUrl") && !visit(member, *object)) return false;
    for (auto& entry : *object) {
      if (!walk({entry.key().data(), entry.key().size()}, entry.value(), visit)) return false;
    }
  } else if (auto* array = value.if_array()) {
    for (auto& entry : *array) {
      if (!walk(member, entry, visit)) return false;
    }
  }
  return true;
}

template <class Object, class Visit>
void walk_payload(Object& payload, const Visit& visit) {
  if (is_raw(payload)) return;
  for (auto& entry : payload) {
    if (!walk({entry.key().data(), entry.key().size()}, entry.value(), visit)) return;
  }
}

}  // namespace

std::vector<MediaPlace> media_places(json::object& payload) {
  std::vector<MediaPlace> places;
  walk_payload(payload, [&places](std::string_view member, json::object& object) {
    const auto kind = whatsapp::media_kind_from(member);
    const std::string_view url = whatsapp::text_of(object, "mediaUrl");
    if (!kind || url.empty()) return true;
    const json::value* voice = object.if_contains("voice");
    places.push_back({&object, *kind, voice != nullptr && voice->is_bool() && voice->get_bool(), url,
                      whatsapp::text_of(object, "filename")});
    return true;
  });
  return places;
}

bool names_media(const json::object& payload) {
  bool found = false;
  walk_payload(payload, [&found](std::string_view member, const json::object& object) {
    found = whatsapp::media_kind_from(member) && !whatsapp::text_of(object, "mediaUrl").empty();
    return !found;
  });
  return found;
}

void put_media_id(const MediaPlace& place, std::string_view id) {
  place.object->erase("mediaUrl");
  (*place.object)["id"] = id;
}

}  // namespace wac::outbound
