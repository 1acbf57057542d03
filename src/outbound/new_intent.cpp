#include "outbound/new_intent.h"

#include "base/expose.h"
#include "outbound/media_places.h"

#include <algorithm>

namespace wac::outbound {
namespace {

std::string_view text_of(const whatsapp::Recipient& recipient) {
  return std::visit([](const auto& who) { return expose(who, Purpose::kFingerprint); }, recipient.who);
}

std::uint32_t share(std::uint32_t whole, std::size_t parts) {
  const std::size_t divisor = std::max<std::size_t>(parts, 1);
  return static_cast<std::uint32_t>((whole + divisor - 1) / divisor);
}

}  // namespace

store::PaceLimits pace_limits(const config::Limits& limits, std::size_t partitions) {
  store::PaceLimits pace;
  pace.sender_per_second = limits.sender_per_second;
  pace.tenant_per_second = share(limits.tenant_per_second, partitions);
  pace.pair_interval = limits.pair_interval;
  pace.pair_burst = limits.pair_burst;
  pace.breaker_min = limits.breaker_min;
  pace.breaker_percent = limits.breaker_percent;
  pace.breaker_window = limits.breaker_window;
  pace.breaker_open = limits.breaker_open;
  pace.breaker_open_max = limits.breaker_open_max;
  return pace;
}

store::PaceLimits limits_of(const config::Directory& directory, const config::SenderEntry& sender) {
  const bool limited = sender.limits.tenant_per_second != 0;
  return pace_limits(sender.limits, limited ? directory.sender_partitions(sender.tenant) : 1);
}

crypto::Fingerprint credential_of(crypto::Fingerprinter& fingerprints, const config::SenderEntry& sender) {
  return fingerprints.of(crypto::Domain::kCredential, {expose(*sender.token, Purpose::kFingerprint)});
}

const crypto::Fingerprint& ClaimMaker::credential_of_sender(const config::SenderRef& sender) {
  if (last_sender_.lock() != sender) {
    last_credential_ = credential_of(fingerprints_, *sender);
    last_sender_ = sender;
  }
  return last_credential_;
}

store::NewIntent ClaimMaker::make(const Intent& intent, const Content& content,
                                  const config::SenderRef& sender, WallTime now) {
  const std::string_view tenant = intent.tenant.str();
  const std::string_view text = expose(intent.content, Purpose::kFingerprint);
  store::NewIntent claim;
  claim.claim_id = 2 + random_.below(1ULL << 40U);
  claim.key = fingerprints_.of(crypto::Domain::kDedupeKey,
                               {tenant, expose(intent.dedupe_key, Purpose::kFingerprint)});
  claim.id_fingerprint = fingerprints_.of(crypto::Domain::kIntentId, {tenant, intent.id.str()});
  claim.body = fingerprints_.of(crypto::Domain::kIntentBody, {sender->id.str(), text});
  if (content.recipient) {
    claim.recipient =
        fingerprints_.of(crypto::Domain::kConversation, {sender->id.str(), text_of(*content.recipient)});
  }
  claim.credential = credential_of_sender(sender);
  claim.tenant = intent.tenant;
  claim.id = intent.id;
  claim.sender = sender->id;
  claim.correlation = intent.correlation;
  claim.on_unknown = intent.on_unknown;
  // Before media there is nothing sent for a while. And where answers wait for replicas they are lost as long
  // as one is away: what was taken from the queue meanwhile was not sent, and must not look as if it may have
  // been.
  claim.prepares = config_.redis_wait != 0 || names_media(content.payload) ||
                   (content.fallback && names_media(*content.fallback));
  claim.priority = intent.priority;
  claim.limits = limits_of(directory_, *sender);
  claim.payload = sealer_.seal(text, store::payload_context(claim.key));
  claim.created = now;
  claim.due = std::max(now, intent.send_at.value_or(now));
  claim.expires_at = intent.expires_at;
  return claim;
}

}  // namespace wac::outbound
