#include "store/sqlite/session.h"

#include "base/encoding.h"
#include "store/rules.h"
#include "store/sqlite/turns.h"

#include <charconv>

namespace wac::store::sqlite {
namespace {

/// Rows of each kind that one purge looks at: a few milliseconds of the writer's time.
constexpr std::size_t kPurgeRows = 500;

const crypto::SealedBlob* taken(MessageId decision, const crypto::SealedBlob& wamid) {
  return decision == MessageId::kTake ? &wamid : nullptr;
}

/// Whether that closed its sender's breaker.
bool learn_taken(Turns& turns, const IntentRow& row) {
  const auto closed = static_cast<double>(BreakerState::kClosed);
  const double before = turns.gate(row.place.sender).breaker;
  PaceSignal taken;
  taken.kind = PaceSignal::Kind::kAnswered;
  turns.learn(row, taken, IntentState::kSent);
  return before != closed && turns.gate(row.place.sender).breaker == closed;
}

void apply(Session& session, Turns& turns, Partition partition, const Evidence& evidence,
           const EventRules& rules, WallTime now, Ingested& answer) {
  auto row = evidence.by_message() ? session.intents.load_by_message(partition, evidence.message)
                                   : session.intents.load(partition, evidence.key);
  if (!row && evidence.by_message()) {
    session.pending.keep(partition, evidence, now + rules.pending_retention, now);
    return;
  }
  if (!row || forgotten(row->progress, now)) return;
  const IntentState before = row->progress.state;
  const EvidenceDecision decision = apply_evidence(row->progress, evidence, rules.intent_retention, now);
  answer.moved = decision.moved;
  answer.duplicate_message = decision.duplicate_message;
  if (!decision.changed()) return;
  if (decision.moved && keeps_payload(before)) {
    if (decision.answers) answer.breaker_closed = learn_taken(turns, *row);
    turns.moved(*row, before);
    answer.follower_due = turns.take_passed_turn();
  }
  session.intents.save(*row, taken(decision.message_id, evidence.wamid));
}

/// The intent is known by its message id from here on: what came before applies now.
bool apply_pending(Session& session, const Settlement& settlement, Progress& progress, Millis retention,
                   WallTime now) {
  if (settlement.message == crypto::Fingerprint{}) return false;
  const auto waiting = session.pending.take(settlement.partition, settlement.message, now);
  return waiting && apply_evidence(progress, *waiting, retention, now).moved.has_value();
}

void tell_news(const SenderGate& before, const SenderGate& after, SettleResult& result) {
  result.stopped = before.stopped_at == 0 && after.stopped_at != 0;
  if (after.breaker == before.breaker) return;
  result.breaker_opened = after.breaker == static_cast<double>(BreakerState::kOpen);
  result.breaker_closed = after.breaker == static_cast<double>(BreakerState::kClosed);
}

void tell_state(const Progress& progress, IntentState wanted, SettleResult& result) {
  result.state = progress.state;
  if (progress.state != wanted) result.error_code = progress.error_code;
}

std::optional<std::int64_t> parse_seq(std::string_view text) {
  std::int64_t seq = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seq);
  if (error != std::errc{} || end != text.data() + text.size() || seq < 0) return std::nullopt;
  return seq;
}

}  // namespace

Result<SettleResult> settle(Session& session, const Settlement& settlement, Millis retention, WallTime now) {
  auto row = session.intents.load(settlement.partition, settlement.key);
  if (!row || forgotten(row->progress, now))
    return SettleResult{SettleOutcome::kStaleToken, settlement.state};
  const IntentState before = row->progress.state;
  const auto decision = store::settle(row->progress, settlement, retention, now);
  if (!decision) return std::unexpected(decision.error());
  SettleResult result{decision->outcome, row->progress.state};
  if (before != IntentState::kSending) {
    if (decision->names_message) {
      result.evidence_applied = apply_pending(session, settlement, row->progress, retention, now);
      session.intents.save(*row, taken(decision->message_id, settlement.wamid), settlement.message);
    }
    tell_state(row->progress, settlement.state, result);
    // Evidence passed the turn on, perhaps in a process that looks at other partitions.
    result.follower_due = decision->outcome == SettleOutcome::kApplied && !is_open(row->progress.state) &&
                          row->place.recipient != crypto::Fingerprint{};
    return result;
  }
  if (row->progress.state == before) return result;
  Turns turns{session, settlement.partition, now};
  const SenderGate gate = turns.gate(row->place.sender);
  turns.learn(*row, settlement.signal, row->progress.state);
  tell_news(gate, turns.gate(row->place.sender), result);
  turns.moved(*row, before);
  result.follower_due = turns.take_passed_turn();
  if (decision->names_message) {
    result.evidence_applied = apply_pending(session, settlement, row->progress, retention, now);
    tell_state(row->progress, settlement.state, result);
  }
  session.intents.save(*row, taken(decision->message_id, settlement.wamid), settlement.message);
  turns.finish();
  return result;
}

