#include "inbound/inbound.h"

#include "base/encoding.h"
#include "base/expose.h"
#include "inbound/cloud_event.h"
#include "store/attempt_id.h"
#include "whatsapp/error_catalogue.h"

#include <algorithm>
#include <span>
#include <utility>

namespace wac::inbound {
namespace {

using store::IntentState;
using telemetry::Counter;
using telemetry::Field;
using telemetry::Severity;

/// The state a status word stands for; words we do not know travel as events only.
std::optional<IntentState> state_of(std::string_view status) {
  if (status == "sent") return IntentState::kSent;
  if (status == "delivered") return IntentState::kDelivered;
  if (status == "read") return IntentState::kRead;
  if (status == "played") return IntentState::kPlayed;
  if (status == "failed") return IntentState::kFailed;
  return std::nullopt;
}

/// Whether what a send is held against may have changed.
bool changes_templates(std::string_view type) {
  return type == "account.message_template_status_update" ||
         type == "account.message_template_components_update" || type == "account.template_category_update";
}

/// A signed body that is no JSON object: kept whole, so that nothing Meta signed is ever dropped.
whatsapp::WebhookItem undecodable(std::string_view body) {
  whatsapp::WebhookItem item;
  item.type = "webhook.undecodable";
  item.identity = PersonalText{std::string{body}};
  item.data = PersonalText{R"({"rawBase64":")" + to_base64(body) + "\"}"};
  return item;
}

}  // namespace

Inbound::Inbound(InboundParts parts) : parts_(std::move(parts)), verifiers_(parts_.directory) {
  rules_.dedupe_retention = parts_.config.event_dedupe_retention;
  rules_.event_retention = parts_.config.event_retention;
  rules_.intent_retention = parts_.config.intent_retention;
  // The answer to a send is settled before its lease ends; twice, because clocks differ.
  rules_.pending_retention = 2 * parts_.config.lease;
  rules_.contact_retention = parts_.config.contact_retention;
}

Task<Receipt> Inbound::receive(std::string_view body, std::string_view signature,
                               std::string_view trace_parent, std::string_view app) {
  const MonoTime started = parts_.loop.now();
  if (!verifiers_.accepts(app, signature, body)) {
    parts_.metrics.add(Counter::kWebhooksBadSignature);
    parts_.log.log(Severity::kWarning, "webhook refused: bad signature", Field{"bytes", body.size()});
    co_return Receipt::kBadSignature;
  }
  const WallTime now = parts_.loop.wall_now();
  const auto trace = telemetry::TraceContext::parse(trace_parent);
  Batches batches = prepare(body, trace ? trace->header() : std::string{}, now);
  const auto refused_media = std::exchange(batches.refused_media, {});
  const bool ok = co_await store_all(std::move(batches), now);
  if (!ok) {
    parts_.metrics.add(Counter::kWebhooksUnavailable);
    if (parts_.evidence_flow != nullptr) parts_.evidence_flow->interrupted(now, parts_.loop.wall_now());
    co_return Receipt::kUnavailable;
  }
  if (parts_.media_refused) {
    for (const auto& [sender, key] : refused_media) parts_.media_refused(sender, key);
  }
  parts_.metrics.add(Counter::kWebhooksAccepted);
  parts_.metrics.observe(telemetry::Histogram::kWebhookAckLatency,
                         std::chrono::duration_cast<Micros>(parts_.loop.now() - started));
  co_return Receipt::kDurable;
}

Inbound::Batches Inbound::prepare(std::string_view body, std::string_view trace_parent, WallTime now) {
  Batches batches;
  auto parsed = whatsapp::parse_webhook(body);
  if (!parsed) {
    parts_.metrics.add(Counter::kWebhooksUndecodable);
    parts_.log.log(Severity::kError, "signed webhook is no JSON object: kept as it is",
                   Field{"bytes", body.size()});
    parsed.emplace();
    parsed->items.push_back(undecodable(body));
  }
  if (parsed->without_values > 0) {
    parts_.metrics.add(Counter::kWebhooksWithoutValues);
    parts_.log.log(Severity::kError, "webhook without values: switch on \"Include Values\" in the Meta app",
                   Field{"entries", parsed->without_values});
  }
  const config::SnapshotRef directory = parts_.directory.snapshot();
  for (const whatsapp::WebhookItem& item : parsed->items) {
    if (parts_.templates_changed && changes_templates(item.type)) parts_.templates_changed(item.account);
    prepare_item(item, *directory, trace_parent, now, batches);
  }
  return batches;
}

