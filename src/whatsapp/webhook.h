#pragma once
// Meta's webhook notifications (facts §3), taken apart into items. Each item stands alone: an odd one never
// harms its neighbours.

#include "base/error.h"
#include "base/ids.h"
#include "base/personal.h"
#include "base/time.h"
#include "whatsapp/contact_news.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wac::whatsapp {

/// What a status says about a message of ours.
struct StatusInfo {
  /// "sent", "delivered", "read", "played", "failed", or another word of Meta's (charset-checked, else
  /// "unknown").
  std::string status;
  Wamid wamid;
  std::string opaque;            ///< biz_opaque_callback_data, as it came; empty when absent
  std::uint32_t error_code = 0;  ///< errors[0].code of a failed one
  std::string pricing;           ///< as pack_pricing() makes it (whatsapp/pricing.h); empty when absent
};

struct WebhookItem {
  /// "message.received.<type>", "message.status.<word>", "account.<field>" for the fields of facts §3.7 (one
  /// item for each entry of those that are lists), "unknown.<field>" for others and for odd items,
  /// "unknown.notification", "webhook.without_values", "value.error": the part of the event type after
  /// "whatsapp.". Only [a-z0-9_.].
  std::string type;
  std::string account;             ///< entry.id (WABA), digits, else empty
  std::optional<SenderId> sender;  ///< metadata.phone_number_id
  /// What makes the item itself: messages {pnid, wamid}, statuses {pnid, wamid, status, participant, error
  /// code}, echoes {pnid, wamid}, others their time and canonical content. Fingerprint it; never store it.
  PersonalText identity;
  std::optional<WallTime> timestamp;
  std::optional<StatusInfo> status;
  std::vector<ContactNews> news;  ///< what it tells about contacts of `sender`
  /// The event's `data`: {"account":…,"sender":{"phoneNumberId","displayPhoneNumber"} when known, then
  ///   messages   "message": normalised, "contact":{…} when it is the message's own
  ///   statuses   "status": normalised, "contact":{…}
  ///   account.*  "field" and "notice": normalised (whatsapp/notice_table.h), or "message" for echoes
  ///   errors     "error": normalised
  ///   others     "field" when known
  /// and "raw": the item as Meta sent it (a message, a status, a change's value or an entry of its list, or
  /// all that is not understood)}.
  PersonalText data;
};

struct WebhookItems {
  std::vector<WebhookItem> items;
  /// entries that carried `changed_fields` without values ("Include Values" is off in the app).
  std::size_t without_values = 0;
};

/// kInvalid: not JSON, or no object. Anything else yields at least one item: what is not understood becomes
/// one item of type "unknown.<field>" (or "unknown.notification") with its raw JSON.
Result<WebhookItems> parse_webhook(std::string_view body);

}  // namespace wac::whatsapp
