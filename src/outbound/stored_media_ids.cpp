#include "outbound/stored_media_ids.h"

#include "base/expose.h"

namespace wac::outbound {
namespace {

constexpr store::RecordKind kMedia{.name = "media", .listed = false};

std::string context_of(const crypto::Fingerprint& key) {
  return "media|" + key.hex();
}

}  // namespace

Task<std::optional<KnownMedia>> StoredMediaIds::find(Partition partition, crypto::Fingerprint key,
                                                     WallTime now) {
  auto known = co_await memory_.find(partition, key, now);
  if (known) co_return known;
  std::vector<store::RecordKey> keys{{partition, kMedia, key}};
  const auto found = co_await records_.get(std::move(keys), now);
  if (!found || found->empty() || !found->front()) co_return std::nullopt;
  const auto text = sealer_.open(found->front()->value, context_of(key));
  if (!text) co_return std::nullopt;
  known = known_media_from(expose(*text, Purpose::kValidate));
  if (!known || !known->alive(now)) co_return std::nullopt;
  co_await memory_.keep(partition, key, *known, now);
  co_return known;
}

Task<void> StoredMediaIds::forget(Partition partition, crypto::Fingerprint key, WallTime now) {
  co_await memory_.forget(partition, key, now);
  static_cast<void>(co_await records_.erase({partition, kMedia, key}, now));
}

Task<void> StoredMediaIds::keep(Partition partition, crypto::Fingerprint key, KnownMedia media,
                                WallTime now) {
  const Millis lifetime = media.uploaded + kMediaLifetime - now;
  auto sealed = sealer_.seal(to_text(media), context_of(key));
  co_await memory_.keep(partition, key, std::move(media), now);
  if (lifetime <= Millis{0}) co_return;
  // What could not be kept is found missing later, and made again.
  static_cast<void>(co_await records_.set({partition, kMedia, key}, std::move(sealed), lifetime, now));
}

}  // namespace wac::outbound
