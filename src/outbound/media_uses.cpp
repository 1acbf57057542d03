#include "outbound/media_uses.h"

#include "base/expose.h"
#include "whatsapp/json_text.h"

#include <boost/json.hpp>

namespace wac::outbound {
namespace {

namespace json = boost::json;
using telemetry::Field;
using telemetry::Severity;

constexpr store::RecordKind kUse{.name = "mediause", .listed = false};

std::string context_of(const store::IntentKey& intent) {
  return "media use|" + intent.hex();
}

std::optional<UsedMedia> one_from(const json::value& value) {
  const json::array* pair = value.if_array();
  if (pair == nullptr || pair->size() != 2) return std::nullopt;
  const json::string* key = pair->front().if_string();
  const json::string* id = pair->back().if_string();
  if (key == nullptr || id == nullptr) return std::nullopt;
  const auto print = crypto::Fingerprint::from_hex(std::string_view{*key});
  if (!print) return std::nullopt;
  return UsedMedia{*print, std::string{std::string_view{*id}}};
}

}  // namespace

std::string to_text(const std::vector<UsedMedia>& used) {
  json::array out;
  for (const UsedMedia& one : used) out.push_back(json::array{one.key.hex(), one.id});
  return json::serialize(out);
}

std::optional<std::vector<UsedMedia>> used_media_from(std::string_view text) {
  const auto value = whatsapp::parse_json(text, {});
  const json::array* list = value ? value->if_array() : nullptr;
  if (list == nullptr) return std::nullopt;
  std::vector<UsedMedia> used;
  for (const json::value& each : *list) {
    auto one = one_from(each);
    if (!one) return std::nullopt;
    used.push_back(std::move(*one));
  }
  return used;
}

Task<void> MediaUses::keep(SenderId sender, store::IntentKey intent, std::vector<UsedMedia> used) {
  auto sealed = parts_.sealer.seal(to_text(used), context_of(intent));
  static_cast<void>(co_await parts_.records.set({Partition::of(sender), kUse, intent}, std::move(sealed),
                                                kMediaUseLifetime, parts_.loop.wall_now()));
}

Task<void> MediaUses::forget(SenderId sender, store::IntentKey intent) {
  std::vector<store::RecordKey> keys{{Partition::of(sender), kUse, intent}};
  const auto found = co_await parts_.records.get(std::move(keys), parts_.loop.wall_now());
  if (!found || found->empty() || !found->front()) co_return;
  const auto text = parts_.sealer.open(found->front()->value, context_of(intent));
  const auto used = text ? used_media_from(expose(*text, Purpose::kValidate)) : std::nullopt;
  if (!used) co_return;
  for (const UsedMedia& one : *used) co_await forget_one(sender, one);
  static_cast<void>(
      co_await parts_.records.erase({Partition::of(sender), kUse, intent}, parts_.loop.wall_now()));
  parts_.log.log(Severity::kWarning, "Meta could not use an uploaded file: its id is forgotten",
                 Field{"senderId", sender}, Field{"dedupeKey", intent}, Field{"files", used->size()});
}

Task<void> MediaUses::forget_one(SenderId sender, UsedMedia used) {
  const Partition partition = Partition::of(sender);
  const WallTime now = parts_.loop.wall_now();
  // Uploaded anew meanwhile: then there is nothing wrong with what is known.
  const auto by_place = co_await parts_.ids.find(partition, used.key, now);
  if (!by_place || by_place->id != used.id) co_return;
  const auto content = content_key(parts_.fingerprints, sender, by_place->sha256, by_place->mime);
  co_await parts_.ids.forget(partition, used.key, now);
  const auto by_content = co_await parts_.ids.find(partition, content, now);
  if (by_content && by_content->id == used.id) co_await parts_.ids.forget(partition, content, now);
}

}  // namespace wac::outbound
