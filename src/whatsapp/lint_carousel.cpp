// Carousels of media and of products (facts §2.4).

#include "whatsapp/interactive_parts.h"
#include "whatsapp/json_text.h"

#include <fmt/format.h>

namespace wac::whatsapp::schema {
namespace {

namespace json = boost::json;

constexpr std::array kCardImageFields{required("image", object(kPlainMedia))};
constexpr std::array kCardVideoFields{required("video", object(kPlainMedia))};
constexpr Shape kCardImage{.fields = kCardImageFields};
constexpr Shape kCardVideo{.fields = kCardVideoFields};
constexpr std::array kCardHeaderTypes{Variant{"image", &kCardImage}, Variant{"video", &kCardVideo}};
constexpr Shape kCardHeader{.tag = "type", .variants = kCardHeaderTypes};

constexpr std::array kCardBodyFields{
    required("text", {.kind = Kind::kText, .min = 1, .max = 160, .form = &kTwoLineBreaks})};
constexpr Shape kCardBody{.fields = kCardBodyFields};

constexpr std::array<std::string_view, 1> kQuickReplyWord{"quick_reply"};
// Meta prints 20 for the id as well; the SDKs' 256 is not confirmed (facts §2.4).
constexpr std::array kQuickReplyFields{required("id", text(1, 20)), required("title", text(1, 20))};
constexpr Shape kQuickReply{.fields = kQuickReplyFields};
constexpr std::array kCardButtonFields{required("type", one_of(kQuickReplyWord)),
                                       required("quick_reply", object(kQuickReply))};
constexpr Shape kCardButton{.fields = kCardButtonFields};
constexpr Rule kCardButtonEntry = object(kCardButton);

void check_card_action(const json::object& action, Report& report) {
  if (action.contains("buttons")) {
    if (action.contains("name") || action.contains("parameters")) {
      report.broken("must have either name and parameters, or buttons");
    }
    return;
  }
  for (const std::string_view field : {"name", "parameters"}) {
    if (!action.contains(field)) report.broken_at(field, "is required");
  }
}

constexpr std::array kMediaCardActionFields{optional("name", one_of(kCtaUrlWord)),
                                            optional("parameters", object(kCtaUrlParameters)),
                                            optional("buttons", list(kCardButtonEntry, 1))};
constexpr Shape kMediaCardAction{.fields = kMediaCardActionFields, .check = check_card_action};
constexpr Field kCardIndex = required("card_index", integer(0, 9));
constexpr std::array kMediaCardFields{kCardIndex, required("header", object(kCardHeader)),
                                      optional("body", object(kCardBody)),
                                      required("action", object(kMediaCardAction))};
constexpr Shape kMediaCard{.fields = kMediaCardFields};

constexpr std::array kProductCardActionFields{required("catalog_id", text(kOpaqueId)),
                                              required("product_retailer_id", text(1))};
constexpr Shape kProductCardAction{.fields = kProductCardActionFields};
constexpr std::array kProductCardFields{kCardIndex, required("action", object(kProductCardAction))};
constexpr Shape kProductCard{.fields = kProductCardFields};

// Cards with quick replies are seen with either word.
constexpr std::array kCardTypes{Variant{"cta_url", &kMediaCard}, Variant{"quick_reply", &kMediaCard},
                                Variant{"product", &kProductCard}};
constexpr Shape kCard{.tag = "type", .variants = kCardTypes};
constexpr Rule kCardEntry = object(kCard);

/// What must be the same on all cards, as text: the buttons' kind and count, or the catalog.
std::string card_family(const json::object& card) {
  const json::object* action = find_object(card, "action");
  if (action == nullptr) return {};
  if (text_of(card, "type") == "product") return fmt::format("catalog {}", text_of(*action, "catalog_id"));
  if (const json::array* buttons = find_array(*action, "buttons"))
    return fmt::format("replies {}", buttons->size());
  return "url";
}

void check_cards(const json::object& action, Report& report) {
  const json::array* cards = find_array(action, "cards");
  if (cards == nullptr) return;
  const Report::Step step(report, "cards");
  std::string family;
  for (std::size_t i = 0; i < cards->size(); ++i) {
    const json::object* card = (*cards)[i].if_object();
    if (card == nullptr) continue;
    const Report::Step entry(report, i);
    const json::value* index = card->if_contains("card_index");
    if (index != nullptr && index->is_int64() && index->get_int64() != static_cast<std::int64_t>(i)) {
      report.broken_at("card_index", "must be the card's position, from 0");
    }
    const std::string this_family = card_family(*card);
    if (family.empty()) family = this_family;
    if (!this_family.empty() && this_family != family) {
      report.broken("must have buttons of the same kind and count, or the same catalog, as the first card");
    }
  }
}

constexpr std::array kCarouselActionFields{required("cards", list(kCardEntry, 2, 10))};
constexpr Shape kCarouselAction{.fields = kCarouselActionFields, .check = check_cards};
constexpr std::array kCarouselFields{kRequiredBody, required("action", object(kCarouselAction))};

}  // namespace

constinit const Shape kCarousel{.fields = kCarouselFields};

}  // namespace wac::whatsapp::schema
