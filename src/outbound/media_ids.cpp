#include "outbound/media_ids.h"

#include "base/encoding.h"
#include "whatsapp/json_text.h"

#include <boost/json.hpp>

#include <algorithm>

namespace wac::outbound {
namespace {

namespace json = boost::json;

std::int64_t millis_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

}  // namespace

std::string to_text(const KnownMedia& media) {
  json::object out{{"id", media.id},
                   {"mime", media.mime},
                   {"sha256", to_hex(media.sha256)},
                   {"uploaded", to_millis(media.uploaded)},
                   {"checked", to_millis(media.checked)}};
  if (!media.etag.empty()) out["etag"] = media.etag;
  if (!media.last_modified.empty()) out["modified"] = media.last_modified;
  if (media.replaced) out["replaced"] = true;
  return json::serialize(out);
}

crypto::Fingerprint content_key(crypto::Fingerprinter& fingerprints, const SenderId& sender,
                                const crypto::Digest& sha256, std::string_view mime) {
  const std::string_view bytes{reinterpret_cast<const char*>(sha256.data()), sha256.size()};
  return fingerprints.of(crypto::Domain::kMediaId, {sender.str(), bytes, mime});
}

std::optional<KnownMedia> known_media_from(std::string_view text) {
  const auto value = whatsapp::parse_json(text, {});
  const json::object* object = value ? value->if_object() : nullptr;
  if (object == nullptr) return std::nullopt;
  KnownMedia media;
  media.id = whatsapp::text_of(*object, "id");
  media.mime = whatsapp::text_of(*object, "mime");
  const auto digest = from_hex(whatsapp::text_of(*object, "sha256"));
  if (media.id.empty() || !digest || digest->size() != media.sha256.size()) return std::nullopt;
  std::ranges::transform(*digest, media.sha256.begin(), [](char c) { return static_cast<std::uint8_t>(c); });
  media.uploaded = from_millis(millis_of(*object, "uploaded"));
  media.checked = from_millis(millis_of(*object, "checked"));
  media.etag = whatsapp::text_of(*object, "etag");
  media.last_modified = whatsapp::text_of(*object, "modified");
  media.replaced = object->contains("replaced");
  return media;
}

Task<std::optional<KnownMedia>> MemoryMediaIds::find(Partition /*partition*/, crypto::Fingerprint key,
                                                     WallTime now) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) co_return std::nullopt;
  if (!found->second->media.alive(now) || now - found->second->kept >= trust_) {
    recent_.erase(found->second);
    by_key_.erase(found);
    co_return std::nullopt;
  }
  recent_.splice(recent_.begin(), recent_, found->second);
  co_return recent_.front().media;
}

Task<void> MemoryMediaIds::forget(Partition /*partition*/, crypto::Fingerprint key, WallTime /*now*/) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) co_return;
  recent_.erase(found->second);
  by_key_.erase(found);
}

Task<void> MemoryMediaIds::keep(Partition /*partition*/, crypto::Fingerprint key, KnownMedia media,
                                WallTime now) {
  if (const auto found = by_key_.find(key); found != by_key_.end()) recent_.erase(found->second);
  recent_.push_front({key, std::move(media), now});
  by_key_[key] = recent_.begin();
  if (by_key_.size() > most_) {
    by_key_.erase(recent_.back().key);
    recent_.pop_back();
  }
  co_return;
}

}  // namespace wac::outbound
