#pragma once
// Webhook bodies as Meta writes them (facts §3.3–3.5): ASCII only, other characters as \uXXXX and `/` as
// `\/`, so that a receiver that verifies the signature over anything but the raw bytes fails here too.

#include "base/time.h"
#include "sandbox/ledger.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace wac::sandbox {

/// A sender and a user of it.
struct Party {
  std::string phone_number_id;
  std::string display_phone_number;
  /// Digits; empty when only the user id (or group) is known.
  std::string wa_id;
  std::string user_id;
  std::string group_id;
  std::string profile_name;
};

/// What statuses repeat about an accepted message.
struct SentMessage {
  Party party;
  Sequence sequence = 0;
  std::string wamid;
  std::string opaque;
  std::string category;
  bool with_conversation = false;
};

/// One item of a webhook.
struct Update {
  enum class Kind : std::uint8_t { kStatus, kInbound, kOther };
  Kind kind = Kind::kStatus;
  WallTime at;
  /// kStatus.
  std::shared_ptr<const SentMessage> message;
  Status status = Status::kSent;
  /// kFailed: why.
  int error_code = 0;
  /// kInbound: who wrote.
  std::shared_ptr<const Party> from;
  /// kInbound: the object for `messages[]`. kOther: the whole `value`. Serialised JSON.
  std::string json;
  /// kOther: the change's field.
  std::string field;
};

/// `{"object":"whatsapp_business_account","entry":[{"id":…,"changes":[…]}]}`. Neighbours of one kind and
/// sender share a change. The same updates always give the same bytes.
std::string webhook_body(std::span<const Update> updates, std::string_view waba_id);

/// Rewrites serialised JSON to Meta's escapes.
std::string escape_like_meta(std::string_view json);

/// A made-up, stable business-scoped user id for a phone number.
std::string user_id_of(std::string_view wa_id);

}  // namespace wac::sandbox