SettleOutcome start_sending(Session& session, Partition partition, const IntentKey& key,
                            std::uint64_t token) {
  auto row = session.intents.load(partition, key);
  if (!row || !store::start_sending(row->progress, token)) return SettleOutcome::kStaleToken;
  session.intents.save(*row, nullptr);
  return SettleOutcome::kApplied;
}

Result<IntentRecord> command(Session& session, Partition partition, const IntentKey& key, Command command,
                             Millis retention, WallTime now) {
  auto row = session.intents.load_full(partition, key);
  if (!row || forgotten(row->progress, now)) return fail(ErrorCode::kNotFound, "store: no such intent");
  const IntentState before = row->progress.state;
  if (const auto done = apply_command(row->progress, command, retention, now); !done) {
    return std::unexpected(done.error());
  }
  Turns turns{session, partition, now};
  turns.moved(*row, before);
  session.intents.save(*row, nullptr);
  turns.finish();
  show(row->progress, row->record);
  return std::move(row->record);
}

std::vector<Ingested> ingest(Session& session, Partition partition, const std::vector<NewEvent>& events,
                             const EventRules& rules, WallTime now) {
  std::vector<Ingested> answers(events.size());
  Turns turns{session, partition, now};
  for (std::size_t i = 0; i < events.size() && session.connection->ok(); ++i) {
    const NewEvent& event = events[i];
    if (!session.events.append(partition, event, rules, now)) continue;
    answers[i].appended = true;
    for (const ContactTouch& touch : event.touches) {
      session.contacts.touch(partition, touch, rules.contact_retention);
    }
    if (!event.evidence) continue;
    apply(session, turns, partition, *event.evidence, rules, now, answers[i]);
    session.evidence.observe(event.sender, now);
  }
  turns.finish();
  return answers;
}

// Tables without row numbers forget by time: by keys that a subquery gives SQLite would read all of a
// partition. Of one millisecond all go, so a few more than asked for.
std::size_t purge(Session& session, WallTime now) {
  const std::size_t intents = session.intents.forget(now, kPurgeRows);
  const std::size_t pairs = session.paces.forget(now, kPurgeRows);
  const std::size_t events = session.events.forget(now, kPurgeRows);
  const std::size_t facts =
      session.records.forget(now, kPurgeRows) + session.contacts.forget(now, kPurgeRows);
  return intents + pairs + events + facts + session.pending.forget(now, kPurgeRows);
}

std::size_t end_leases(Session& session, Millis unknown_window, WallTime now) {
  auto rows = session.intents.all_sending();
  for (auto& row : rows) {
    Turns turns{session, Partition::of(row.place.sender), now};
    end_lease(row.progress, unknown_window, now);
    turns.moved(row, IntentState::kSending);
    session.intents.save(row, nullptr);
    turns.finish();
  }
  return rows.size();
}

std::optional<IntentRecord> find(Session& session, const crypto::Fingerprint& id_print,
                                 const std::vector<Partition>& partitions, WallTime now) {
  for (const Partition partition : partitions) {
    auto row = session.intents.load_by_id(partition, id_print);
    if (!row) continue;
    if (const auto sender =
            row->place.ready ? session.paces.load(partition, row->place.sender) : std::nullopt) {
      const PairRow pair = session.paces.load_pair(partition, row->place.recipient);
      const double quota = session.paces.load_quota(partition, sender->gate.tenant);
      show_wait(row->record, sender->gate, quota, pair.gate, static_cast<double>(*row->place.ready), now);
    }
    return std::move(row->record);
  }
  return std::nullopt;
}

