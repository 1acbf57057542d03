#pragma once
// Asks what is known of a message's recipient, decides by it (passage.h), and adds what Meta's answers tell.

#include "contacts/contacts.h"
#include "outbound/attempt_rules.h"
#include "outbound/passage.h"
#include "whatsapp/local_errors.h"

namespace wac::outbound {

struct OutboundParts;

/// Has no state of its own; `parts` outlive it.
class RecipientCheck {
 public:
  explicit RecipientCheck(const OutboundParts& parts) : parts_(parts) {}

  /// The recipient's fingerprint; nothing where the rules need not know them.
  std::optional<crypto::Fingerprint> contact_of(const SenderId& sender, const Content& content) const;

  /// Begun at once, so that it shares the round trip of what is started in the same turn. `known` outlives
  /// it.
  Task<void> look_up(SenderId sender, crypto::Fingerprint contact, contacts::Known* known) const;

  /// Why the message must not be sent. Puts the fallback in the payload's place where that goes instead.
  std::optional<whatsapp::LocalError> refuse(const SenderId& sender, Content& content,
                                             const contacts::Known& known) const;

  /// From the end of an attempt: the form in which WhatsApp knows the number, or that the user wants no
  /// marketing. Not being able to keep it does not change what was sent.
  Task<void> learn(const Content& content, const store::IntentRecord& record, const AttemptEnd& end) const;

 private:
  /// `sender` outlives it.
  IsMarketing marketing_of(const SenderId& sender) const;

  const OutboundParts& parts_;
};

}  // namespace wac::outbound
