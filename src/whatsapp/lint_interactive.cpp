// Interactive messages (facts §2.4): those with buttons, lists and named actions.

#include "whatsapp/interactive_parts.h"
#include "whatsapp/json_text.h"

#include <set>

namespace wac::whatsapp::schema {
namespace {

namespace json = boost::json;

/// `seen`: the texts of this member in the entries before.
void check_unique(const json::object& entry, std::string_view member, std::set<std::string_view>& seen,
                  std::string_view rule, Report& report) {
  const std::string_view text = text_of(entry, member);
  if (!text.empty() && !seen.insert(text).second) report.broken_at(member, std::string{rule});
}

void check_replies(const json::object& action, Report& report) {
  const json::array* buttons = find_array(action, "buttons");
  if (buttons == nullptr) return;
  const Report::Step list(report, "buttons");
  std::set<std::string_view> ids;
  std::set<std::string_view> titles;
  for (std::size_t i = 0; i < buttons->size(); ++i) {
    const json::object* button = (*buttons)[i].if_object();
    const json::object* reply = button == nullptr ? nullptr : find_object(*button, "reply");
    if (reply == nullptr) continue;
    const Report::Step entry(report, i);
    const Report::Step object(report, "reply");
    check_unique(*reply, "id", ids, "must differ from the other buttons' ids", report);
    check_unique(*reply, "title", titles, "must differ from the other buttons' titles", report);
  }
}

constexpr std::array<std::string_view, 1> kReplyWord{"reply"};
constexpr std::array kReplyFields{required("id", text(1, 256)), required("title", text(1, 20))};
constexpr Shape kReply{.fields = kReplyFields};
constexpr std::array kReplyButtonFields{required("type", one_of(kReplyWord)),
                                        required("reply", object(kReply))};
constexpr Shape kReplyButton{.fields = kReplyButtonFields};
constexpr Rule kReplyButtonEntry = object(kReplyButton);
constexpr std::array kButtonActionFields{required("buttons", list(kReplyButtonEntry, 1, 3))};
constexpr Shape kButtonAction{.fields = kButtonActionFields, .check = check_replies};
constexpr std::array kButtonFields{kHeaderOfAnyKind, kRequiredBody, kFooterText,
                                   required("action", object(kButtonAction))};
constexpr Shape kButton{.fields = kButtonFields};

void check_rows(const json::array& rows, std::set<std::string_view>& ids, Report& report) {
  const Report::Step list(report, "rows");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Report::Step entry(report, i);
    if (const json::object* row = rows[i].if_object())
      check_unique(*row, "id", ids, "must differ from the other rows' ids", report);
  }
}

void check_list_sections(const json::object& action, Report& report) {
  const json::array* sections = find_array(action, "sections");
  if (sections == nullptr) return;
  const Report::Step step(report, "sections");
  std::size_t rows_in_all = 0;
  std::set<std::string_view> ids;
  for (std::size_t i = 0; i < sections->size(); ++i) {
    const json::object* section = (*sections)[i].if_object();
    if (section == nullptr) continue;
    const Report::Step entry(report, i);
    if (const json::array* rows = find_array(*section, "rows")) {
      rows_in_all += rows->size();
      check_rows(*rows, ids, report);
    }
    if (sections->size() > 1 && !section->contains("title"))
      report.broken_at("title", "is required when there is more than one section");
  }
  if (rows_in_all > 10) report.broken("must have at most 10 rows in all sections");
}

constexpr std::array kRowFields{required("id", text(1, 200)), required("title", text(1, 24)),
                                optional("description", text(0, 72))};
constexpr Shape kRow{.fields = kRowFields};
constexpr Rule kRowEntry = object(kRow);
constexpr std::array kListSectionFields{optional("title", text(1, 24)), required("rows", list(kRowEntry, 1))};
constexpr Shape kListSection{.fields = kListSectionFields};
constexpr Rule kListSectionEntry = object(kListSection);
constexpr std::array kListActionFields{required("button", text(1, 20)),
                                       required("sections", list(kListSectionEntry, 1, 10))};
constexpr Shape kListAction{.fields = kListActionFields, .check = check_list_sections};
constexpr std::array kLongBodyFields{required("text", text(1, 4096))};
constexpr Shape kLongBody{.fields = kLongBodyFields};
constexpr std::array kListFields{optional("header", object(kTextHeader)), required("body", object(kLongBody)),
                                 kFooterText, required("action", object(kListAction))};
constexpr Shape kList{.fields = kListFields};

constexpr std::array kCtaUrlFields{kHeaderOfAnyKind, kRequiredBody, kFooterText,
                                   required("action", object(kCtaUrlAction))};
constexpr Shape kCtaUrl{.fields = kCtaUrlFields};

constexpr std::array<std::string_view, 1> kSendLocationWord{"send_location"};
constexpr std::array kSendLocationFields{required("name", one_of(kSendLocationWord))};
constexpr Shape kSendLocation{.fields = kSendLocationFields};
constexpr std::array kLocationRequestFields{kRequiredBody, kFooterText,
                                            required("action", object(kSendLocation))};
constexpr Shape kLocationRequest{.fields = kLocationRequestFields};

// The address form exists in India only.
constexpr std::array<std::string_view, 1> kAddressWord{"address_message"};
constexpr std::array<std::string_view, 1> kIndia{"IN"};
constexpr std::array kSavedAddressFields{required("id", text(1)), required("value", any_object())};
constexpr Shape kSavedAddress{.fields = kSavedAddressFields};
constexpr Rule kSavedAddressEntry = object(kSavedAddress);
constexpr std::array kAddressParameterFields{
    required("country", one_of(kIndia)), optional("values", any_object()),
    optional("saved_addresses", list(kSavedAddressEntry, 0)), optional("validation_errors", any_object())};
constexpr Shape kAddressParameters{.fields = kAddressParameterFields};
constexpr std::array kAddressActionFields{required("name", one_of(kAddressWord)),
                                          required("parameters", object(kAddressParameters))};
constexpr Shape kAddressAction{.fields = kAddressActionFields};
constexpr std::array kAddressFields{kHeaderOfAnyKind, kRequiredBody, kFooterText,
                                    required("action", object(kAddressAction))};
constexpr Shape kAddress{.fields = kAddressFields};

constexpr std::array<std::string_view, 1> kCallPermissionWord{"call_permission_request"};
constexpr std::array kCallPermissionActionFields{required("name", one_of(kCallPermissionWord))};
constexpr Shape kCallPermissionAction{.fields = kCallPermissionActionFields};
constexpr std::array kCallPermissionFields{kOptionalBody, kFooterText,
                                           required("action", object(kCallPermissionAction))};
constexpr Shape kCallPermission{.fields = kCallPermissionFields};

constexpr std::array<std::string_view, 1> kVoiceCallWord{"voice_call"};
constexpr std::array kVoiceCallParameterFields{optional("display_text", text(1, 20)),
                                               optional("ttl_minutes", integer(1, 43200)),
                                               optional("payload", text(0, 512))};
constexpr Shape kVoiceCallParameters{.fields = kVoiceCallParameterFields};
constexpr std::array kVoiceCallActionFields{required("name", one_of(kVoiceCallWord)),
                                            optional("parameters", object(kVoiceCallParameters))};
constexpr Shape kVoiceCallAction{.fields = kVoiceCallActionFields};
constexpr std::array kVoiceCallFields{kRequiredBody, kFooterText,
                                      required("action", object(kVoiceCallAction))};
constexpr Shape kVoiceCall{.fields = kVoiceCallFields};

constexpr std::array<std::string_view, 1> kContactInfoWord{"request_contact_info"};
constexpr std::array kContactInfoActionFields{required("name", one_of(kContactInfoWord))};
constexpr Shape kContactInfoAction{.fields = kContactInfoActionFields};
constexpr std::array kContactInfoFields{kRequiredBody, kFooterText,
                                        required("action", object(kContactInfoAction))};
constexpr Shape kContactInfo{.fields = kContactInfoFields};

// Payments differ per country and change often: passed through (facts §2.4).
constexpr Shape kPassedThrough{.unlisted = Unlisted::kAllowed};

constexpr std::array kInteractiveTypes{
    Variant{"button", &kButton},
    Variant{"list", &kList},
    Variant{"cta_url", &kCtaUrl},
    Variant{"flow", &kFlow},
    Variant{"product", &kProduct},
    Variant{"product_list", &kProductList},
    Variant{"catalog_message", &kCatalogMessage},
    Variant{"location_request_message", &kLocationRequest},
    Variant{"address_message", &kAddress},
    Variant{"call_permission_request", &kCallPermission},
    Variant{"voice_call", &kVoiceCall},
    Variant{"request_contact_info", &kContactInfo},
    Variant{"carousel", &kCarousel},
    Variant{"order_details", &kPassedThrough},
    Variant{"order_status", &kPassedThrough},
};

}  // namespace

constinit const Shape kInteractive{.tag = "type", .variants = kInteractiveTypes};

}  // namespace wac::whatsapp::schema
