#include "store/redis/redis_store.h"

#include "base/encoding.h"
#include "store/redis/format.h"
#include "store/redis/keys.h"
#include "store/redis/redis_contacts.h"
#include "store/redis/redis_events.h"
#include "store/redis/redis_intents.h"
#include "store/redis/redis_records.h"

namespace wac::store::redis {
namespace {

constexpr Millis kProbeTime{10'000};

/// 128 random bits in hex: names a probe and is its value.
std::string probe_token(Random& random) {
  std::array<std::uint8_t, 16> bytes{};
  random.fill(bytes);
  return to_hex(bytes);
}

class RedisStore final : public Store {
 public:
  RedisStore(net::RedisClient& client, Scheduler& loop)
      : session_(client, loop),
        intents_(session_, scripts_),
        events_(session_, loop, scripts_),
        records_(session_, scripts_),
        contacts_(session_),
        random_(make_system_random()) {}

  IntentStore& intents() override { return intents_; }
  EventLog& events() override { return events_; }
  KeyedRecords& records() override { return records_; }
  ContactLog& contacts() override { return contacts_; }
  bool healthy() const override { return session_.healthy(); }
  std::string_view engine() const override { return "redis"; }

  Task<Result<void>> check_format() override { co_return co_await redis::check_format(session_); }
  Task<Result<void>> probe(WallTime /*now*/) override;

  /// Redis forgets by itself.
  Task<Result<std::size_t>> purge(WallTime /*now*/) override { co_return std::size_t{0}; }

  Task<void> stop(Deadline deadline) override { co_await session_.stop(deadline); }

 private:
  Scripts scripts_;
  Session session_;
  RedisIntents intents_;
  RedisEvents events_;
  RedisRecords records_;
  RedisContacts contacts_;
  std::unique_ptr<Random> random_;
};

Task<Result<void>> RedisStore::probe(WallTime /*now*/) {
  const std::string token = probe_token(*random_);
  std::vector<net::RedisCommand> commands;
  // A cluster is as well as the worst of the servers that hold something of ours.
  for (const std::string& key : session_.client().one_per_server(key_of_each_partition("probe:" + token))) {
    commands.emplace_back("SET").arg(key).arg(token).arg("PX").arg(kProbeTime.count());
    commands.emplace_back("GET").arg(key);
    commands.emplace_back("PTTL").arg(key);
  }
  auto answers = co_await session_.run_all(std::move(commands));
  if (!answers) co_return std::unexpected(answers.error());
  for (std::size_t at = 0; at + 3 <= answers->size(); at += 3) {
    if ((*answers)[at + 1].text() != token)
      co_return fail(ErrorCode::kCorrupt, "redis: a probe reads back differently");
    const std::int64_t left = (*answers)[at + 2].integer();
    if (left <= 0 || left > kProbeTime.count())
      co_return fail(ErrorCode::kCorrupt, "redis: a probe does not expire");
  }
  co_return Result<void>{};
}

}  // namespace

std::unique_ptr<Store> make_redis_store(net::RedisClient& client, Scheduler& loop) {
  return std::make_unique<RedisStore>(client, loop);
}

}  // namespace wac::store::redis
