#pragma once
// One change of a notification, taken apart into items. Private to the webhook parser.

#include "whatsapp/json_view.h"
#include "whatsapp/webhook.h"
#include "whatsapp/webhook_data.h"

namespace wac::whatsapp {

/// Appends the items of `change`; at least one.
void append_change(std::vector<WebhookItem>& items, WebhookPlace place, const JsonValue& change);

/// Appends `raw` as one item of the type, identified by its content. `type` is charset-checked by the caller.
void append_by_content(std::vector<WebhookItem>& items, const WebhookPlace& place, std::string type,
                       const JsonValue& raw, DataForm form);

}  // namespace wac::whatsapp
