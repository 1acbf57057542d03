#pragma once
// The `data` of events: Meta's items in our words, with the raw item beside them. Private to the webhook
// parser.

#include "base/ids.h"
#include "base/time.h"
#include "whatsapp/json_view.h"

#include <optional>
#include <string>
#include <string_view>

namespace wac::whatsapp {

/// Where an item was found: what its siblings share.
struct WebhookPlace {
  std::string_view account;               ///< entry.id: digits, or empty
  std::optional<WallTime> entry_time;     ///< entry.time
  std::string_view field;                 ///< changes[].field, charset-checked, or empty
  std::optional<SenderId> sender;         ///< value.metadata.phone_number_id
  std::string_view display_phone_number;  ///< value.metadata.display_phone_number
};

/// What stands between "account"/"sender" and "raw" in the data.
enum class DataForm : std::uint8_t {
  kMessage,  ///< "message": normalised
  kStatus,   ///< "status": normalised
  kNotice,   ///< "field", "notice": normalised
  kEcho,     ///< "field", "message": normalised, of one that the business sent by other means
  kError,    ///< "error": normalised
  kRaw,      ///< "field" when known
};

/// `item` is the message, the status, the value of a change or an item of its list, or anything at all
/// (kRaw). `contact`: whom it belongs to, or null.
std::string make_data(const WebhookPlace& place, DataForm form, const JsonValue& item,
                      const JsonObject* contact);

/// A status' pricing, which groups nest under its conversation; or null.
const JsonObject* pricing_of(const JsonObject& status);

/// [a-z0-9_]{1,64}: what may become part of an event's type.
bool is_type_word(std::string_view text);

/// The word, or "unknown" when it is none.
std::string_view type_word_or_unknown(std::string_view text);

/// Unix seconds as text or number, within the years 1970 to 9999.
std::optional<WallTime> parse_timestamp(const JsonValue* value);

}  // namespace wac::whatsapp
