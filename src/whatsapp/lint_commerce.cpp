// Interactive messages that show products, carousels and flows (facts §2.4).

#include "whatsapp/interactive_parts.h"
#include "whatsapp/json_text.h"

namespace wac::whatsapp::schema {
namespace {

namespace json = boost::json;

constexpr std::array kProductActionFields{required("catalog_id", text(kOpaqueId)),
                                          required("product_retailer_id", text(1))};
constexpr Shape kProductAction{.fields = kProductActionFields};
constexpr std::array kProductFields{kOptionalBody, kFooterText, required("action", object(kProductAction))};

constexpr std::array kProductItemFields{required("product_retailer_id", text(1))};
constexpr Shape kProductItem{.fields = kProductItemFields};
constexpr Rule kProductItemEntry = object(kProductItem);
constexpr std::array kProductSectionFields{optional("title", text(1, 24)),
                                           required("product_items", list(kProductItemEntry, 1))};

constexpr Rule kProductSectionEntry = object(kProductSection);
constexpr std::array kProductListActionFields{required("catalog_id", text(kOpaqueId)),
                                              required("sections", list(kProductSectionEntry, 1, 10))};
constexpr Shape kProductListAction{.fields = kProductListActionFields, .check = check_products};
constexpr std::array kProductListFields{required("header", object(kTextHeader)), kRequiredBody, kFooterText,
                                        required("action", object(kProductListAction))};

constexpr std::array<std::string_view, 1> kCatalogWord{"catalog_message"};
constexpr std::array kThumbnailFields{optional("thumbnail_product_retailer_id", text(1))};
constexpr Shape kThumbnail{.fields = kThumbnailFields};
constexpr std::array kCatalogActionFields{required("name", one_of(kCatalogWord)),
                                          optional("parameters", object(kThumbnail))};
constexpr Shape kCatalogAction{.fields = kCatalogActionFields};
constexpr std::array kCatalogFields{kRequiredBody, kFooterText, required("action", object(kCatalogAction))};

void check_flow_name(const json::object& parameters, Report& report) {
  exactly_one(parameters, "flow_id", "flow_name", report);
}

constexpr std::array<std::string_view, 1> kFlowWord{"flow"};
constexpr std::array<std::string_view, 1> kFlowVersion{"3"};
constexpr std::array<std::string_view, 2> kFlowModes{"published", "draft"};
constexpr std::array<std::string_view, 2> kFlowActions{"navigate", "data_exchange"};
constexpr std::array kFlowPayloadFields{required("screen", text(1)), optional("data", any_object(1))};
constexpr Shape kFlowPayload{.fields = kFlowPayloadFields};
constexpr std::array kFlowParameterFields{
    required("flow_message_version", one_of(kFlowVersion)),
    optional("flow_id", text(kOpaqueId)),
    optional("flow_name", text(1)),
    required("flow_cta", {.kind = Kind::kText, .min = 1, .max = 30, .form = &kNoEmoji}),
    optional("mode", one_of(kFlowModes)),
    optional("flow_token", text(1)),
    optional("flow_action", one_of(kFlowActions)),
    optional("flow_action_payload", object(kFlowPayload)),
};
constexpr Shape kFlowParameters{.fields = kFlowParameterFields, .check = check_flow_name};
constexpr std::array kFlowActionFields{required("name", one_of(kFlowWord)),
                                       required("parameters", object(kFlowParameters))};
constexpr Shape kFlowAction{.fields = kFlowActionFields};
constexpr std::array kFlowFields{kHeaderOfAnyKind, kRequiredBody, kFooterText,
                                 required("action", object(kFlowAction))};

}  // namespace

void check_products(const json::object& action, Report& report) {
  const json::array* sections = find_array(action, "sections");
  if (sections == nullptr) return;
  const Report::Step step(report, "sections");
  std::size_t products = 0;
  for (std::size_t i = 0; i < sections->size(); ++i) {
    const json::object* section = (*sections)[i].if_object();
    if (section == nullptr) continue;
    if (const json::array* items = find_array(*section, "product_items")) products += items->size();
    const Report::Step entry(report, i);
    if (sections->size() > 1 && !section->contains("title"))
      report.broken_at("title", "is required when there is more than one section");
  }
  if (products > 30) report.broken("must have at most 30 products in all sections");
}

constinit const Shape kProductSection{.fields = kProductSectionFields};
constinit const Shape kProduct{.fields = kProductFields};
constinit const Shape kProductList{.fields = kProductListFields};
constinit const Shape kCatalogMessage{.fields = kCatalogFields};
constinit const Shape kFlow{.fields = kFlowFields};

}  // namespace wac::whatsapp::schema
