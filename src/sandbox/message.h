#pragma once
// A send request that passed every rule, reduced to what happens next needs. What the phone page shows is the
// request's own body.

#include <cstdint>
#include <string>
#include <string_view>

namespace wac::sandbox {

enum class RecipientKind : std::uint8_t { kPhone, kUserId, kGroup };

struct OutgoingMessage {
  /// "text", "template", …, or "mark_read": a literal.
  std::string_view type;
  RecipientKind recipient_kind = RecipientKind::kPhone;
  /// As the caller wrote it: the answer echoes it.
  std::string input;
  /// Digits of the phone number; empty for the other kinds.
  std::string wa_id;
  /// `biz_opaque_callback_data`; may be empty.
  std::string opaque;
  /// mark_read: the message read. reaction: the message reacted to.
  std::string target;
  /// Billing category: "service", or the template's, in lower case.
  std::string category = "service";
  /// A voice note: its statuses end with `played`.
  bool voice = false;
  /// mark_read: with a typing indicator.
  bool typing = false;
  /// Template: `name/language`.
  std::string template_key;
  /// Template: held for quality assessment.
  bool held = false;
};

}  // namespace wac::sandbox
