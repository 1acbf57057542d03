#include "store/sqlite/session.h"

#include "base/encoding.h"
#include "store/rules.h"

#include <charconv>

namespace wac::store::sqlite {
namespace {

/// Rows of each kind that one purge looks at: a few milliseconds of the writer's time.
constexpr std::size_t kPurgeRows = 500;

/// Why an insert was refused. Nothing: what stood in the way was forgotten and has been removed.
std::optional<ClaimResult> claim_known(Session& session, Partition partition, const NewIntent& intent,
                                       WallTime now) {
  if (auto known = session.intents.load_full(partition, intent.key)) {
    if (forgotten(known->progress, now)) {
      session.intents.remove(known->row);
      return std::nullopt;
    }
    const bool same = known->record.body == intent.body;
    if (same && is_same_claim(intent, known->record)) {
      return ClaimResult{ClaimOutcome::kNew, std::move(known->record)};
    }
    return ClaimResult{same ? ClaimOutcome::kDuplicate : ClaimOutcome::kBodyConflict,
                       std::move(known->record)};
  }
  auto owner = session.intents.load_by_id(partition, intent.id_fingerprint);
  if (owner && !forgotten(owner->progress, now)) {
    return ClaimResult{ClaimOutcome::kIdConflict, std::move(owner->record)};
  }
  if (owner) session.intents.remove(owner->row);
  return std::nullopt;
}

IntentRecord new_record(const NewIntent& intent, const Progress& progress) {
  IntentRecord record;
  record.key = intent.key;
  record.body = intent.body;
  record.tenant = intent.tenant;
  record.id = intent.id;
  record.sender = intent.sender;
  record.correlation = intent.correlation;
  record.created = intent.created;
  show(progress, record);
  return record;
}

const crypto::SealedBlob* taken(MessageId decision, const crypto::SealedBlob& wamid) {
  return decision == MessageId::kTake ? &wamid : nullptr;
}

void apply(Session& session, Partition partition, const Evidence& evidence, const EventRules& rules,
           WallTime now, Ingested& answer) {
  auto row = evidence.by_message() ? session.intents.load_by_message(partition, evidence.message)
                                   : session.intents.load(partition, evidence.key);
  if (!row || forgotten(row->progress, now)) return;
  const EvidenceDecision decision = apply_evidence(row->progress, evidence, rules.intent_retention, now);
  answer.moved = decision.moved;
  answer.duplicate_message = decision.duplicate_message;
  if (!decision.changed()) return;
  session.intents.save(row->row, row->progress, taken(decision.message_id, evidence.wamid));
}

std::optional<std::int64_t> parse_seq(std::string_view text) {
  std::int64_t seq = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seq);
  if (error != std::errc{} || end != text.data() + text.size() || seq < 0) return std::nullopt;
  return seq;
}

}  // namespace

ClaimResult claim(Session& session, const NewIntent& intent, ClaimMode mode, Millis lease, Millis retention,
                  WallTime now) {
  const Partition partition = Partition::of(intent.sender);
  const Progress progress = first_progress(intent, mode, lease, retention, now);
  // Key and id may each be held by a forgotten intent: two removals at most, then the insert succeeds.
  while (!session.intents.insert(partition, intent, progress) && session.connection->ok()) {
    if (auto known = claim_known(session, partition, intent, now)) return std::move(*known);
  }
  return {ClaimOutcome::kNew, new_record(intent, progress)};
}

Result<SettleResult> settle(Session& session, const Settlement& settlement, Millis retention, WallTime now) {
  auto row = session.intents.load(settlement.partition, settlement.key);
  if (!row || forgotten(row->progress, now))
    return SettleResult{SettleOutcome::kStaleToken, settlement.state};
  const IntentState before = row->progress.state;
  const auto decision = store::settle(row->progress, settlement, retention, now);
  if (!decision) return std::unexpected(decision.error());
  if (row->progress.state != before || decision->message_id == MessageId::kTake) {
    session.intents.save(row->row, row->progress, taken(decision->message_id, settlement.wamid),
                         settlement.message);
  }
  return SettleResult{decision->outcome, row->progress.state};
}

DueBatch take_due(Session& session, Partition partition, std::size_t limit, const DueRules& rules,
                  WallTime now) {
  DueBatch batch;
  for (auto& row : session.intents.due(partition, limit, now)) {
    const bool asks = row.progress.state == IntentState::kUnknown;
    const auto evidence_at = asks ? session.evidence.last(row.record.sender) : std::nullopt;
    const DueAction action = decide_due(row.progress, rules, evidence_at, now);
    session.intents.save(row.row, row.progress, nullptr);
    show(row.progress, row.record);
    if (action != DueAction::kSend && action != DueAction::kResend) row.record.payload.bytes.clear();
    batch.items.push_back({action, std::move(row.record)});
  }
  batch.next_due = session.intents.next_due(partition);
  return batch;
}

Result<IntentRecord> command(Session& session, Partition partition, const IntentKey& key, Command command,
                             Millis retention, WallTime now) {
  auto row = session.intents.load_full(partition, key);
  if (!row || forgotten(row->progress, now)) return fail(ErrorCode::kNotFound, "store: no such intent");
  if (const auto done = apply_command(row->progress, command, retention, now); !done) {
    return std::unexpected(done.error());
  }
  session.intents.save(row->row, row->progress, nullptr);
  show(row->progress, row->record);
  return std::move(row->record);
}

std::vector<Ingested> ingest(Session& session, Partition partition, const std::vector<NewEvent>& events,
                             const EventRules& rules, WallTime now) {
  std::vector<Ingested> answers(events.size());
  for (std::size_t i = 0; i < events.size() && session.connection->ok(); ++i) {
    const NewEvent& event = events[i];
    if (!session.events.append(partition, event, rules, now)) continue;
    answers[i].appended = true;
    if (!event.evidence) continue;
    apply(session, partition, *event.evidence, rules, now, answers[i]);
    session.evidence.observe(event.sender, now);
  }
  return answers;
}

std::size_t purge(Session& session, WallTime now) {
  const std::size_t intents = session.intents.forget(now, kPurgeRows);
  const std::size_t events = session.events.forget(now, kPurgeRows);
  return intents + events + session.records.forget(now, kPurgeRows);
}

std::size_t end_leases(Session& session, Millis unknown_window, WallTime now) {
  auto rows = session.intents.all_sending();
  for (auto& row : rows) {
    end_lease(row.progress, unknown_window, now);
    session.intents.save(row.row, row.progress, nullptr);
  }
  return rows.size();
}

std::optional<IntentRecord> find(Session& session, const crypto::Fingerprint& id_print,
                                 const std::vector<Partition>& partitions) {
  for (const Partition partition : partitions) {
    if (auto row = session.intents.load_by_id(partition, id_print)) return std::move(row->record);
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
