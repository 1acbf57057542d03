#pragma once
// What `POST /{pnid}/messages` accepts: the envelope and every payload type, after
// shared/reference/whatsapp-cloud-api.md §2. Independent of src/whatsapp on purpose: a mistake in the
// connector's builder must meet rules that do not share it.
//
// Passed through without a look inside (India and Brazil payments, which Meta documents per market): the
// `parameters` of interactive order_details, order_status and payment types, address_message's `values`, and
// template actions of flow, order_details and spm buttons. Nothing else is accepted unread.

#include "sandbox/graph_error.h"
#include "sandbox/message.h"
#include "sandbox/templates.h"

#include <boost/json.hpp>

#include <cstdint>
#include <expected>

namespace wac::sandbox {

/// What Meta does with `to` without `+` is to guess a country: a message to a stranger. Refused by default.
enum class PlusRule : std::uint8_t { kRequired, kLenient };

struct MessageRules {
  const TemplateCatalogue* templates;
  PlusRule plus = PlusRule::kRequired;
};

/// Checks one body. It does not know which message ids exist: the caller checks `target`.
std::expected<OutgoingMessage, GraphError> check_message(const boost::json::value& body,
                                                         const MessageRules& rules);

}  // namespace wac::sandbox
