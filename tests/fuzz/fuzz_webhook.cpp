// Any body: no crash, and every item is fit for what comes after it: a clean type, JSON data, an identity.

#include "base/expose.h"
#include "fuzz/fuzz.h"
#include "whatsapp/json_text.h"
#include "whatsapp/webhook.h"

#include <algorithm>

namespace {

using namespace wac;
using namespace wac::whatsapp;

void check_item(const WebhookItem& item) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
  };
  testing::must(!item.type.empty() && std::ranges::all_of(item.type, allowed));
  testing::must(!item.identity.empty());
  const auto data = parse_json(expose(item.data, Purpose::kValidate), {});
  // The data holds the item a few levels deeper or less deep than the body; a body at the limit may pass it.
  if (data) {
    testing::must(data->is_object() && data->get_object().contains("raw"));
  }
  if (item.status) testing::must(!item.status->wamid.empty() && !item.status->status.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body = testing::fuzz_text(data, size);
  const auto found = parse_webhook(body);
  if (!found) return 0;
  testing::must(!found->items.empty());
  for (const WebhookItem& item : found->items) check_item(item);
  const auto again = parse_webhook(body);
  testing::must(again && again->items.size() == found->items.size());
  for (std::size_t i = 0; i < found->items.size(); ++i) {
    testing::must(again->items[i].identity == found->items[i].identity);
  }
  return 0;
}