void Inbound::prepare_item(const whatsapp::WebhookItem& item, const config::Snapshot& directory,
                           std::string_view trace_parent, WallTime now, Batches& batches) {
  const std::string_view identity = expose(item.identity, Purpose::kFingerprint);
  const auto id = [&] { return parts_.fingerprints.of(crypto::Domain::kEvent, {item.type, identity}); };
  if (const auto* sender = item.sender ? directory.sender(*item.sender) : nullptr) {
    store::NewEvent event = event_of(item, sender->tenant, id(), trace_parent, now);
    prepare_lessons(item, now, event, batches);
    note_refused_media(event, batches);
    batches.events[sender->partition].push_back(std::move(event));
    return;
  }
  // A notice of an account is the event of everybody on it, each with an id of its own. Whose events those of
  // nobody are keeps the item's plain id: it stays the same event should the account be configured meanwhile.
  const TenantId& fallback = directory.fallback_tenant();
  const auto owners = item.sender ? std::span<const config::TenantEntry* const>{}
                                  : directory.tenants_of_account(item.account);
  for (const config::TenantEntry* owner : owners) {
    const auto own_id =
        owner->id == fallback
            ? id()
            : parts_.fingerprints.of(crypto::Domain::kEvent, {item.type, identity, owner->id.str()});
    batches.events[config::home_partition(owner->id)].push_back(
        event_of(item, owner->id, own_id, trace_parent, now));
  }
  if (!owners.empty()) return;
  batches.events[config::home_partition(fallback)].push_back(
      event_of(item, fallback, id(), trace_parent, now));
}

void Inbound::note_refused_media(const store::NewEvent& event, Batches& batches) {
  const auto& evidence = event.evidence;
  if (!evidence || evidence->by_message() || evidence->state != IntentState::kFailed) return;
  if (evidence->error_code != whatsapp::kMediaUploadFailed) return;
  batches.refused_media.emplace_back(event.sender, evidence->key);
}

void Inbound::prepare_lessons(const whatsapp::WebhookItem& item, WallTime now, store::NewEvent& event,
                              Batches& batches) {
  if (parts_.contacts == nullptr) return;
  const Partition partition = Partition::of(*item.sender);
  for (const whatsapp::ContactNews& news : item.news) {
    contacts::Lesson lesson = parts_.contacts->lesson(*item.sender, partition, news, now);
    if (const auto touch = parts_.contacts->touch(lesson, now)) event.touches.push_back(*touch);
    if (lesson.is_rare()) batches.lessons.push_back(std::move(lesson));
  }
}

store::NewEvent Inbound::event_of(const whatsapp::WebhookItem& item, const TenantId& tenant,
                                  const crypto::Fingerprint& id, std::string_view trace_parent,
                                  WallTime now) {
  store::NewEvent event;
  event.dedupe = id;
  event.tenant = tenant;
  if (item.sender) event.sender = *item.sender;
  const PersonalText body = make_cloud_event(item, event.dedupe, tenant, trace_parent, now);
  event.body = parts_.sealer.seal(expose(body, Purpose::kSeal), store::event_context(event.dedupe));
  if (item.status && item.sender) event.evidence = evidence_of(*item.status, *item.sender);
  return event;
}

