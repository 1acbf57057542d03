#include "inbound/cloud_event.h"

#include "base/expose.h"
#include "base/rfc3339.h"

namespace wac::inbound {

PersonalText make_cloud_event(const whatsapp::WebhookItem& item, const crypto::Fingerprint& id,
                              const TenantId& tenant, std::string_view trace_parent, WallTime received) {
  const std::string_view data = expose(item.data, Purpose::kSeal);
  // Every text below is made of checked identifiers and literals: nothing needs escaping.
  std::string out;
  out.reserve(data.size() + 384);
  out += R"({"specversion":"1.0","id":")";
  out += id.hex();
  out += R"(","source":"/whatsapp/)";
  if (item.sender) {
    out += "senders/";
    out += item.sender->str();
  } else {
    out += "accounts/";
    out += item.account;
  }
  out += R"(","type":"whatsapp.)";
  out += item.type;
  out += R"(","time":")";
  out += format_time(item.timestamp.value_or(received));
  out += R"(","datacontenttype":"application/json","tenantid":")";
  out += tenant.str();
  if (!trace_parent.empty()) {
    out += R"(","traceparent":")";
    out += trace_parent;
  }
  out += R"(","data":)";
  out += data;
  out += '}';
  return PersonalText{std::move(out)};
}

}  // namespace wac::inbound
