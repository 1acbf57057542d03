// Any payload: lint() does not crash and points into JSON pointers; what it finds clean, build_message()
// turns into a JSON object that carries the content unchanged.

#include "base/expose.h"
#include "fuzz/fuzz.h"
#include "whatsapp/json_text.h"
#include "whatsapp/message.h"

namespace {

using namespace wac;
using namespace wac::whatsapp;
namespace json = boost::json;

std::string canonical(const json::value& value) {
  std::string out;
  append_json(out, value, KeyOrder::kSorted);
  return out;
}

void check_body(const json::object& payload) {
  const Recipient recipient{Phone{"16505551234"}};
  const PersonalText text = build_message(payload, {&recipient, "wamid.Q", "opaque"});
  const auto body = parse_json(expose(text, Purpose::kValidate), {});
  testing::must(body.has_value() && body->is_object());
  const json::object& message = body->get_object();
  testing::must(text_of(message, "messaging_product") == "whatsapp");
  if (is_idempotent(payload)) return testing::must(text_of(message, "status") == "read");
  testing::must(text_of(message, "to") == "+16505551234");
  testing::must(text_of(message, "biz_opaque_callback_data") == "opaque");
  const json::object* raw = text_of(payload, "type") == "raw" ? find_object(payload, "raw") : nullptr;
  const json::object& content = raw == nullptr ? payload : *raw;
  for (const auto& member : content) {
    const json::value* sent = message.if_contains(member.key());
    testing::must(sent != nullptr && canonical(*sent) == canonical(member.value()));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto payload = parse_json(testing::fuzz_text(data, size), {});
  if (!payload || !payload->is_object()) return 0;
  const auto violations = lint(payload->get_object());
  for (const Violation& violation : violations) {
    testing::must(violation.pointer.empty() || violation.pointer.starts_with('/'));
    testing::must(!violation.rule.empty());
  }
  if (violations.empty()) check_body(payload->get_object());
  return 0;
}
