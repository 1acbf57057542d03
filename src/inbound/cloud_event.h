#pragma once
// A webhook item as a CloudEvents 1.0 JSON event (design §4).

#include "base/ids.h"
#include "base/personal.h"
#include "base/time.h"
#include "crypto/fingerprint.h"
#include "whatsapp/webhook.h"

#include <string>
#include <string_view>

namespace wac::inbound {

/// `trace_parent`: W3C, empty when there is none. `received`: the event's time when Meta gave none.
PersonalText make_cloud_event(const whatsapp::WebhookItem& item, const crypto::Fingerprint& id,
                              const TenantId& tenant, std::string_view trace_parent, WallTime received);

}  // namespace wac::inbound
