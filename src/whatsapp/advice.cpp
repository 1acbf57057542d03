#include "whatsapp/advice.h"

#include "whatsapp/json_text.h"
#include "whatsapp/schema.h"

namespace wac::whatsapp {
namespace {

namespace json = boost::json;
using schema::Report;

void advise_on_text(const json::object& text, Report& report) {
  const json::value* preview = text.if_contains("preview_url");
  if (preview == nullptr || !preview->is_bool() || !preview->get_bool()) return;
  const std::string_view body = text_of(text, "body");
  const bool has_url =
      body.find("http://") != std::string_view::npos || body.find("https://") != std::string_view::npos;
  if (!has_url) report.broken_at("preview_url", "has no effect: the body has no http:// or https:// URL");
}

void advise_on_document(const json::object& document, Report& report) {
  if (!document.contains("filename"))
    report.broken_at("filename", "is not given: its extension decides the icon that the user sees");
}

void advise_on_contacts(const json::array& contacts, Report& report) {
  for (std::size_t i = 0; i < contacts.size(); ++i) {
    const json::object* contact = contacts[i].if_object();
    const json::array* phones = contact == nullptr ? nullptr : find_array(*contact, "phones");
    if (phones == nullptr) continue;
    const Report::Step entry(report, i);
    const Report::Step list(report, "phones");
    for (std::size_t j = 0; j < phones->size(); ++j) {
      const json::object* phone = (*phones)[j].if_object();
      const Report::Step one(report, j);
      if (phone != nullptr && !phone->contains("wa_id"))
        report.broken_at("wa_id", "is not given: the card offers \"Invite\" instead of a chat");
    }
  }
}

/// Widely reported, not documented (facts §2.5).
bool is_refused_by_some(std::string_view text) {
  return text.find_first_of("\n\r\t") != std::string_view::npos ||
         text.find("     ") != std::string_view::npos;
}

void advise_on_components(const json::object& parent, Report& report) {
  const json::array* components = find_array(parent, "components");
  if (components == nullptr) return;
  const Report::Step step(report, "components");
  for (std::size_t i = 0; i < components->size(); ++i) {
    const json::object* component = (*components)[i].if_object();
    if (component == nullptr) continue;
    const Report::Step entry(report, i);
    if (const json::array* parameters = find_array(*component, "parameters")) {
      const Report::Step list(report, "parameters");
      for (std::size_t j = 0; j < parameters->size(); ++j) {
        const json::object* parameter = (*parameters)[j].if_object();
        const Report::Step one(report, j);
        if (parameter != nullptr && is_refused_by_some(text_of(*parameter, "text")))
          report.broken_at("text",
                           "has a line break, a tab or more than four spaces in a row: Meta may refuse it");
      }
    }
    const json::array* cards = find_array(*component, "cards");
    if (cards == nullptr) continue;
    const Report::Step list(report, "cards");
    for (std::size_t j = 0; j < cards->size(); ++j) {
      const Report::Step one(report, j);
      if (const json::object* card = (*cards)[j].if_object()) advise_on_components(*card, report);
    }
  }
}

}  // namespace

std::vector<Violation> advise(const json::object& payload) {
  Report report;
  const std::string_view type = text_of(payload, "type");
  const Report::Step step(report, type);
  const json::object* content = find_object(payload, type);
  if (type == "text" && content != nullptr) advise_on_text(*content, report);
  if (type == "document" && content != nullptr) advise_on_document(*content, report);
  if (type == "template" && content != nullptr) advise_on_components(*content, report);
  if (type == "contacts") {
    if (const json::array* contacts = find_array(payload, type)) advise_on_contacts(*contacts, report);
  }
  return report.take();
}

}  // namespace wac::whatsapp
