#include "sandbox/payload_rules.h"

#include "sandbox/wamid.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace wac::sandbox {
namespace {

namespace json = boost::json;

/// A coordinate as Meta's pages show it (text) or as most SDKs send it (number).
void check_coordinate(Check& check, Fields& fields, std::string_view name, double limit) {
  const json::value* const value = fields.any(name, Need::kRequired);
  if (value == nullptr) return;
  double number = std::nan("");
  if (value->is_number()) {
    number = value->to_number<double>();
  } else if (const json::string* const text = value->if_string()) {
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (error != std::errc{} || end != text->data() + text->size()) number = std::nan("");
  }
  if (!(std::abs(number) <= limit)) {
    check.refuse(131009, "Param " + fields.path(name) + " must be a number of degrees within ±" +
                             std::to_string(static_cast<int>(limit)) + ".");
  }
}

bool is_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  const auto number = [&](std::size_t at, std::size_t count, auto& out) {
    const char* const end = text.data() + at + count;
    return std::from_chars(text.data() + at, end, out).ptr == end;
  };
  return number(0, 4, year) && number(5, 2, month) && number(8, 2, day) &&
         std::chrono::year_month_day{std::chrono::year{year}, std::chrono::month{month},
                                     std::chrono::day{day}}
             .ok();
}

/// Emoji carry no ASCII except the digits, `#` and `*` of keycaps, which a combining mark follows.
bool looks_like_emoji(std::string_view text) {
  const std::size_t length = code_points(text);
  const bool beyond_ascii = std::ranges::any_of(text, [](char c) { return static_cast<signed char>(c) < 0; });
  const bool letters = std::ranges::any_of(text, [](char c) {
    return static_cast<signed char>(c) >= 0 && c != '#' && c != '*' && (c < '0' || c > '9');
  });
  // The longest sequence in use (a flag of a subdivision) has 14 code points.
  return beyond_ascii && !letters && length <= 16;
}

void check_name(Check& check, const json::object& value, const std::string& path) {
  Fields fields(check, value, path);
  fields.text("formatted_name", Need::kRequired);
  bool other = false;
  for (const std::string_view part : {"first_name", "last_name", "middle_name", "suffix", "prefix"}) {
    const auto text = fields.text(part, Need::kOptional, {.min = 0});
    other = other || (text && !text->empty());
  }
  if (!other) check.refuse(131009, path + " needs at least one name part besides formatted_name.");
  fields.done();
}

/// A list of small objects that hold texts only.
void check_text_items(Check& check, Fields& contact, std::string_view name, std::string_view required,
                      std::initializer_list<std::string_view> optional) {
  const json::array* const items = contact.array(name, Need::kOptional);
  if (items == nullptr) return;
  for (std::size_t i = 0; i < items->size(); ++i) {
    Fields item(check, (*items)[i], contact.path(name) + '[' + std::to_string(i) + ']');
    if (!required.empty()) item.text(required, Need::kRequired);
    for (const std::string_view field : optional) item.text(field, Need::kOptional, {.min = 0});
    item.done();
  }
}

void check_contact(Check& check, const json::value& value, const std::string& path) {
  Fields fields(check, value, path);
  if (const json::object* const name = fields.object("name", Need::kRequired)) {
    check_name(check, *name, path + ".name");
  }
  check_text_items(check, fields, "phones", "phone", {"type", "wa_id"});
  check_text_items(check, fields, "emails", "email", {"type"});
  check_text_items(check, fields, "urls", "url", {"type"});
  check_text_items(check, fields, "addresses", "",
                   {"street", "city", "state", "zip", "country", "country_code", "type"});
  if (const json::object* const org = fields.object("org", Need::kOptional)) {
    Fields inner(check, *org, path + ".org");
    for (const std::string_view field : {"company", "department", "title"}) {
      inner.text(field, Need::kOptional, {.min = 0});
    }
    inner.done();
  }
  const auto birthday = fields.text("birthday", Need::kOptional);
  if (birthday && !is_date(*birthday)) {
    check.refuse(131009, "Param " + path + ".birthday must be a date YYYY-MM-DD.");
  }
  fields.done();
}

}  // namespace

