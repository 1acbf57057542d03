// {"listing":{"data":[…]},"payload":{…}}: whatever Graph lists and whoever sends, checking one against the
// other neither crashes nor answers without a pointer and a rule.

#include "fuzz/fuzz.h"
#include "whatsapp/json_text.h"
#include "whatsapp/template_check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wac;
  using namespace wac::whatsapp;
  const auto value = parse_json(testing::fuzz_text(data, size), {});
  if (!value || !value->is_object()) return 0;
  const auto* listing = value->get_object().if_contains("listing");
  if (listing == nullptr) return 0;
  std::string body;
  append_json(body, *listing);
  auto page = parse_template_page(body);
  if (!page) return 0;
  TemplateCatalogue catalogue;
  for (TemplateDefinition& one : page->templates) {
    testing::must(!one.name.empty() && !one.language.empty());
    catalogue.add(std::move(one));
  }
  const auto* payload = find_object(value->get_object(), "payload");
  if (payload == nullptr) return 0;
  for (const RecipientKind kind : {RecipientKind::kPhone, RecipientKind::kUserId, RecipientKind::kGroup}) {
    const auto fault = check_template(*payload, kind, catalogue);
    if (!fault) continue;
    testing::must(!fault->violations.empty());
    for (const Violation& violation : fault->violations)
      testing::must(violation.pointer.starts_with("/template") && !violation.rule.empty());
  }
  return 0;
}
