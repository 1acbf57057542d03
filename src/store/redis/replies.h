#pragma once
// What Redis answers, checked strictly: an error answer becomes an Error, a script's answer the value it
// means or kCorrupt.

#include "net/redis.h"
#include "store/event_log.h"
#include "store/intent_store.h"

#include <vector>

namespace wac::store::redis {

/// kUnavailable for error answers that say "not now, and nothing was done" (OOM, READONLY, LOADING, …; also
/// where Redis 6.2 wraps them as a script's error), kInternal for any other.
Error error_from(std::string_view error_answer);

/// `made`: the record that a new claim stands for when nothing holds it.
Result<ClaimResult> claim_from(const net::RedisReply& answer, IntentRecord made);
/// `wanted`: for a stale settlement of an intent that is not known (any more).
Result<SettleResult> settle_from(const net::RedisReply& answer, IntentState wanted);
Result<DueBatch> due_from(const net::RedisReply& answer);
/// kNotFound and kConflict as IntentStore::command() has them.
Result<IntentRecord> command_from(const net::RedisReply& answer, const IntentKey& key);
/// The answer for one item.
Result<Ingested> single_ingested(const net::RedisReply& answer);
/// Appends the answers for exactly `items` items.
Result<void> append_ingested(const net::RedisReply& answer, std::size_t items, std::vector<Ingested>& out);
/// From ZCARD, ZCOUNT and ZRANGE 0 0 WITHSCORES of each open state's queue, in order of states.
Result<StateCounts> counts_from(const std::vector<net::RedisReply>& answers);

}  // namespace wac::store::redis