bool check_media(Check& check, const json::value& value, std::string path, Medium medium, MediaPlace place) {
  Fields fields(check, value, std::move(path));
  const bool has_id = fields.has("id");
  if (has_id && fields.has("link")) {
    check.refuse(100, "Param " + fields.path("id") + " and link exclude each other.");
  }
  if (!has_id && !fields.has("link")) {
    check.refuse(131008, "Parameter " + fields.path("id") + " (or link) is required.");
  }
  const auto id = fields.text("id", Need::kOptional);
  if (id && !is_object_id(*id)) check.refuse(131009, "Param " + fields.path("id") + " is not a media id.");
  fields.url("link", Need::kOptional, Fields::Scheme::kHttps);
  if (place == MediaPlace::kMessage && medium != Medium::kAudio && medium != Medium::kSticker) {
    fields.text("caption", Need::kOptional, at_most(1'024));
  }
  if (medium == Medium::kDocument) fields.text("filename", Need::kOptional, at_most(240));
  const auto voice = medium == Medium::kAudio ? fields.boolean("voice", Need::kOptional) : std::nullopt;
  fields.done();
  return voice.value_or(false);
}

void check_text(Check& check, const json::value& value) {
  Fields fields(check, value, "text");
  const auto body = fields.text("body", Need::kRequired, at_most(4'096));
  if (body &&
      std::ranges::all_of(*body, [](char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; })) {
    check.refuse(131008, "Parameter text.body must not be blank.");
  }
  fields.boolean("preview_url", Need::kOptional);
  fields.done();
}

void check_location(Check& check, const json::value& value, std::string path) {
  Fields fields(check, value, std::move(path));
  check_coordinate(check, fields, "latitude", 90);
  check_coordinate(check, fields, "longitude", 180);
  fields.text("name", Need::kOptional, at_most(1'000));
  fields.text("address", Need::kOptional, at_most(1'000));
  fields.done();
}

void check_contacts(Check& check, const json::value& value) {
  const json::array* const contacts = value.if_array();
  if (contacts == nullptr) return check.refuse(100, "Param contacts must be an array.");
  if (contacts->empty()) return check.refuse(131008, "Parameter contacts must not be empty.");
  if (contacts->size() > 257) {
    return check.refuse(
        100, "Param contacts must have at most 257 items, got " + std::to_string(contacts->size()) + ".");
  }
  for (std::size_t i = 0; i < contacts->size(); ++i) {
    check_contact(check, (*contacts)[i], "contacts[" + std::to_string(i) + ']');
  }
}

std::string check_reaction(Check& check, const json::value& value) {
  Fields fields(check, value, "reaction");
  const auto id = fields.text("message_id", Need::kRequired);
  if (id && !is_wamid(*id)) {
    check.refuse(131009, "Param reaction.message_id is not a WhatsApp message id.");
  }
  // An empty emoji takes the reaction back; a missing one is a mistake.
  const auto emoji = fields.text("emoji", Need::kRequired, {.min = 0});
  if (emoji && !emoji->empty() && !looks_like_emoji(*emoji)) {
    check.refuse(131009, "Param reaction.emoji must be one emoji.");
  }
  fields.done();
  return std::string(id.value_or(""));
}

void check_pin(Check& check, const json::value& value, RecipientKind recipient) {
  if (recipient != RecipientKind::kGroup) check.refuse(131009, "Type \"pin\" is for groups only.");
  Fields fields(check, value, "pin");
  const auto type = fields.one_of("type", Need::kRequired, {"pin", "unpin"});
  const auto id = fields.text("message_id", Need::kRequired);
  if (id && !is_wamid(*id)) check.refuse(131009, "Param pin.message_id is not a WhatsApp message id.");
  fields.integer("expiration_days", type == "pin" ? Need::kRequired : Need::kOptional, 1, 30);
  fields.done();
}

}  // namespace wac::sandbox
