#include "ctl/payload.h"

#include "ctl/files.h"

#include <boost/json.hpp>

namespace wac::ctl {
namespace {

namespace json = boost::json;

using Made = std::expected<json::object, std::string>;

void add_text(json::object& object, std::string_view name, const std::string& text) {
  if (!text.empty()) object[name] = text;
}

Made make_text(const MessageFlags& flags) {
  json::object text{{"body", flags.body}};
  if (flags.preview_url) text["preview_url"] = true;
  return text;
}

Made make_media(const MessageFlags& flags) {
  const int sources = int{!flags.media_id.empty()} + int{!flags.link.empty()} + int{!flags.media_url.empty()};
  if (sources != 1) {
    return std::unexpected("send " + flags.type + ": give --id, --link or --media-url, and only one");
  }
  json::object media;
  add_text(media, "id", flags.media_id);
  add_text(media, "link", flags.link);
  add_text(media, "mediaUrl", flags.media_url);
  add_text(media, "caption", flags.caption);
  add_text(media, "filename", flags.filename);
  if (flags.voice) media["voice"] = true;
  return media;
}

Made make_location(const MessageFlags& flags) {
  json::object place{{"latitude", flags.latitude}, {"longitude", flags.longitude}};
  add_text(place, "name", flags.name);
  add_text(place, "address", flags.address);
  return place;
}

json::array make_contacts(const MessageFlags& flags) {
  // Meta wants one part of the name besides the whole.
  json::object contact;
  contact["name"] = json::object{{"formatted_name", flags.name},
                                 {"first_name", flags.name.substr(0, flags.name.find(' '))}};
  json::array phones;
  for (const std::string& phone : flags.phones) phones.push_back(json::object{{"phone", phone}});
  if (!phones.empty()) contact["phones"] = std::move(phones);
  json::array contacts;
  contacts.push_back(std::move(contact));
  return contacts;
}

Made make_template(const MessageFlags& flags) {
  json::object made{{"name", flags.name}, {"language", json::object{{"code", flags.language}}}};
  if (!flags.components_file.empty()) {
    auto components = read_json(flags.components_file);
    if (!components) return std::unexpected(components.error());
    if (!components->is_array())
      return std::unexpected(flags.components_file + " must be an array of components");
    made["components"] = std::move(*components);
  } else if (!flags.body_params.empty()) {
    json::array parameters;
    for (const std::string& text : flags.body_params) {
      parameters.push_back(json::object{{"type", "text"}, {"text", text}});
    }
    json::array components;
    components.push_back(json::object{{"type", "body"}, {"parameters", std::move(parameters)}});
    made["components"] = std::move(components);
  }
  return made;
}

Made make_mark_read(const MessageFlags& flags) {
  json::object read{{"message_id", flags.message_id}};
  if (flags.typing) read["typing_indicator"] = true;
  return read;
}

Made make_content(const MessageFlags& flags) {
  if (flags.type == "text") return make_text(flags);
  if (flags.type == "location") return make_location(flags);
  if (flags.type == "reaction") {
    return json::object{{"message_id", flags.message_id}, {"emoji", flags.emoji}};
  }
  if (flags.type == "template") return make_template(flags);
  if (flags.type == "mark-read") return make_mark_read(flags);
  return make_media(flags);
}

}  // namespace

Made make_payload(const MessageFlags& flags) {
  if (!flags.payload_file.empty()) {
    auto payload = read_json(flags.payload_file);
    if (!payload) return std::unexpected(payload.error());
    if (!payload->is_object()) return std::unexpected(flags.payload_file + " must be an object with a type");
    return std::move(payload->get_object());
  }
  const std::string type = flags.type == "mark-read" ? "mark_read" : flags.type;
  json::object payload{{"type", type}};
  if (type == "contacts") {
    payload[type] = make_contacts(flags);
    return payload;
  }
  auto content = make_content(flags);
  if (!content) return content;
  payload[type] = std::move(*content);
  return payload;
}

json::object make_intent(const IntentEnvelope& envelope, json::object payload) {
  json::object intent{{"intentId", envelope.id}};
  add_text(intent, "to", envelope.to);
  if (envelope.group) intent["recipientType"] = "group";
  add_text(intent, "senderId", envelope.sender);
  add_text(intent, "dedupeKey", envelope.dedupe_key);
  if (!envelope.reply_to.empty()) intent["context"] = json::object{{"messageId", envelope.reply_to}};
  intent["payload"] = std::move(payload);
  return intent;
}

std::string request_body(json::object intent) {
  json::array intents;
  intents.push_back(std::move(intent));
  return json::serialize(json::object{{"intents", std::move(intents)}});
}

}  // namespace wac::ctl
