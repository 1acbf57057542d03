#pragma once
// What one thread of the engine works with, and the operations on it: each runs inside a transaction that its
// caller begins, commits and, when the connection failed, rolls back. An error returned by an operation
// itself (kConflict, kNotFound, kInvalid) is an answer, made before anything was written.

#include "store/sqlite/contact_rows.h"
#include "store/sqlite/event_rows.h"
#include "store/sqlite/intent_queues.h"
#include "store/sqlite/pace_rows.h"
#include "store/sqlite/pending_evidence.h"
#include "store/sqlite/record_rows.h"

namespace wac::store::sqlite {

struct Session {
  explicit Session(std::unique_ptr<Connection> opened)
      : connection(std::move(opened)),
        intents(*connection),
        queues(*connection),
        paces(*connection),
        events(*connection),
        evidence(*connection),
        pending(*connection),
        records(*connection),
        contacts(*connection) {}

  std::unique_ptr<Connection> connection;
  IntentRows intents;
  IntentQueues queues;
  PaceRows paces;
  EventRows events;
  SenderEvidence evidence;
  PendingEvidence pending;
  RecordRows records;
  ContactRows contacts;
};

ClaimResult claim(Session& session, const NewIntent& intent, ClaimMode mode, Millis lease, Millis retention,
                  WallTime now);
Result<SettleResult> settle(Session& session, const Settlement& settlement, Millis retention, WallTime now);
SettleOutcome start_sending(Session& session, Partition partition, const IntentKey& key, std::uint64_t token);
DueBatch take_due(Session& session, Partition partition, std::size_t limit, const DueRules& rules,
                  WallTime now);
Result<IntentRecord> command(Session& session, Partition partition, const IntentKey& key, Command command,
                             Millis retention, WallTime now);
std::vector<Ingested> ingest(Session& session, Partition partition, const std::vector<NewEvent>& events,
                             const EventRules& rules, WallTime now);
std::size_t purge(Session& session, WallTime now);
/// Ends every lease; returns how many there were.
std::size_t end_leases(Session& session, Millis unknown_window, WallTime now);

std::optional<IntentRecord> find(Session& session, const crypto::Fingerprint& id_print,
                                 const std::vector<Partition>& partitions, WallTime now);
Result<IntentStore::ScanPage> scan(Session& session, Partition partition, std::string_view cursor,
                                   std::size_t limit);
Result<IntentStore::ScanPage> dead_letters(Session& session, Partition partition, std::string_view cursor,
                                           std::size_t limit);
StateCounts count(Session& session, Partition partition, WallTime now);
std::vector<SenderPace> senders(Session& session, Partition partition, WallTime now);
bool resume(Session& session, const SenderId& sender, WallTime now);
bool adopt_credential(Session& session, const SenderId& sender, const crypto::Fingerprint& credential,
                      WallTime now);
Result<EventPage> read_after(Session& session, const TenantId& tenant,
                             const std::vector<Partition>& partitions, const EventCursor& cursor,
                             std::size_t limit);

}  // namespace wac::store::sqlite