// By the name of our attempt, which says most; by the message id where Meta left that name out.
std::optional<store::Evidence> Inbound::evidence_of(const whatsapp::StatusInfo& status,
                                                    const SenderId& sender) {
  const auto state = state_of(status.status);
  if (!state || status.wamid.empty()) return std::nullopt;
  store::Evidence evidence;
  evidence.state = *state;
  evidence.error_code = status.error_code;
  evidence.pricing = status.pricing;
  if (const auto attempt = store::parse_attempt_id(status.opaque)) {
    evidence.key = attempt->key;
    evidence.attempt = attempt->attempt;
    evidence.wamid =
        parts_.sealer.seal(expose(status.wamid, Purpose::kSeal), store::outcome_context(evidence.key));
  } else {
    evidence.message = parts_.fingerprints.of(crypto::Domain::kMessage,
                                              {sender.str(), expose(status.wamid, Purpose::kFingerprint)});
  }
  return evidence;
}

Task<bool> Inbound::store_all(Batches batches, WallTime now) {
  bool ok = true;
  if (batches.events.size() == 1 && batches.lessons.empty()) {
    auto only = batches.events.extract(batches.events.begin());
    co_await store_batch(only.key(), std::move(only.mapped()), now, &ok);
    co_return ok;
  }
  TaskScope scope;
  for (auto& [partition, events] : batches.events) {
    scope.spawn(store_batch(partition, std::move(events), now, &ok));
  }
  // Beside the events rather than after them. Learning twice changes nothing, so it need not know which items
  // are new.
  if (!batches.lessons.empty()) scope.spawn(learn(std::move(batches.lessons), now, &ok));
  co_await scope.join();
  co_return ok;
}

Task<void> Inbound::store_batch(Partition partition, std::vector<store::NewEvent> events, WallTime now,
                                bool* ok) {
  // Senders of several tenants share a partition. Nearly always it is one tenant, so no set is made.
  std::vector<TenantId> tenants;
  for (const store::NewEvent& event : events) {
    if (std::ranges::find(tenants, event.tenant) == tenants.end()) tenants.push_back(event.tenant);
  }
  const auto done = co_await parts_.events.ingest(partition, std::move(events), rules_, now);
  if (!done) {
    *ok = false;
    parts_.metrics.add(Counter::kStoreErrors);
    parts_.log.log(Severity::kError, "webhook could not be stored: Meta will repeat it",
                   Field{"error", done.error()});
    co_return;
  }
  account(*done);
  wake_followers(partition, *done, now);
  if (!parts_.appended) co_return;
  for (const TenantId& tenant : tenants) parts_.appended(tenant);
}

Task<void> Inbound::learn(std::vector<contacts::Lesson> lessons, WallTime now, bool* ok) {
  const auto done = co_await parts_.contacts->learn(std::move(lessons), now);
  if (done) co_return;
  *ok = false;
  parts_.metrics.add(Counter::kStoreErrors);
  parts_.log.log(Severity::kError,
                 "what a webhook tells of contacts could not be stored: Meta will repeat it",
                 Field{"error", done.error()});
}

void Inbound::account(const std::vector<store::Ingested>& items) {
  for (const store::Ingested& item : items) {
    parts_.metrics.add(item.appended ? Counter::kEventsAppended : Counter::kEventsDuplicate);
    if (item.moved && item.moved->first == IntentState::kUnknown)
      parts_.metrics.add(Counter::kUnknownSettled);
    if (item.moved && item.moved->second == IntentState::kFailed)
      parts_.metrics.add(Counter::kMessagesFailed);
    if (item.breaker_closed)
      parts_.log.log(Severity::kInfo, "circuit breaker closed: a webhook shows that a message was taken");
    if (item.duplicate_message) {
      parts_.metrics.add(Counter::kDuplicates);
      parts_.log.log(Severity::kError, "one intent became two messages: a late match after a resend");
    }
  }
}

void Inbound::wake_followers(Partition partition, const std::vector<store::Ingested>& items, WallTime now) {
  // Nobody else may ever tell: the worker whose attempt was settled here may be dead.
  const auto lets_go = [](const store::Ingested& item) { return item.follower_due || item.breaker_closed; };
  if (parts_.wake && std::ranges::any_of(items, lets_go)) parts_.wake(partition, now);
}

}  // namespace wac::inbound
