// Template messages: components and their parameters (facts §2.5).

#include "whatsapp/json_text.h"
#include "whatsapp/payload_shapes.h"

#include <fmt/format.h>
#include <set>

namespace wac::whatsapp::schema {
namespace {

namespace json = boost::json;

constexpr Field kParameterName = optional("parameter_name", text(kSnakeName));
constexpr Field kRetailerId = required("product_retailer_id", text(1));

constexpr std::array kCurrencyFields{
    required("fallback_value", text(1)), required("code", text(kCurrencyCode)),
    required("amount_1000", integer(std::numeric_limits<std::int64_t>::min()))};
constexpr Shape kCurrency{.fields = kCurrencyFields};
constexpr std::array kDateTimeFields{required("fallback_value", text(1))};
constexpr Shape kDateTime{.fields = kDateTimeFields};
constexpr std::array kCurrencyParameterFields{required("currency", object(kCurrency)), kParameterName};
constexpr std::array kDateTimeParameterFields{required("date_time", object(kDateTime)), kParameterName};
constexpr Shape kCurrencyParameter{.fields = kCurrencyParameterFields};
constexpr Shape kDateTimeParameter{.fields = kDateTimeParameterFields};

constexpr std::array kHeaderTextFields{required("text", text(1, 60)), kParameterName};
constexpr std::array kImageFields{required("image", object(kPlainMedia))};
constexpr std::array kVideoFields{required("video", object(kPlainMedia))};
constexpr std::array kGifFields{required("gif", object(kPlainMedia))};
constexpr std::array kDocumentFields{required("document", object(kNamedMedia))};
constexpr std::array kLocationFields{required("location", object(kLocation))};
constexpr std::array kProductRefFields{required("catalog_id", text(kOpaqueId)), kRetailerId};
constexpr Shape kProductRef{.fields = kProductRefFields};
constexpr std::array kProductFields{required("product", object(kProductRef))};
constexpr Shape kHeaderText{.fields = kHeaderTextFields};
constexpr Shape kImageParameter{.fields = kImageFields};
constexpr Shape kVideoParameter{.fields = kVideoFields};
constexpr Shape kGifParameter{.fields = kGifFields};
constexpr Shape kDocumentParameter{.fields = kDocumentFields};
constexpr Shape kLocationParameter{.fields = kLocationFields};
constexpr Shape kProductParameter{.fields = kProductFields};
constexpr std::array kHeaderParameterTypes{
    Variant{"text", &kHeaderText},         Variant{"image", &kImageParameter},
    Variant{"video", &kVideoParameter},    Variant{"document", &kDocumentParameter},
    Variant{"gif", &kGifParameter},        Variant{"location", &kLocationParameter},
    Variant{"product", &kProductParameter}};
constexpr Shape kHeaderParameter{.tag = "type", .variants = kHeaderParameterTypes};
constexpr Rule kHeaderParameterEntry = object(kHeaderParameter);
constexpr std::array kHeaderFields{required("parameters", list(kHeaderParameterEntry, 1, 1))};
constexpr Shape kHeader{.fields = kHeaderFields};

// A template's variables are all positional or all named.
void check_names(const json::object& component, Report& report) {
  const json::array* parameters = find_array(component, "parameters");
  if (parameters == nullptr) return;
  std::set<std::string_view> names;
  std::size_t named = 0;
  const Report::Step step(report, "parameters");
  for (std::size_t i = 0; i < parameters->size(); ++i) {
    const json::object* parameter = (*parameters)[i].if_object();
    if (parameter == nullptr || !parameter->contains("parameter_name")) continue;
    ++named;
    const std::string_view name = text_of(*parameter, "parameter_name");
    if (name.empty() || names.insert(name).second) continue;
    const Report::Step entry(report, i);
    report.broken_at("parameter_name", "must differ from the other names");
  }
  if (named != 0 && named != parameters->size()) report.broken("must all have a parameter_name, or none");
}

constexpr std::array kBodyTextFields{required("text", text(1, 1024)), kParameterName};
constexpr Shape kBodyText{.fields = kBodyTextFields};
constexpr std::array kBodyParameterTypes{Variant{"text", &kBodyText},
                                         Variant{"currency", &kCurrencyParameter},
                                         Variant{"date_time", &kDateTimeParameter}};
constexpr Shape kBodyParameter{.tag = "type", .variants = kBodyParameterTypes};
constexpr Rule kBodyParameterEntry = object(kBodyParameter);
constexpr std::array kBodyFields{required("parameters", list(kBodyParameterEntry, 1))};
constexpr Shape kBody{.fields = kBodyFields, .check = check_names};

constexpr std::array<std::string_view, 1> kPayloadWord{"payload"};
constexpr std::array<std::string_view, 1> kTextWord{"text"};
constexpr std::array<std::string_view, 1> kCouponWord{"coupon_code"};
constexpr std::array<std::string_view, 1> kActionWord{"action"};
constexpr std::array kReplyFields{required("type", one_of(kPayloadWord)), required("payload", text(1))};
constexpr Shape kReply{.fields = kReplyFields};
constexpr std::array kSuffixFields{required("type", one_of(kTextWord)), required("text", text(1))};
constexpr Shape kSuffix{.fields = kSuffixFields};
constexpr std::array kCouponFields{required("type", one_of(kCouponWord)),
                                   required("coupon_code", text(1, 15))};
constexpr Shape kCoupon{.fields = kCouponFields};
constexpr std::array kThumbnailFields{optional("thumbnail_product_retailer_id", text(1))};
constexpr Shape kThumbnail{.fields = kThumbnailFields};
constexpr std::array kCatalogFields{required("type", one_of(kActionWord)),
                                    required("action", object(kThumbnail))};
constexpr Shape kCatalog{.fields = kCatalogFields};
constexpr Rule kSectionEntry = object(kProductSection);
constexpr std::array kProductsActionFields{required("thumbnail_product_retailer_id", text(1)),
                                           required("sections", list(kSectionEntry, 1, 10))};
constexpr Shape kProductsAction{.fields = kProductsActionFields, .check = check_products};
constexpr std::array kProductsFields{required("type", one_of(kActionWord)),
                                     required("action", object(kProductsAction))};
constexpr Shape kProducts{.fields = kProductsFields};
constexpr std::array kFlowActionFields{optional("flow_token", text(1)),
                                       optional("flow_action_data", any_object())};
constexpr Shape kFlowAction{.fields = kFlowActionFields};
constexpr std::array kFlowFields{required("type", one_of(kActionWord)),
                                 required("action", object(kFlowAction))};
constexpr Shape kFlowParameter{.fields = kFlowFields};

constexpr Rule kReplyEntry = object(kReply);
constexpr Rule kSuffixEntry = object(kSuffix);
constexpr Rule kCouponEntry = object(kCoupon);
constexpr Rule kCatalogEntry = object(kCatalog);
constexpr Rule kProductsEntry = object(kProducts);
constexpr Rule kFlowEntry = object(kFlowParameter);
constexpr std::array kReplyButtonFields{required("parameters", list(kReplyEntry, 1, 1))};
constexpr std::array kUrlButtonFields{required("parameters", list(kSuffixEntry, 1, 1))};
constexpr std::array kCouponButtonFields{required("parameters", list(kCouponEntry, 1, 1))};
constexpr std::array kCatalogButtonFields{optional("parameters", list(kCatalogEntry, 1, 1))};
constexpr std::array kProductsButtonFields{required("parameters", list(kProductsEntry, 1, 1))};
constexpr std::array kFlowButtonFields{optional("parameters", list(kFlowEntry, 1, 1))};
constexpr std::array kOtherButtonFields{optional("parameters", any_list())};
constexpr Shape kReplyButton{.fields = kReplyButtonFields};
constexpr Shape kUrlButton{.fields = kUrlButtonFields};
constexpr Shape kCouponButton{.fields = kCouponButtonFields};
constexpr Shape kCatalogButton{.fields = kCatalogButtonFields};
constexpr Shape kProductsButton{.fields = kProductsButtonFields};
constexpr Shape kFlowButton{.fields = kFlowButtonFields};
// These exist; their parameters are not documented well enough to judge.
constexpr Shape kOtherButton{.fields = kOtherButtonFields};
constexpr std::array kButtonSubTypes{
    Variant{"quick_reply", &kReplyButton}, Variant{"url", &kUrlButton},
    Variant{"copy_code", &kCouponButton},  Variant{"catalog", &kCatalogButton},
    Variant{"mpm", &kProductsButton},      Variant{"flow", &kFlowButton},
    Variant{"voice_call", &kOtherButton},  Variant{"order_details", &kOtherButton},
    Variant{"spm", &kOtherButton}};
constexpr std::array kButtonFields{required("index", text(kButtonIndex))};
constexpr Shape kButton{.fields = kButtonFields, .tag = "sub_type", .variants = kButtonSubTypes};

constexpr std::array<std::string_view, 1> kOfferWord{"limited_time_offer"};
constexpr std::array kExpiryFields{required("expiration_time_ms", integer(1))};
constexpr Shape kExpiry{.fields = kExpiryFields};
constexpr std::array kOfferParameterFields{required("type", one_of(kOfferWord)),
                                           required("limited_time_offer", object(kExpiry))};
constexpr Shape kOfferParameter{.fields = kOfferParameterFields};
constexpr Rule kOfferEntry = object(kOfferParameter);
constexpr std::array kOfferFields{required("parameters", list(kOfferEntry, 1, 1))};
constexpr Shape kOffer{.fields = kOfferFields};

constexpr std::array<std::string_view, 1> kTapTargetWord{"tap_target_configuration"};
constexpr std::array kTapTargetFields{required("url", text(kWebUrl)), required("title", text(1))};
constexpr Shape kTapTarget{.fields = kTapTargetFields};
constexpr Rule kTapTargetEntry = object(kTapTarget);
constexpr std::array kTapParameterFields{required("type", one_of(kTapTargetWord)),
                                         required("tap_target_configuration", list(kTapTargetEntry, 1))};
constexpr Shape kTapParameter{.fields = kTapParameterFields};
constexpr Rule kTapParameterEntry = object(kTapParameter);
constexpr std::array kTapFields{required("parameters", list(kTapParameterEntry, 1, 1))};
constexpr Shape kTap{.fields = kTapFields};

// One of each component, except buttons, which differ by their index.
void check_once_each(const json::object& parent, Report& report) {
  const json::array* components = find_array(parent, "components");
  if (components == nullptr) return;
  std::set<std::string> seen;
  const Report::Step step(report, "components");
  for (std::size_t i = 0; i < components->size(); ++i) {
    const json::object* component = (*components)[i].if_object();
    if (component == nullptr) continue;
    const std::string_view type = text_of(*component, "type");
    const std::string_view index = type == "button" ? text_of(*component, "index") : "";
    if (type.empty() || seen.insert(fmt::format("{} {}", type, index)).second) continue;
    const Report::Step entry(report, i);
    report.broken(type == "button" ? "must have an index of its own"
                                   : "must be the only component of its type");
  }
}

constexpr std::array kCardComponentTypes{Variant{"header", &kHeader}, Variant{"body", &kBody},
                                         Variant{"button", &kButton}};
constexpr Shape kCardComponent{.tag = "type", .variants = kCardComponentTypes};
constexpr Rule kCardComponentEntry = object(kCardComponent);
constexpr std::array kCardFields{required("card_index", integer(0, 9)),
                                 required("components", list(kCardComponentEntry, 1))};
constexpr Shape kCard{.fields = kCardFields, .check = check_once_each};
constexpr Rule kCardEntry = object(kCard);

void check_card_indexes(const json::object& carousel, Report& report) {
  const json::array* cards = find_array(carousel, "cards");
  if (cards == nullptr) return;
  std::set<std::int64_t> seen;
  const Report::Step step(report, "cards");
  for (std::size_t i = 0; i < cards->size(); ++i) {
    const json::object* card = (*cards)[i].if_object();
    const json::value* index = card == nullptr ? nullptr : card->if_contains("card_index");
    if (index == nullptr || !index->is_int64() || seen.insert(index->get_int64()).second) continue;
    const Report::Step entry(report, i);
    report.broken_at("card_index", "must differ from the other cards' indexes");
  }
}

constexpr std::array kCarouselFields{required("cards", list(kCardEntry, 1, 10))};
constexpr Shape kTemplateCarousel{.fields = kCarouselFields, .check = check_card_indexes};

constexpr std::array kComponentTypes{
    Variant{"header", &kHeader},
    Variant{"body", &kBody},
    Variant{"button", &kButton},
    Variant{"limited_time_offer", &kOffer},
    Variant{"carousel", &kTemplateCarousel},
    Variant{"tap_target_configuration", &kTap},
};
constexpr Shape kComponent{.tag = "type", .variants = kComponentTypes};
constexpr Rule kComponentEntry = object(kComponent);

constexpr std::array<std::string_view, 1> kPolicies{"deterministic"};
constexpr std::array kLanguageFields{required("code", text(kLanguageCode)),
                                     optional("policy", one_of(kPolicies))};
constexpr Shape kLanguage{.fields = kLanguageFields};
constexpr std::array kTemplateFields{required("name", text(kSnakeName, 512)),
                                     required("language", object(kLanguage)),
                                     optional("components", list(kComponentEntry, 0))};

}  // namespace

constinit const Shape kTemplate{.fields = kTemplateFields, .check = check_once_each};

}  // namespace wac::whatsapp::schema
