#include "store/redis/redis_intents.h"

#include "store/redis/calls.h"
#include "store/redis/keys.h"
#include "store/redis/record.h"
#include "store/redis/replies.h"
#include "store/redis/scan_cursor.h"
#include "store/rules.h"

#include <algorithm>

namespace wac::store::redis {
namespace {

using net::RedisCommand;
using net::RedisReply;

/// What one script may decide about: a Redis that runs it serves nobody else meanwhile.
constexpr std::size_t kDuePerScript = 250;
/// SCAN steps of one scan() call, and keys looked at per step: a bounded share of Redis' time.
constexpr int kScanSteps = 16;
constexpr std::size_t kScanCount = 512;

constexpr std::array kOpenStates{IntentState::kAccepted, IntentState::kRetryWait, IntentState::kSending,
                                 IntentState::kUnknown};

bool may_settle_with(IntentState state) {
  switch (state) {
    case IntentState::kSent:
    case IntentState::kFailed:
    case IntentState::kRetryWait:
    case IntentState::kUnknown:
    case IntentState::kDead:
    case IntentState::kExpired:
      return true;
    default:
      return false;
  }
}

}  // namespace

Task<Result<ClaimResult>> RedisIntents::claim(NewIntent intent, ClaimMode mode, Millis lease,
                                              Millis retention, WallTime now) {
  IntentRecord record = record_when_free(intent, mode, lease, now);
  GroupedCall call = claim_call(intent, record, mode, lease, retention, now);
  auto answer = co_await claims_.run(std::move(call.key), std::move(call.common), std::move(call.item));
  if (!answer) co_return std::unexpected(answer.error());
  auto result = claim_from(*answer, std::move(record));
  if (result && result->outcome == ClaimOutcome::kDuplicate && is_same_claim(intent, result->record)) {
    result->outcome = ClaimOutcome::kNew;
  }
  co_return result;
}

Task<Result<SettleResult>> RedisIntents::settle(Settlement settlement, Millis retention, WallTime now) {
  if (!may_settle_with(settlement.state))
    co_return fail(ErrorCode::kInvalid, "store: not a state to settle with");
  const IntentState wanted = settlement.state;
  GroupedCall call = settle_call(settlement, retention, now);
  auto answer = co_await settlements_.run(std::move(call.key), std::move(call.common), std::move(call.item));
  if (!answer) co_return std::unexpected(answer.error());
  co_return settle_from(*answer, wanted);
}

Task<Result<SettleOutcome>> RedisIntents::start_sending(Partition partition, IntentKey key,
                                                        std::uint64_t token) {
  Session::Call call;
  call.keys = {intent_key(partition_prefix(partition), key)};
  call.args = {std::to_string(token)};
  const auto answer = co_await session_.eval(scripts_.start_sending, std::move(call));
  if (!answer) co_return std::unexpected(answer.error());
  if (answer->kind() != RedisReply::Kind::kInteger)
    co_return fail(ErrorCode::kCorrupt, "redis: answer of start_sending");
  co_return answer->integer() == 1 ? SettleOutcome::kApplied : SettleOutcome::kStaleToken;
}

Task<Result<DueBatch>> RedisIntents::take_due(Partition partition, std::size_t limit, DueRules rules,
                                              WallTime now) {
  Session::Call call = take_due_call(partition, std::min(limit, kDuePerScript), rules, now);
  auto answer = co_await session_.eval(scripts_.take_due, std::move(call));
  if (!answer) co_return std::unexpected(answer.error());
  co_return due_from(*answer);
}

Task<Result<std::optional<IntentRecord>>> RedisIntents::find(crypto::Fingerprint id_fingerprint,
                                                             std::vector<Partition> partitions,
                                                             WallTime now) {
  std::vector<RedisCommand> commands;
  commands.reserve(partitions.size());
  for (const Partition partition : partitions) {
    commands.emplace_back("GET").arg(id_key(partition_prefix(partition), id_fingerprint));
  }
  auto answers = co_await session_.run_all(std::move(commands));
  if (!answers) co_return std::unexpected(answers.error());
  for (std::size_t at = 0; at < partitions.size(); ++at) {
    const RedisReply& owner = (*answers)[at];
    if (owner.is_nil()) continue;
    const auto key = crypto::Fingerprint::from_raw(owner.text());
    if (!key) co_return fail(ErrorCode::kCorrupt, "redis: index of intent ids");
    auto record = co_await read(partitions[at], *key);
    if (record && !*record) continue;
    if (record) {
      const auto looked = co_await look_at_gates(partitions[at], **record, now);
      if (!looked) co_return std::unexpected(looked.error());
    }
    co_return record;
  }
  co_return std::nullopt;
}

Task<Result<std::optional<IntentRecord>>> RedisIntents::read(Partition partition, IntentKey key) {
  const std::string prefix = partition_prefix(partition);
  std::vector<RedisCommand> commands;
  commands.emplace_back("HGETALL").arg(intent_key(prefix, key));
  commands.emplace_back("GET").arg(sealed_key(prefix, key));
  auto answers = co_await session_.run_all(std::move(commands));
  if (!answers) co_return std::unexpected(answers.error());
  const RedisReply& fields = answers->front();
  if (fields.size() == 0) co_return std::nullopt;
  auto record = record_from(key, fields);
  if (!record) co_return std::unexpected(record.error());
  if (holds_wamid(fields)) record->wamid.bytes = answers->back().text();
  co_return std::optional{std::move(*record)};
}

Task<Result<IntentRecord>> RedisIntents::command(Partition partition, IntentKey key, Command command,
                                                 Millis retention, WallTime now) {
  Session::Call call = command_call(partition, key, command, retention, now);
  auto answer = co_await session_.eval(scripts_.command, std::move(call));
  if (!answer) co_return std::unexpected(answer.error());
  co_return command_from(*answer, key);
}

Task<Result<StateCounts>> RedisIntents::count(Partition partition, WallTime now) {
  const std::string prefix = partition_prefix(partition);
  std::vector<RedisCommand> commands;
  for (const IntentState state : kOpenStates) {
    const std::string queue = queue_key(prefix, state);
    commands.emplace_back("ZCARD").arg(queue);
    commands.emplace_back("ZCOUNT").arg(queue).arg("-inf").arg(to_millis(now));
    commands.emplace_back("ZRANGE").arg(queue).arg(std::int64_t{0}).arg(std::int64_t{0}).arg("WITHSCORES");
  }
  auto answers = co_await session_.run_all(std::move(commands));
  if (!answers) co_return std::unexpected(answers.error());
  co_return counts_from(*answers);
}

Task<Result<IntentStore::ScanPage>> RedisIntents::scan(Partition partition, std::string cursor,
                                                       std::size_t limit) {
  auto position = ScanCursor::parse(cursor);
  if (!position) co_return std::unexpected(position.error());
  const std::string prefix = partition_prefix(partition);
  const std::string keys = prefix + "i:";
  const std::size_t wanted = std::max<std::size_t>(limit, 1);
  for (int step = 0; step < kScanSteps && position->keys.size() < wanted && !position->at_end(); ++step) {
    Session::Call call;
    call.keys = {keys};
    call.args = {std::to_string(position->next), position->server, keys + "*", std::to_string(kScanCount)};
    const auto answer = co_await session_.eval(scripts_.scan, call);
    if (!answer) co_return std::unexpected(answer.error());
    if (!position->add(*answer, keys.size())) co_return fail(ErrorCode::kCorrupt, "redis: answer of SCAN");
  }

  const std::vector<IntentKey> page_keys = position->take(wanted);
  std::vector<RedisCommand> commands;
  for (const IntentKey& key : page_keys) commands.emplace_back("HGETALL").arg(intent_key(prefix, key));
  auto answers = co_await session_.run_all(std::move(commands));
  if (!answers) co_return std::unexpected(answers.error());
  ScanPage page{.records = {}, .cursor = position->text()};
  for (std::size_t at = 0; at < page_keys.size(); ++at) {
    if ((*answers)[at].size() == 0) continue;
    auto record = record_from(page_keys[at], (*answers)[at]);
    if (!record) co_return std::unexpected(record.error());
    page.records.push_back(std::move(*record));
  }
  co_return page;
}

}  // namespace wac::store::redis
