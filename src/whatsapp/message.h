#pragma once
// Payloads of intents, and the Graph request bodies made from them (facts §2).

#include "base/personal.h"
#include "whatsapp/recipient.h"

#include <boost/json/fwd.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace wac::whatsapp {

/// One broken rule of an intent's payload. The pointer may hold the caller's own field names: answer it,
/// never log it.
struct Violation {
  std::string pointer;  ///< JSON pointer (RFC 6901) into the payload, "/text/body"
  std::string rule;     ///< the rule in words, without the value: "must have 1 to 4096 characters"
};

/// Every broken rule of `payload` ({"type":"text","text":{…}}): unknown type, missing, unknown or mistyped
/// fields, lengths (in Unicode code points), counts, formats. Empty: build_message() will succeed.
/// A payload is Graph's own object under the type's name, with `recipient_identity_key_hash` beside it where
/// the sender checks identities (facts §2.1), plus two forms of ours:
///   {"type":"mark_read","mark_read":{"message_id":"wamid…","typing_indicator":true}}
///   {"type":"raw","raw":{"type":"x","x":{…}}}: an object of a type that is not known here, sent as it is.
std::vector<Violation> lint(const boost::json::object& payload);

/// Whether repeating the request can do no harm (mark_read).
bool is_idempotent(const boost::json::object& payload);

/// Whether the message may quote another one: a reaction, a pin and mark_read may not (facts §2.1).
bool may_quote(const boost::json::object& payload);

/// Whether Meta takes such a message for a group: text, media and templates are documented, interactive ones
/// excluded (DOC/groups); whatever is neither is Meta's to judge.
bool may_go_to_group(const boost::json::object& payload);
/// Whether only groups have it: a pin (facts §2.3).
bool needs_group(const boost::json::object& payload);

struct Envelope {
  const Recipient* recipient = nullptr;  ///< null only for mark_read
  std::string_view context_message_id;   ///< wamid that is quoted; empty: none
  std::string_view opaque;               ///< biz_opaque_callback_data, at most 512 characters
};

/// The body of POST /{phone_number_id}/messages. `payload` has passed lint().
PersonalText build_message(const boost::json::object& payload, const Envelope& envelope);

}  // namespace wac::whatsapp
