#include "outbound/passage.h"

#include "outbound/intent.h"
#include "whatsapp/json_text.h"

#include <boost/json.hpp>

namespace wac::outbound {
namespace {

namespace json = boost::json;

bool needs_window(const json::object& payload) {
  return is_free_form(message_type_from(whatsapp::text_of(payload, "type")));
}

bool known_as_marketing(const json::object& payload, const IsMarketing& is_marketing) {
  const json::object* definition = whatsapp::find_object(payload, "template");
  if (!is_marketing || definition == nullptr || whatsapp::text_of(payload, "type") != "template")
    return false;
  const json::object* language = whatsapp::find_object(*definition, "language");
  return is_marketing(whatsapp::text_of(*definition, "name"),
                      language == nullptr ? std::string_view{} : whatsapp::text_of(*language, "code"));
}

Passage passage_of(const json::object& payload, const contacts::Known& known, const IsMarketing& is_marketing,
                   WallTime now) {
  if (needs_window(payload)) {
    const bool closed = contacts::window_of(known.heard_at, now) == contacts::Window::kClosed;
    return closed ? Passage::kWindowClosed : Passage::kSend;
  }
  const bool refused = known.facts.stopped() && known_as_marketing(payload, is_marketing);
  return refused ? Passage::kOptedOut : Passage::kSend;
}

}  // namespace

bool asks_for_contact(const Content& content, const IsMarketing& is_marketing) {
  if (!content.recipient || content.recipient->is_group()) return false;
  return needs_window(content.payload) || known_as_marketing(content.payload, is_marketing);
}

Passage passage_of(const Content& content, const contacts::Known& known, const IsMarketing& is_marketing,
                   WallTime now) {
  const Passage own = passage_of(content.payload, known, is_marketing, now);
  if (own != Passage::kWindowClosed || !content.fallback) return own;
  const Passage other = passage_of(*content.fallback, known, is_marketing, now);
  return other == Passage::kSend ? Passage::kFallback : other;
}

void use_fallback(Content& content) {
  content.payload = std::move(*content.fallback);
  content.fallback.reset();
  content.fallback_used = true;
}

}  // namespace wac::outbound
