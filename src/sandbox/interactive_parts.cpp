#include "sandbox/interactive_parts.h"

#include "sandbox/payload_rules.h"

#include <algorithm>

namespace wac::sandbox {
namespace {

namespace json = boost::json;

/// A card's action, as `cta_url`, `quick_reply` (buttons) or `product`.
std::string_view check_card_action(Check& check, const json::object& action, const std::string& path) {
  if (action.contains("catalog_id")) {
    check_product(check, action, path);
    return "product";
  }
  if (!action.contains("buttons")) {
    check_cta_url(check, action, path);
    return "cta_url";
  }
  Fields fields(check, action, path);
  const json::array* const buttons = fields.array("buttons", Need::kRequired, at_most(2));
  for (std::size_t i = 0; buttons != nullptr && i < buttons->size(); ++i) {
    const std::string where = indexed(path + ".buttons", i);
    Fields button(check, (*buttons)[i], where);
    button.one_of("type", Need::kRequired, {"quick_reply"});
    if (const json::object* const reply = button.object("quick_reply", Need::kRequired)) {
      // Meta's page prints 20 for id and label alike; other sources 256 for the id.
      check_reply(check, *reply, where + ".quick_reply", 256);
    }
    button.done();
  }
  fields.done();
  return buttons != nullptr && buttons->size() == 2 ? "two buttons" : "one button";
}

void check_card_body(Check& check, Fields& card) {
  const json::object* const body = card.object("body", Need::kOptional);
  if (body == nullptr) return;
  Fields fields(check, *body, card.path("body"));
  const auto text = fields.text("text", Need::kRequired, at_most(160));
  if (text && std::ranges::count(*text, '\n') > 2) {
    check.refuse(131009, "Param " + fields.path("text") + " must have at most 2 line breaks.");
  }
  fields.done();
}

/// Returns the kind of its action, which must be the same on all cards.
std::string_view check_card(Check& check, const json::value& value, const std::string& path,
                            std::size_t index) {
  Fields card(check, value, path);
  const auto last = static_cast<std::int64_t>(index);
  card.integer("card_index", Need::kRequired, last, last);
  const auto type = card.one_of("type", Need::kOptional, {"cta_url", "product", "quick_reply"});
  const json::object* const action = card.object("action", Need::kRequired);
  const std::string_view kind = action == nullptr ? "" : check_card_action(check, *action, path + ".action");
  if (kind != "product") {
    if (const json::object* const header = card.object("header", Need::kRequired)) {
      Fields fields(check, *header, path + ".header");
      const auto medium = fields.one_of("type", Need::kRequired, {"image", "video"});
      if (medium) {
        if (const json::value* const media = fields.any(*medium, Need::kRequired)) {
          check_media(check, *media, fields.path(*medium),
                      *medium == "image" ? Medium::kImage : Medium::kVideo, MediaPlace::kHeader);
        }
      }
      fields.done();
    }
    check_card_body(check, card);
  }
  if (type && (*type == "product") != (kind == "product")) {
    check.refuse(131009, "Param " + path + ".type does not fit the card's action.");
  }
  card.done();
  return kind;
}

}  // namespace

/// `{"id":…,"title":…}` of a button.
void check_reply(Check& check, const json::object& reply, const std::string& path, std::size_t id_max) {
  Fields fields(check, reply, path);
  fields.text("id", Need::kRequired, at_most(id_max));
  fields.text("title", Need::kRequired, at_most(20));
  fields.done();
}

void check_cta_url(Check& check, const json::object& action, const std::string& path) {
  Fields fields(check, action, path);
  fields.one_of("name", Need::kRequired, {"cta_url"});
  if (const json::object* const parameters = fields.object("parameters", Need::kRequired)) {
    Fields inner(check, *parameters, path + ".parameters");
    inner.text("display_text", Need::kRequired, at_most(20));
    inner.url("url", Need::kRequired, Fields::Scheme::kAnyHttp);
    inner.done();
  }
  fields.done();
}

void check_product(Check& check, const json::object& action, const std::string& path) {
  Fields fields(check, action, path);
  fields.text("catalog_id", Need::kRequired);
  fields.text("product_retailer_id", Need::kRequired);
  fields.done();
}

void check_product_sections(Check& check, const json::array& sections, const std::string& path) {
  std::size_t products = 0;
  const Need title = sections.size() > 1 ? Need::kRequired : Need::kOptional;
  for (std::size_t i = 0; i < sections.size(); ++i) {
    const std::string where = indexed(path, i);
    Fields section(check, sections[i], where);
    section.text("title", title, at_most(24));
    const json::array* const items = section.array("product_items", Need::kRequired);
    for (std::size_t n = 0; items != nullptr && n < items->size(); ++n) {
      Fields item(check, (*items)[n], indexed(where + ".product_items", n));
      item.text("product_retailer_id", Need::kRequired);
      item.done();
      ++products;
    }
    section.done();
  }
  if (products > 30) check.refuse(100, "Param " + path + " must have at most 30 products in all.");
}

void check_carousel(Check& check, const json::object& action, const std::string& path) {
  Fields fields(check, action, path);
  const json::array* const cards = fields.array("cards", Need::kRequired, {.min = 2, .max = 10});
  std::string_view kind;
  for (std::size_t i = 0; cards != nullptr && i < cards->size(); ++i) {
    const std::string_view this_kind = check_card(check, (*cards)[i], indexed(path + ".cards", i), i);
    if (i > 0 && this_kind != kind) {
      check.refuse(131009, "All cards of " + path + " need the same kind and number of buttons.");
    }
    kind = this_kind;
  }
  fields.done();
}

}  // namespace wac::sandbox
