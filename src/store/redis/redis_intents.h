#pragma once
// Intents in Redis. Contract: store/intent_store.h; each decision is one script of this folder.

#include "store/intent_store.h"
#include "store/redis/script_groups.h"
#include "store/redis/scripts.h"
#include "store/redis/session.h"

namespace wac::store::redis {

/// `session` and `scripts` outlive it.
class RedisIntents final : public IntentStore {
 public:
  RedisIntents(Session& session, const Scripts& scripts)
      : session_(session),
        scripts_(scripts),
        claims_(session, scripts.claim),
        settlements_(session, scripts.settle) {}

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

 private:
  Task<Result<std::optional<IntentRecord>>> read(Partition partition, IntentKey key);
  /// Says of a waiting intent what it waits for now.
  Task<Result<void>> look_at_gates(Partition partition, IntentRecord& record, WallTime now);

  Session& session_;
  const Scripts& scripts_;
  ScriptGroups claims_;
  ScriptGroups settlements_;
};

}  // namespace wac::store::redis
