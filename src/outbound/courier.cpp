#include "outbound/courier.h"

#include "base/expose.h"
#include "outbound/media.h"
#include "outbound/media_uses.h"
#include "outbound/new_intent.h"
#include "store/attempt_id.h"
#include "whatsapp/error_catalogue.h"
#include "whatsapp/message.h"

#include <algorithm>

namespace wac::outbound {
namespace {

using store::IntentRecord;
using store::IntentState;
using telemetry::Counter;
using telemetry::Field;
using telemetry::Histogram;
using telemetry::Severity;

/// Between two tries to write an outcome down: doubling from the first to the last.
constexpr Millis kFirstPause{20};
constexpr Millis kLastPause{1'000};
/// How long a message waits for a newer listing before its template refuses it.
constexpr Millis kTemplatePatience{3'000};
/// Of a lease, what is kept for writing the outcome down when something came before the send.
constexpr Millis kMediaMargin{500};
/// How long a claimed message waits for its file. It holds a slot meanwhile: the rest of a long wait is spent
/// in the queue.
constexpr Millis kMediaPatience{2'000};

Micros since(MonoTime start, MonoTime end) {
  return std::chrono::duration_cast<Micros>(end - start);
}

/// Nothing was sent, and it is not known that anything may be: it waits for the store.
AttemptEnd not_started() {
  AttemptEnd end;
  end.state = IntentState::kRetryWait;
  end.wait = kLastPause;
  end.counts = false;
  return end;
}

/// Meta knew of a closed window that was not known here, and has certainly not taken the message.
bool may_take_fallback(const AttemptEnd& end, const Content& content) {
  return end.state == IntentState::kFailed && end.error_code == whatsapp::kWindowIsClosed &&
         content.fallback && !content.fallback_used;
}

/// Which attempt this is of those that count.
std::uint32_t counted(const IntentRecord& record) {
  return record.attempt - std::min(record.uncounted, record.attempt - 1);
}

}  // namespace

Courier::Courier(const OutboundParts& parts)
    : parts_(parts), recipients_(parts), report_(parts.log, parts.metrics) {
  rules_.first = parts_.config.retry_first;
  rules_.max = parts_.config.retry_max;
  rules_.retry_after_max = parts_.config.retry_after_max;
  rules_.unknown_window = parts_.config.unknown_window;
  rules_.max_attempts = parts_.config.max_attempts;
}

Task<void> Courier::deliver(IntentRecord& record, Content& content, const contacts::Known& known,
                            Told* told) {
  const MonoTime started = parts_.loop.now();
  AttemptEnd end;
  const config::SenderRef sender = parts_.directory.sender(record.sender);
  if (sender == nullptr) {
    // Its sender was removed from the configuration; it may come back.
    end.state = IntentState::kRetryWait;
    end.wait = rules_.sender_wait;
    end.counts = false;
  } else if (const auto forbidden = recipients_.refuse(record.sender, content, known)) {
    end.state = IntentState::kFailed;
    end.error_code = whatsapp::code_of(*forbidden);
  } else if (auto refused =
                 is_template(content) ? co_await misfit(*sender, content, record.due) : std::nullopt) {
    end = std::move(*refused);
  } else {
    end = co_await attempt(*sender, content, record);
    if (may_take_fallback(end, content)) end = co_await attempt_fallback(*sender, content, record);
    if (end.signal.until_new_credential) end.signal.credential = credential_of(parts_.fingerprints, *sender);
    end_by_age(end, record.age_from, sender->policies.max_age.value_or(parts_.config.max_age),
               parts_.loop.wall_now());
  }
  // What waits is decided anew when its time comes.
  end.alternative = content.fallback_used && end.state != IntentState::kRetryWait;
  if (told != nullptr) told->detail = std::move(end.detail);
  const Micros latency = since(started, parts_.loop.now());
  const auto settled =
      end.files.empty() ? co_await settle(record, end) : co_await settle_with_files(record, end);
  if (!settled) {
    // The outcome stands in nobody's memory but ours: when the lease ends, the intent becomes unknown and the
    // status webhook settles it.
    parts_.metrics.add(Counter::kStoreErrors);
    parts_.log.log(Severity::kError, "outcome could not be recorded", Field{"intentId", record.id},
                   Field{"correlationId", record.correlation}, Field{"outcome", end.state},
                   Field{"error", settled.error()});
    record.state = IntentState::kUnknown;
    co_return;
  }
  report_.account(record, end, latency);
  if (told != nullptr) told->wamid = std::move(end.wamid);
  co_await recipients_.learn(content, record, end);
}

Task<std::optional<AttemptEnd>> Courier::misfit(const config::SenderEntry& sender, const Content& content,
                                                WallTime lease_end) {
  if (parts_.templates == nullptr) co_return std::nullopt;
  // Should it fit after all, what is left of the lease must be enough to send it.
  const Millis left =
      std::chrono::duration_cast<Millis>(lease_end - parts_.loop.wall_now()) - parts_.config.graph_timeout;
  const Deadline patience{parts_.loop.now() + std::min(kTemplatePatience, left)};
  const auto fault = co_await parts_.templates->check(sender, content, patience);
  if (!fault) co_return std::nullopt;
  AttemptEnd end;
  end.state = IntentState::kFailed;
  end.error_code = whatsapp::code_of(fault->code);
  end.detail = PersonalText{whatsapp::words_of(*fault)};
  co_return end;
}

Task<AttemptEnd> Courier::attempt(const config::SenderEntry& sender, const Content& content,
                                  const IntentRecord& record) {
  if (names_media(content.payload)) co_return co_await attempt_with_media(sender, content, record);
  const bool pending = record.preparation == store::Preparation::kPending;
  if (pending && !co_await start_sending(record)) co_return not_started();
  const Repeatable repeatable = whatsapp::is_idempotent(content.payload) ? Repeatable::kYes : Repeatable::kNo;
  const auto result = co_await send(sender, content, content.payload, record);
  co_return judge(result, repeatable, counted(record), rules_.of(sender.policies), parts_.loop.wall_now(),
                  parts_.random);
}

Task<AttemptEnd> Courier::attempt_fallback(const config::SenderEntry& sender, Content& content,
                                           const IntentRecord& record) {
  if (record.due - parts_.loop.wall_now() < parts_.config.graph_timeout + kMediaMargin) {
    // The rest of the lease is too short. Meta will say the same again.
    AttemptEnd end;
    end.state = IntentState::kRetryWait;
    end.wait = kLastPause;
    co_return end;
  }
  use_fallback(content);
  if (auto refused = co_await misfit(sender, content, record.due)) co_return std::move(*refused);
  co_return co_await attempt(sender, content, record);
}

Task<AttemptEnd> Courier::attempt_with_media(const config::SenderEntry& sender, const Content& content,
                                             const IntentRecord& record) {
  const RetryRules rules = rules_.of(sender.policies);
  const std::uint32_t number = counted(record);
  std::optional<SuppliedMedia> refused;
  for (;;) {
    // Whatever fails before the send is a safe failure. A file that takes longer goes on without us, and the
    // next attempt finds it. The lease, which ends when the record is due, must last for the send.
    const Millis left = record.due - parts_.loop.wall_now() - parts_.config.graph_timeout - kMediaMargin;
    const Deadline patience{parts_.loop.now() + std::min(left, kMediaPatience)};
    boost::json::object payload = content.payload;
    std::expected<SuppliedMedia, MediaFailure> supplied =
        std::unexpected(refused_for_good(LocalError::kMediaUnreachable));
    if (parts_.media != nullptr) {
      supplied = co_await parts_.media->supply(sender, payload, patience, refused ? &*refused : nullptr);
    }
    if (!supplied) {
      co_return media_end(supplied.error(), number, rules, parts_.loop.wall_now(), parts_.random);
    }
    if (!refused && !co_await start_sending(record)) co_return not_started();
    const auto result = co_await send(sender, content, payload, record);
    // Meta has certainly not taken the message, so it may be sent again, once, with files uploaded anew.
    if (refused || !supplied->may_be_lost || !may_mean_lost_media(result)) {
      AttemptEnd end = judge(result, Repeatable::kNo, number, rules, parts_.loop.wall_now(), parts_.random);
      end.files = std::move(supplied->files);
      co_return end;
    }
    refused = std::move(*supplied);
  }
}

Task<bool> Courier::start_sending(const IntentRecord& record) {
  if (record.preparation != store::Preparation::kPending) co_return true;
  const auto started =
      co_await parts_.store.start_sending(Partition::of(record.sender), record.key, record.token);
  if (!started) parts_.metrics.add(Counter::kStoreErrors);
  co_return started && *started == store::SettleOutcome::kApplied;
}

Task<net::ClientResult> Courier::send(const config::SenderEntry& sender, const Content& content,
                                      const boost::json::object& payload, const IntentRecord& record) {
  const std::string opaque = store::format_attempt_id({record.key, record.attempt});
  whatsapp::Envelope envelope;
  envelope.recipient = content.recipient ? &*content.recipient : nullptr;
  envelope.context_message_id = content.context_message_id;
  envelope.opaque = opaque;
  PersonalText body = whatsapp::build_message(payload, envelope);

  parts_.metrics.add(Counter::kSendAttempts);
  if (record.attempt > 1) parts_.metrics.add(Counter::kSendRetries);
  const MonoTime started = parts_.loop.now();
  auto result =
      co_await parts_.graph.send(sender, std::move(body), Deadline{started + parts_.config.graph_timeout});
  parts_.metrics.observe(Histogram::kSendLatency, since(started, parts_.loop.now()));
  co_return result;
}

Task<Result<void>> Courier::settle_with_files(IntentRecord& record, AttemptEnd& end) {
  TaskScope beside;
  const bool keeps = parts_.media_uses != nullptr && end.state == IntentState::kSent;
  if (keeps) beside.spawn(parts_.media_uses->keep(record.sender, record.key, std::move(end.files)));
  const auto settled = co_await settle(record, end);
  co_await beside.join();
  // A status that came before the answer may have said already that Meta could not use one.
  const bool refused = record.error_code == whatsapp::kMediaUploadFailed;
  if (keeps && settled && refused) co_await parts_.media_uses->forget(record.sender, record.key);
  co_return settled;
}

Task<Result<void>> Courier::settle(IntentRecord& record, AttemptEnd& end) {
  const WallTime now = parts_.loop.wall_now();
  const Partition partition = Partition::of(record.sender);
  store::Settlement settlement;
  settlement.partition = partition;
  settlement.key = record.key;
  settlement.token = record.token;
  settlement.state = end.state;
  settlement.error_code = end.error_code;
  settlement.upstream_status = end.upstream_status;
  settlement.due = now + end.wait;
  settlement.signal = end.signal;
  settlement.counts = end.counts;
  settlement.alternative = end.alternative;
  if (!end.wamid.empty()) {
    settlement.wamid =
        parts_.sealer.seal(expose(end.wamid, Purpose::kSeal), store::outcome_context(record.key));
    settlement.message = parts_.fingerprints.of(
        crypto::Domain::kMessage, {record.sender.str(), expose(end.wamid, Purpose::kFingerprint)});
  }
  record.error_code = end.error_code;
  record.alternative = end.alternative;
  record.upstream_status = end.upstream_status;
  record.wamid.bytes = settlement.wamid.bytes;
  const auto done = co_await write_down(std::move(settlement), record.due);
  if (!done) co_return std::unexpected(done.error());
  record.state = done->state;
  if (done->state != end.state) record.error_code = done->error_code;
  if (done->evidence_applied && done->state == IntentState::kFailed)
    parts_.metrics.add(Counter::kMessagesFailed);
  record.updated = now;
  record.due = now + end.wait;
  const bool stops = end.signal.kind == store::PaceSignal::Kind::kStop;
  if (stops && record.state == IntentState::kRetryWait) record.hold = store::Hold::kStopped;
  if (store::is_open(record.state)) parts_.wake(partition, record.due);
  // A breaker that changed, or the turn of the next, may let something go that no time was known of.
  if (done->follower_due || done->breaker_opened || done->breaker_closed) parts_.wake(partition, now);
  report_.tell_news(record, end, *done);
  co_return Result<void>{};
}

Task<Result<store::SettleResult>> Courier::write_down(store::Settlement settlement, WallTime lease_end) {
  // What is dead waits for a person to redrive it.
  const Millis retention = settlement.state == IntentState::kDead ? store::DueRules{}.undecided_retention
                                                                  : parts_.config.intent_retention;
  // An outcome is known to nobody else: as long as the claim is ours it is offered again, under the same
  // token, which makes repeating it harmless.
  Millis pause = kFirstPause;
  for (;;) {
    auto done = co_await parts_.store.settle(settlement, retention, parts_.loop.wall_now());
    const bool may_pass = !done && (done.error().code == ErrorCode::kUnavailable ||
                                    done.error().code == ErrorCode::kUnknownOutcome ||
                                    done.error().code == ErrorCode::kOverloaded);
    if (!may_pass || parts_.loop.wall_now() + pause >= lease_end) co_return done;
    co_await sleep_until(parts_.loop, parts_.loop.now() + pause);
    pause = std::min(pause * 2, kLastPause);
  }
}

}  // namespace wac::outbound
