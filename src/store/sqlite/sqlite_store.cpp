#include "store/sqlite/sqlite_store.h"

#include "store/sqlite/engine.h"

namespace wac::store::sqlite {
namespace {

class SqliteStore final : public Store,
                          public IntentStore,
                          public EventLog,
                          public KeyedRecords,
                          public ContactLog {
 public:
  SqliteStore(Engine& engine, Scheduler& loop)
      : engine_(engine), loop_(loop), link_(std::make_shared<LoopLink>(loop)) {}
  ~SqliteStore() override { link_->close(); }
  SqliteStore(const SqliteStore&) = delete;
  SqliteStore& operator=(const SqliteStore&) = delete;

  IntentStore& intents() override { return *this; }
  EventLog& events() override { return *this; }
  KeyedRecords& records() override { return *this; }
  ContactLog& contacts() override { return *this; }
  bool healthy() const override { return engine_.healthy(); }
  std::string_view engine() const override { return "sqlite"; }
  /// Done when the file was opened.
  Task<Result<void>> check_format() override { co_return Result<void>{}; }
  Task<Result<void>> probe(WallTime now) override;
  Task<Result<std::size_t>> purge(WallTime now) override;
  Task<void> stop(Deadline deadline) override;

  Task<Result<ClaimResult>> claim(NewIntent intent, ClaimMode mode, Millis lease, Millis retention,
                                  WallTime now) override;
  Task<Result<SettleResult>> settle(Settlement settlement, Millis retention, WallTime now) override;
  Task<Result<DueBatch>> take_due(Partition partition, std::size_t limit, DueRules rules,
                                  WallTime now) override;
  Task<Result<std::optional<IntentRecord>>> find(crypto::Fingerprint id_fingerprint,
                                                 std::vector<Partition> partitions, WallTime now) override;
  Task<Result<SettleOutcome>> start_sending(Partition partition, IntentKey key, std::uint64_t token) override;
  Task<Result<IntentRecord>> command(Partition partition, IntentKey key, Command command, Millis retention,
                                     WallTime now) override;
  Task<Result<StateCounts>> count(Partition partition, WallTime now) override;
  Task<Result<ScanPage>> scan(Partition partition, std::string cursor, std::size_t limit) override;
  Task<Result<ScanPage>> dead_letters(Partition partition, std::string cursor, std::size_t limit) override;
  Task<Result<std::vector<SenderPace>>> senders(Partition partition, WallTime now) override;
  Task<Result<bool>> resume(SenderId sender, WallTime now) override;
  Task<Result<bool>> adopt_credential(SenderId sender, crypto::Fingerprint credential, WallTime now) override;

  Task<Result<std::vector<Ingested>>> ingest(Partition partition, std::vector<NewEvent> events,
                                             EventRules rules, WallTime now) override;
  Task<Result<EventPage>> read_after(TenantId tenant, std::vector<Partition> partitions, EventCursor cursor,
                                     std::size_t limit) override;

  Task<Result<std::vector<std::optional<Record>>>> get(std::vector<RecordKey> keys, WallTime now) override;
  Task<Result<std::uint64_t>> put(RecordKey key, crypto::SealedBlob value, std::uint64_t expected,
                                  std::optional<Millis> lifetime, WallTime now) override;
  Task<Result<std::uint64_t>> set(RecordKey key, crypto::SealedBlob value, std::optional<Millis> lifetime,
                                  WallTime now) override;
  Task<Result<bool>> erase(RecordKey key, WallTime now) override;
  Task<Result<RecordPage>> list(Partition partition, RecordKind kind, std::string cursor, std::size_t limit,
                                WallTime now) override;

  Task<Result<std::optional<WallTime>>> last_heard(Partition partition, crypto::Fingerprint contact) override;
  Task<Result<std::optional<crypto::Fingerprint>>> phone_of(Partition partition,
                                                            crypto::Fingerprint user) override;

 private:
  template <class T, class Work>
  Task<Result<T>> submit(OperationQueue& queue, Work work);
  template <class T, class Work>
  Task<Result<T>> write(Work work) {
    return submit<T>(engine_.writes(), std::move(work));
  }
  template <class T, class Work>
  Task<Result<T>> read(Work work) {
    return submit<T>(engine_.reads(), std::move(work));
  }

  Engine& engine_;
  Scheduler& loop_;
  std::shared_ptr<LoopLink> link_;
  std::size_t in_flight_ = 0;
  bool stopped_ = false;
  std::optional<OneShot<bool>> idle_;
};

template <class T, class Work>
Task<Result<T>> SqliteStore::submit(OperationQueue& queue, Work work) {
  if (stopped_) co_return fail(ErrorCode::kUnavailable, "sqlite: the store is stopped");
  OneShot<Result<T>> done;
  auto operation = std::make_unique<TypedOperation<T, Work>>(link_, done, std::move(work));
  if (!queue.push(std::move(operation))) co_return fail(ErrorCode::kOverloaded, "sqlite: queue");
  ++in_flight_;
  Result<T> result = co_await done;
  if (--in_flight_ == 0 && idle_) idle_->set(true);
  co_return result;
}

Task<Result<void>> SqliteStore::probe(WallTime now) {
  const std::int64_t id = to_millis(now);
  const auto put = [id](Session& session) -> Result<bool> {
    Statement statement{*session.connection, "sqlite: probe", "INSERT OR REPLACE INTO probes VALUES(?1, ?1)"};
    return Query{statement, id}.execute() == 1;
  };
  const auto get = [id](Session& session) -> Result<bool> {
    Statement statement{*session.connection, "sqlite: probe", "SELECT 1 FROM probes WHERE id = ?"};
    return Query{statement, id}.step();
  };
  const auto expire = [id](Session& session) -> Result<bool> {
    Statement statement{*session.connection, "sqlite: probe", "DELETE FROM probes WHERE id <= ?"};
    return Query{statement, id}.execute() >= 1;
  };
  const auto written = co_await write<bool>(put);
  if (!written) co_return std::unexpected(written.error());
  const auto there = co_await read<bool>(get);
  if (!there) co_return std::unexpected(there.error());
  const auto expired = co_await write<bool>(expire);
  if (!expired) co_return std::unexpected(expired.error());
  if (!*written || !*there || !*expired) co_return fail(ErrorCode::kCorrupt, "sqlite: probe");
  co_return Result<void>{};
}

Task<Result<std::size_t>> SqliteStore::purge(WallTime now) {
  return write<std::size_t>(
      [now](Session& session) -> Result<std::size_t> { return sqlite::purge(session, now); });
}

Task<void> SqliteStore::stop(Deadline deadline) {
  stopped_ = true;
  if (in_flight_ != 0) {
    OneShot<bool> idle;
    idle_ = idle;
    const auto timer = loop_.call_at(deadline.at, [idle]() mutable { idle.set(false); });
    co_await idle;
    loop_.cancel(timer);
  }
  if (in_flight_ == 0) link_->close();
}

Task<Result<ClaimResult>> SqliteStore::claim(NewIntent intent, ClaimMode mode, Millis lease, Millis retention,
                                             WallTime now) {
  return write<ClaimResult>(
      [intent = std::move(intent), mode, lease, retention, now](Session& session) -> Result<ClaimResult> {
        return sqlite::claim(session, intent, mode, lease, retention, now);
      });
}

Task<Result<SettleResult>> SqliteStore::settle(Settlement settlement, Millis retention, WallTime now) {
  return write<SettleResult>([settlement = std::move(settlement), retention, now](Session& session) {
    return sqlite::settle(session, settlement, retention, now);
  });
}

Task<Result<DueBatch>> SqliteStore::take_due(Partition partition, std::size_t limit, DueRules rules,
                                             WallTime now) {
  return write<DueBatch>([=](Session& session) -> Result<DueBatch> {
    return sqlite::take_due(session, partition, limit, rules, now);
  });
}

Task<Result<std::optional<IntentRecord>>> SqliteStore::find(crypto::Fingerprint id_fingerprint,
                                                            std::vector<Partition> partitions, WallTime now) {
  using Found = std::optional<IntentRecord>;
  return read<Found>(
      [id_fingerprint, partitions = std::move(partitions), now](Session& session) -> Result<Found> {
        return sqlite::find(session, id_fingerprint, partitions, now);
      });
}

Task<Result<SettleOutcome>> SqliteStore::start_sending(Partition partition, IntentKey key,
                                                       std::uint64_t token) {
  return write<SettleOutcome>([=](Session& session) -> Result<SettleOutcome> {
    return sqlite::start_sending(session, partition, key, token);
  });
}

Task<Result<IntentRecord>> SqliteStore::command(Partition partition, IntentKey key, Command command,
                                                Millis retention, WallTime now) {
  return write<IntentRecord>(
      [=](Session& session) { return sqlite::command(session, partition, key, command, retention, now); });
}

Task<Result<StateCounts>> SqliteStore::count(Partition partition, WallTime now) {
  return read<StateCounts>(
      [=](Session& session) -> Result<StateCounts> { return sqlite::count(session, partition, now); });
}

Task<Result<IntentStore::ScanPage>> SqliteStore::scan(Partition partition, std::string cursor,
                                                      std::size_t limit) {
  return read<ScanPage>([partition, cursor = std::move(cursor), limit](Session& session) {
    return sqlite::scan(session, partition, cursor, limit);
  });
}

Task<Result<IntentStore::ScanPage>> SqliteStore::dead_letters(Partition partition, std::string cursor,
                                                              std::size_t limit) {
  return read<ScanPage>([partition, cursor = std::move(cursor), limit](Session& session) {
    return sqlite::dead_letters(session, partition, cursor, limit);
  });
}

Task<Result<std::vector<SenderPace>>> SqliteStore::senders(Partition partition, WallTime now) {
  using Paces = std::vector<SenderPace>;
  return read<Paces>(
      [=](Session& session) -> Result<Paces> { return sqlite::senders(session, partition, now); });
}

Task<Result<bool>> SqliteStore::resume(SenderId sender, WallTime now) {
  return write<bool>([sender = std::move(sender), now](Session& session) -> Result<bool> {
    return sqlite::resume(session, sender, now);
  });
}

Task<Result<bool>> SqliteStore::adopt_credential(SenderId sender, crypto::Fingerprint credential,
                                                 WallTime now) {
  return write<bool>([sender = std::move(sender), credential, now](Session& session) -> Result<bool> {
    return sqlite::adopt_credential(session, sender, credential, now);
  });
}

Task<Result<std::vector<Ingested>>> SqliteStore::ingest(Partition partition, std::vector<NewEvent> events,
                                                        EventRules rules, WallTime now) {
  using Answers = std::vector<Ingested>;
  return write<Answers>(
      [partition, events = std::move(events), rules, now](Session& session) -> Result<Answers> {
        return sqlite::ingest(session, partition, events, rules, now);
      });
}

Task<Result<EventPage>> SqliteStore::read_after(TenantId tenant, std::vector<Partition> partitions,
                                                EventCursor cursor, std::size_t limit) {
  return read<EventPage>(
      [tenant = std::move(tenant), partitions = std::move(partitions), cursor = std::move(cursor),
       limit](Session& session) { return sqlite::read_after(session, tenant, partitions, cursor, limit); });
}

Task<Result<std::vector<std::optional<Record>>>> SqliteStore::get(std::vector<RecordKey> keys, WallTime now) {
  using Found = std::vector<std::optional<Record>>;
  return read<Found>([keys = std::move(keys), now](Session& session) -> Result<Found> {
    Found found;
    for (const RecordKey& key : keys) found.push_back(session.records.load(key, now));
    return found;
  });
}

Task<Result<std::uint64_t>> SqliteStore::put(RecordKey key, crypto::SealedBlob value, std::uint64_t expected,
                                             std::optional<Millis> lifetime, WallTime now) {
  return write<std::uint64_t>([=, value = std::move(value)](Session& session) {
    return session.records.write(key, value, expected, lifetime, now);
  });
}

Task<Result<std::uint64_t>> SqliteStore::set(RecordKey key, crypto::SealedBlob value,
                                             std::optional<Millis> lifetime, WallTime now) {
  return write<std::uint64_t>([=, value = std::move(value)](Session& session) {
    return session.records.write(key, value, std::nullopt, lifetime, now);
  });
}

Task<Result<bool>> SqliteStore::erase(RecordKey key, WallTime now) {
  return write<bool>([=](Session& session) -> Result<bool> { return session.records.erase(key, now); });
}

Task<Result<RecordPage>> SqliteStore::list(Partition partition, RecordKind kind, std::string cursor,
                                           std::size_t limit, WallTime now) {
  return read<RecordPage>([=, cursor = std::move(cursor)](Session& session) {
    return list_records(session.records, partition, kind, cursor, limit, now);
  });
}

Task<Result<std::optional<WallTime>>> SqliteStore::last_heard(Partition partition,
                                                              crypto::Fingerprint contact) {
  using Heard = std::optional<WallTime>;
  return read<Heard>([partition, contact](Session& session) -> Result<Heard> {
    return session.contacts.last_heard(partition, contact);
  });
}

Task<Result<std::optional<crypto::Fingerprint>>> SqliteStore::phone_of(Partition partition,
                                                                       crypto::Fingerprint user) {
  using Found = std::optional<crypto::Fingerprint>;
  return read<Found>([partition, user](Session& session) -> Result<Found> {
    return session.contacts.phone_of(partition, user);
  });
}

}  // namespace

std::unique_ptr<Store> Engine::make_store(Scheduler& loop) {
  return std::make_unique<SqliteStore>(*this, loop);
}

}  // namespace wac::store::sqlite
