#include "outbound/recipient_check.h"

#include "outbound/courier.h"

namespace wac::outbound {

std::optional<crypto::Fingerprint> RecipientCheck::contact_of(const SenderId& sender,
                                                              const Content& content) const {
  if (parts_.contacts == nullptr || !asks_for_contact(content, marketing_of(sender))) return std::nullopt;
  return parts_.contacts->id_of(sender, *content.recipient);
}

Task<void> RecipientCheck::look_up(SenderId sender, crypto::Fingerprint contact,
                                   contacts::Known* known) const {
  *known = co_await parts_.contacts->look_up(Partition::of(sender), contact, parts_.loop.wall_now());
}

std::optional<whatsapp::LocalError> RecipientCheck::refuse(const SenderId& sender, Content& content,
                                                           const contacts::Known& known) const {
  switch (passage_of(content, known, marketing_of(sender), parts_.loop.wall_now())) {
    case Passage::kSend:
      return std::nullopt;
    case Passage::kFallback:
      use_fallback(content);
      return std::nullopt;
    case Passage::kWindowClosed:
      return whatsapp::LocalError::kWindowClosed;
    case Passage::kOptedOut:
      return whatsapp::LocalError::kOptedOut;
  }
  return std::nullopt;
}

Task<void> RecipientCheck::learn(const Content& content, const store::IntentRecord& record,
                                 const AttemptEnd& end) const {
  if (parts_.contacts == nullptr || !content.recipient || content.recipient->is_group()) co_return;
  const bool stopped = end.error_code == whatsapp::kStoppedMarketing;
  const bool named = content.recipient->is_phone() && !end.wa_id.empty() &&
                     !contacts::Contacts::is_same(*content.recipient, end.wa_id);
  if (!stopped && !named) co_return;
  contacts::Contacts& contacts = *parts_.contacts;
  const WallTime now = parts_.loop.wall_now();
  const Partition partition = Partition::of(record.sender);
  const crypto::Fingerprint id = contacts.id_of(record.sender, *content.recipient);
  Result<void> learned;
  if (stopped) {
    learned = co_await contacts.hear_word(partition, id, {.stopped = true, .at = now}, now);
  } else {
    learned = co_await contacts.link(partition, id, contacts.id_of(record.sender, end.wa_id), now);
  }
  if (!learned) parts_.metrics.add(telemetry::Counter::kStoreErrors);
}

IsMarketing RecipientCheck::marketing_of(const SenderId& sender) const {
  if (!parts_.is_marketing) return {};
  return [this, &sender](std::string_view name, std::string_view language) {
    const config::SenderRef entry = parts_.directory.sender(sender);
    return entry != nullptr && parts_.is_marketing(*entry, name, language);
  };
}

}  // namespace wac::outbound
