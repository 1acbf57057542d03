#include "api/intent_json.h"

#include "api/json_fields.h"
#include "outbound/content.h"
#include "whatsapp/json_text.h"
#include "whatsapp/message.h"
#include "whatsapp/text_rules.h"

#include <boost/json.hpp>

namespace wac::api {
namespace {

namespace json = boost::json;

/// What is read of one intent before it is known to be whole.
struct Draft {
  outbound::Intent intent;
  std::optional<whatsapp::Recipient> recipient;
  bool bad_recipient = false;
  bool for_group = false;
  std::string_view recipient_field = "to";
};

std::string default_dedupe_key(const TenantId& tenant, const IntentId& id) {
  constexpr std::string_view kTenant = "whatsapp:tenant:";
  constexpr std::string_view kIntent = ":intent:";
  std::string key;
  key.reserve(kTenant.size() + tenant.str().size() + kIntent.size() + id.str().size());
  return key.append(kTenant).append(tenant.str()).append(kIntent).append(id.str());
}

store::OnUnknown on_unknown_of(const TenantId& tenant, const IntentDefaults& defaults,
                               const config::Directory& directory) {
  const config::SnapshotRef snapshot = directory.snapshot();
  const config::TenantEntry* entry = snapshot->tenant(tenant);
  if (entry == nullptr || !entry->policies.resend_unknown) return defaults.on_unknown;
  return *entry->policies.resend_unknown ? store::OnUnknown::kResend : store::OnUnknown::kHold;
}

void read_identity(JsonFields& fields, const IntentDefaults& defaults, const config::Directory& directory,
                   Draft& draft) {
  const std::size_t before = fields.error_count();
  if (const auto id = IntentId::parse(fields.required_text("intentId"))) {
    draft.intent.id = *id;
  } else if (fields.error_count() == before) {
    fields.error("intentId", "must be a UUID or a ULID");
  }
  draft.intent.tenant = defaults.tenant.empty() ? directory.fallback_tenant() : defaults.tenant;
  if (const auto text = fields.text("tenantId")) {
    const auto tenant = TenantId::parse(*text);
    const bool allowed =
        tenant && (defaults.tenant.empty() ? directory.has_tenant(*tenant) : *tenant == defaults.tenant);
    if (allowed) {
      draft.intent.tenant = *tenant;
    } else {
      fields.error("tenantId", "must be the tenant this key belongs to");
    }
  }
  draft.intent.on_unknown = on_unknown_of(draft.intent.tenant, defaults, directory);
  if (const auto provider = fields.text("provider"); provider && *provider != "whatsapp") {
    fields.error("provider", "must be \"whatsapp\"");
  }
  if (const auto text = fields.text("senderId")) {
    const auto sender = SenderId::parse(*text);
    if (sender && directory.sender_of(draft.intent.tenant, *sender) != nullptr) {
      draft.intent.sender = *sender;
    } else {
      fields.error("senderId", "must be a phone_number_id of this tenant");
    }
  }
  if (const auto key = fields.text("dedupeKey")) {
    if (key->empty() || key->size() > kMaxDedupeKey) fields.error("dedupeKey", "must have 1 to 512 bytes");
    draft.intent.dedupe_key = PersonalText{std::string{*key}};
  } else {
    draft.intent.dedupe_key = PersonalText{default_dedupe_key(draft.intent.tenant, draft.intent.id)};
  }
  draft.intent.correlation = defaults.correlation;
  if (const auto text = fields.text("correlationId")) {
    if (const auto correlation = CorrelationId::parse(*text)) {
      draft.intent.correlation = *correlation;
    } else {
      fields.error(
          "correlationId",
          "must have 1 to 128 characters of A-Z a-z 0-9 . _ : - and nothing that could be a phone number");
    }
  }
}

/// Which of two words a field says: 0 or 1. Nothing when it is absent, or wrong and reported.
std::optional<int> choice(JsonFields& fields, std::string_view field, std::string_view zero,
                          std::string_view one) {
  const auto text = fields.text(field);
  if (text == zero) return 0;
  if (text == one) return 1;
  if (text) fields.error(field, std::string{"must be \""}.append(zero).append("\" or \"").append(one) + '"');
  return std::nullopt;
}

void read_timing(JsonFields& fields, const IntentDefaults& defaults, Draft& draft) {
  fields.time("createdAt");
  draft.intent.send_at = fields.time("sendAt");
  draft.intent.expires_at = fields.time("expiresAt");
  const WallTime from = draft.intent.send_at.value_or(defaults.now);
  if (draft.intent.expires_at && *draft.intent.expires_at <= from) {
    fields.error("expiresAt", "must be later than now and than sendAt");
  }
  if (const auto word = choice(fields, "onUnknown", "hold", "resend"))
    draft.intent.on_unknown = *word == 0 ? store::OnUnknown::kHold : store::OnUnknown::kResend;
}

void read_urgency(JsonFields& fields, Draft& draft) {
  if (choice(fields, "priority", "normal", "high") == 1) draft.intent.priority = store::Priority::kHigh;
  if (choice(fields, "whenPaused", "wait", "refuse") == 1)
    draft.intent.when_paused = outbound::WhenPaused::kRefuse;
}

void read_recipient(JsonFields& fields, Draft& draft) {
  const std::size_t before = fields.error_count();
  const auto to = fields.text("to");
  const auto user = fields.text("recipient");
  const bool mistyped = fields.error_count() != before;
  const bool group = choice(fields, "recipientType", "individual", "group") == 1;
  if (draft.intent.type == outbound::MessageType::kMarkRead) {
    if (group) fields.error("recipientType", "must be absent: what was read is named by its message id");
    return;
  }
  if (group) {
    draft.for_group = true;
    if (user) fields.error("recipient", "must be absent: a group is named by \"to\"");
    if (!to && !mistyped) fields.error("to", "is required: the id of the group");
    if (to && !user) {
      if (auto id = whatsapp::parse_group_id(*to)) draft.recipient.emplace(std::move(*id));
      draft.bad_recipient = !draft.recipient;
    }
    return;
  }
  if (to && user) {
    fields.error("recipient", "must be absent when \"to\" is given");
    return;
  }
  if (!to && !user) {
    if (!mistyped) fields.error("to", "is required (or \"recipient\")");
    return;
  }
  if (to) {
    if (auto phone = whatsapp::parse_phone(*to)) draft.recipient.emplace(std::move(*phone));
  } else if (auto id = whatsapp::parse_user_id(*user)) {
    draft.recipient.emplace(std::move(*id));
  }
  draft.bad_recipient = !draft.recipient;
  if (user) draft.recipient_field = "recipient";
}

void check_group(JsonFields& fields, const json::object& payload, const Draft& draft) {
  if (draft.for_group && !whatsapp::may_go_to_group(payload))
    fields.error("payload", "is of a type that cannot go to a group");
  if (!draft.for_group && whatsapp::needs_group(payload))
    fields.error("recipientType", "must be \"group\": this type of message is for groups only");
}

std::string_view read_context(JsonFields& fields, std::vector<FieldError>& errors) {
  const json::object* context = fields.object("context");
  if (context == nullptr) return {};
  JsonFields inner{*context, fields.pointer_to("context"), errors};
  const std::string_view id = inner.required_text("messageId");
  inner.refuse_unknown();
  if (id.size() > 512 || !whatsapp::kWamidText.accepts(id)) {
    if (!id.empty()) inner.error("messageId", "must be a message id of Meta's (wamid.…)");
    return {};
  }
  return id;
}

/// What to send where the customer-service window is closed: a template.
void read_fallback(JsonFields& fields, const std::string& pointer, const Draft& draft,
                   std::vector<FieldError>& errors) {
  const json::object* fallback = fields.object("fallback");
  if (fallback == nullptr) return;
  if (whatsapp::text_of(*fallback, "type") != "template") {
    fields.error("fallback", "must be a payload of type \"template\"");
    return;
  }
  if (!outbound::is_free_form(draft.intent.type)) {
    fields.error("fallback", "must be absent: this type of message needs no open window");
  } else if (draft.for_group) {
    fields.error("fallback", "must be absent: of groups no window is known");
  }
  for (whatsapp::Violation& violation : whatsapp::lint(*fallback)) {
    errors.push_back({pointer + "/fallback" + violation.pointer, std::move(violation.rule)});
  }
}

ParsedIntent finish(Draft draft, json::object& payload, json::object* fallback, std::string_view context,
                    outbound::Content::Memory memory) {
  if (draft.bad_recipient) {
    return RejectedIntent{
        std::move(draft.intent.id),
        std::move(draft.intent.dedupe_key),
        std::move(draft.intent.correlation),
        "invalid_recipient",
        draft.recipient_field,
        draft.for_group
            ? "\"to\" must be the id of a group"
            : "\"to\" must be + and 7 to 15 digits (E.164); \"recipient\" a business-scoped user id"};
  }
  draft.intent.content = outbound::make_content(payload, draft.recipient, context, fallback);
  auto parsed = std::make_unique<outbound::Content>(std::move(memory), std::move(payload));
  parsed->recipient = std::move(draft.recipient);
  parsed->context_message_id = context;
  if (fallback != nullptr) parsed->fallback.emplace(std::move(*fallback));
  draft.intent.parsed = std::move(parsed);
  return std::move(draft.intent);
}

/// The member, which is known to be an object or not to be there.
json::object* member(json::object& object, std::string_view name) {
  json::value* value = object.if_contains(name);
  return value == nullptr ? nullptr : &value->get_object();
}

/// Takes the payload out of `value`, which lies in `memory`.
void parse_one(json::value& value, const outbound::Content::Memory& memory, std::size_t index,
               const IntentDefaults& defaults, const config::Directory& directory, ParsedRequest& request) {
  const std::string pointer = "/intents/" + std::to_string(index);
  auto* object = value.if_object();
  if (object == nullptr) {
    request.errors.push_back({pointer, "must be an object"});
    return;
  }
  const std::size_t before = request.errors.size();
  Draft draft;
  JsonFields fields{*object, pointer, request.errors};
  read_identity(fields, defaults, directory, draft);
  read_timing(fields, defaults, draft);
  read_urgency(fields, draft);
  const json::object* payload = fields.object("payload");
  if (payload == nullptr && !object->contains("payload")) fields.error("payload", "is required");
  if (payload != nullptr) {
    for (whatsapp::Violation& violation : whatsapp::lint(*payload)) {
      request.errors.push_back({pointer + "/payload" + violation.pointer, std::move(violation.rule)});
    }
    const json::value* type = payload->if_contains("type");
    if (type != nullptr && type->is_string()) {
      draft.intent.type = outbound::message_type_from(std::string_view{type->get_string()});
    }
  }
  read_recipient(fields, draft);
  if (payload != nullptr) check_group(fields, *payload, draft);
  const std::string_view context = read_context(fields, request.errors);
  if (payload != nullptr && !context.empty() && !whatsapp::may_quote(*payload)) {
    fields.error("context", "must be absent: this type of message cannot quote another");
  }
  read_fallback(fields, pointer, draft, request.errors);
  fields.refuse_unknown();
  if (request.errors.size() != before) return;
  request.intents.push_back(
      finish(std::move(draft), *member(*object, "payload"), member(*object, "fallback"), context, memory));
}

}  // namespace

ParsedRequest parse_intents(std::string_view body, const IntentDefaults& defaults,
                            const config::Directory& directory) {
  ParsedRequest request;
  const auto memory = std::make_shared<json::monotonic_resource>();
  auto value = whatsapp::parse_json(body, memory.get());
  if (!value) {
    request.errors.push_back({"", "must be valid JSON (RFC 8259) in UTF-8, at most 32 levels deep"});
    return request;
  }
  auto* object = value->if_object();
  if (object == nullptr) {
    request.errors.push_back({"", "must be an object with the field \"intents\""});
    return request;
  }
  JsonFields fields{*object, "", request.errors};
  const json::array* intents = fields.array("intents");
  fields.refuse_unknown();
  if (intents == nullptr) {
    if (!object->contains("intents")) fields.error("intents", "is required");
    return request;
  }
  if (intents->empty() || intents->size() > kMaxIntents) {
    fields.error("intents", "must have 1 to 100 items");
    return request;
  }
  request.intents.reserve(intents->size());
  for (std::size_t i = 0; json::value & intent : object->at("intents").get_array())
    parse_one(intent, memory, i++, defaults, directory, request);
  return request;
}

std::optional<store::Command> parse_resolution(std::string_view body) {
  const auto value = whatsapp::parse_json(body, {});
  const auto* object = value ? value->if_object() : nullptr;
  const auto* as = object != nullptr && object->size() == 1 ? object->if_contains("as") : nullptr;
  if (as == nullptr || !as->is_string()) return std::nullopt;
  if (as->get_string() == "sent") return store::Command::kResolveSent;
  if (as->get_string() == "failed") return store::Command::kResolveFailed;
  if (as->get_string() == "resend") return store::Command::kResolveResend;
  return std::nullopt;
}

}  // namespace wac::api