Result<IntentStore::ScanPage> scan(Session& session, Partition partition, std::string_view cursor,
                                   std::size_t limit) {
  crypto::Fingerprint after;
  if (!cursor.empty()) {
    const auto parsed = crypto::Fingerprint::from_hex(cursor);
    if (!parsed) return fail(ErrorCode::kInvalid, "store: not a scan cursor");
    after = *parsed;
  }
  IntentStore::ScanPage page;
  page.records = session.intents.scan(partition, cursor.empty() ? std::string_view{} : after.raw(), limit);
  if (page.records.size() == limit && limit != 0) page.cursor = page.records.back().key.hex();
  return page;
}

Result<IntentStore::ScanPage> dead_letters(Session& session, Partition partition, std::string_view cursor,
                                           std::size_t limit) {
  IntentQueues::DeadBefore before;
  if (!cursor.empty()) {
    const std::size_t dash = cursor.find('-');
    const auto updated = parse_seq(cursor.substr(0, dash));
    const auto key =
        dash == std::string_view::npos ? std::nullopt : IntentKey::from_hex(cursor.substr(dash + 1));
    if (!updated || !key) return fail(ErrorCode::kInvalid, "store: not a cursor of dead letters");
    before = {from_millis(*updated), *key};
  }
  IntentStore::ScanPage page;
  page.records = session.queues.dead(partition, before, limit);
  if (page.records.size() == limit && limit != 0) {
    const IntentRecord& last = page.records.back();
    page.cursor = std::to_string(to_millis(last.updated)) + '-' + last.key.hex();
  }
  return page;
}

std::vector<SenderPace> senders(Session& session, Partition partition, WallTime now) {
  std::vector<SenderPace> paces;
  for (const auto& [sender, row] : session.paces.all(partition)) {
    paces.push_back(show(row.gate, now));
    paces.back().sender = sender;
    paces.back().queued = static_cast<std::uint64_t>(row.accepted + row.retrying);
  }
  return paces;
}

StateCounts count(Session& session, Partition partition, WallTime now) {
  StateCounts counts = session.intents.count_leases(partition, now);
  const auto [accepted, retrying] = session.paces.queued(partition);
  counts[IntentState::kAccepted] = static_cast<std::uint64_t>(accepted);
  counts[IntentState::kRetryWait] = static_cast<std::uint64_t>(retrying);
  for (const IntentState state : {IntentState::kAccepted, IntentState::kRetryWait}) {
    counts.due_now += session.queues.count_due(partition, state, counts[state], now);
    const auto first = session.queues.first_due(partition, state);
    if (first && (!counts.oldest_due || *first < *counts.oldest_due)) counts.oldest_due = first;
  }
  return counts;
}

bool resume(Session& session, const SenderId& sender, WallTime now) {
  Turns turns{session, Partition::of(sender), now};
  const bool ended = store::resume(turns.gate(sender));
  if (ended) turns.finish();
  return ended;
}

bool adopt_credential(Session& session, const SenderId& sender, const crypto::Fingerprint& credential,
                      WallTime now) {
  const Partition partition = Partition::of(sender);
  // One that has sent nothing yet has nothing to end.
  if (!session.paces.load(partition, sender)) return false;
  Turns turns{session, partition, now};
  const bool ended = adopt(turns.gate(sender), credential);
  turns.finish();
  return ended;
}

Result<EventPage> read_after(Session& session, const TenantId& tenant,
                             const std::vector<Partition>& partitions, const EventCursor& cursor,
                             std::size_t limit) {
  if (cursor.text == "$") {
    EventPage page;
    page.cursor.text = std::to_string(session.events.last_seq());
    return page;
  }
  const auto after = cursor.text.empty() ? std::int64_t{0} : parse_seq(cursor.text);
  if (!after) return fail(ErrorCode::kInvalid, "store: not an event cursor");
  std::uint64_t mask = 0;
  for (const Partition partition : partitions) mask |= std::uint64_t{1} << (partition.number % 64U);
  return session.events.read(tenant, mask, *after, limit);
}

}  // namespace wac::store::sqlite
