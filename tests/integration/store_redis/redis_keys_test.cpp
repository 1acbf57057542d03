// What the engine leaves in Redis: names, forms, times to live, and how many commands it took.

#include "integration/store_redis/redis_fixture.h"

#include <gmock/gmock.h>

#include <set>
#include <sstream>

namespace wac::testing {
namespace {

using RedisKeysTest = RedisStoreTest;

std::set<std::string> lines(const std::string& text) {
  std::set<std::string> all;
  std::istringstream in{text};
  for (std::string line; std::getline(in, line);) all.insert(line);
  return all;
}

TEST_P(RedisKeysTest, EveryKeyBeginsWithThePartitionAndNamesAKind) {
  live_a_little();
  // The kind, and how long what follows it is.
  const std::string kinds =
      "local out = {} for _, key in ipairs(redis.call('KEYS', '*')) do "
      "local prefix = '" +
      prefix() +
      "' "
      "if string.sub(key, 1, #prefix) ~= prefix then out[#out + 1] = 'foreign' else "
      "local kind = string.sub(key, #prefix + 1, #prefix + 2) "
      "out[#out + 1] = kind .. (#key - #prefix - 2) end end return out";
  EXPECT_THAT(lines(lua(kinds)), ::testing::IsSubsetOf({"i:16", "s:16", "n:16", "w:16", "d:16", "q00", "q10",
                                                        "q20", "q30", "e:6", "v:9", "q0", "q1", "q2", "q3"}));
}

TEST_P(RedisKeysTest, OnlySealedBlobsAreKeptAsTheyCome) {
  live_a_little();
  // The tests' blobs all begin with these words; a field or a key that holds one holds what it must not.
  const std::string leaks =
      "local out = {} for _, key in ipairs(redis.call('KEYS', '*')) do local texts = {key} "
      "local kind = redis.call('TYPE', key).ok "
      "if kind == 'hash' then texts = redis.call('HGETALL', key) texts[#texts + 1] = key end "
      "if kind == 'zset' then texts = redis.call('ZRANGE', key, 0, -1) end "
      "for _, text in ipairs(texts) do if string.find(text, 'sealed') or string.find(text, 'wamid') then "
      "out[#out + 1] = key end end end return #out";
  EXPECT_EQ(lua(leaks), "0");
  const std::string sealed = "local n = 0 for _, key in ipairs(redis.call('KEYS', '" + prefix() +
                             "s:*')) do "
                             "if string.find(redis.call('GET', key), '^sealed') or "
                             "string.find(redis.call('GET', key), '^wamid') then "
                             "n = n + 1 end end return n";
  EXPECT_NE(lua(sealed), "0");
}

TEST_P(RedisKeysTest, OnlyOpenIntentsAndTheirQueuesLiveForEver) {
  live_a_little();
  const std::string eternal =
      "local out = {} for _, key in ipairs(redis.call('KEYS', '*')) do if redis.call('PTTL', key) == -1 then "
      "local prefix = '" +
      prefix() +
      "' "
      "local kind, name = string.sub(key, #prefix + 1, #prefix + 1), string.sub(key, #prefix + 3) "
      "if kind == 'n' then name = redis.call('GET', key) end "
      "local open = false for state = 0, 3 do "
      "open = open or redis.call('ZSCORE', prefix .. 'q' .. state, name) end "
      "if kind ~= 'q' and not open then out[#out + 1] = kind end end end return out";
  EXPECT_EQ(lua(eternal), "");
  EXPECT_EQ(count(at(10)).by_state[2], 1U);
}

TEST_P(RedisKeysTest, WhatIsOpenHasNoTimeToLive) {
  live_a_little();
  const std::string mortal =
      "local n = 0 for state = 0, 3 do "
      "for _, key in ipairs(redis.call('ZRANGE', '" +
      prefix() +
      "q' .. state, 0, -1)) do "
      "for _, kind in ipairs({'i:', 's:'}) do "
      "if redis.call('PTTL', '" +
      prefix() + "' .. kind .. key) ~= -1 then n = n + 1 end end end end return n";
  EXPECT_EQ(lua(mortal), "0");
}

TEST_P(RedisKeysTest, PayloadsOfFinalIntentsAreGone) {
  live_a_little();
  const std::string kept = "local n = 0 for _, key in ipairs(redis.call('KEYS', '" + prefix() +
                           "s:*')) do "
                           "local state = redis.call('HGET', '" +
                           prefix() +
                           "i:' .. string.sub(key, -16), 's') "
                           "if tonumber(state) >= 10 and string.find(redis.call('GET', key), '^sealed') then "
                           "n = n + 1 end end return n";
  EXPECT_EQ(lua(kept), "0");
}

TEST_P(RedisKeysTest, AnIntentIsOneCompactListpack) {
  NewIntent longest = intent();
  longest.tenant = *TenantId::parse(std::string(64, 't'));
  longest.correlation = *CorrelationId::parse(std::string(128, 'c'));
  longest.sender = *SenderId::parse("12345678901234567890");
  longest.on_unknown = OnUnknown::kResend;
  longest.expires_at = at(86'400'000);
  longest.due = at(5);
  partition_ = Partition::of(longest.sender);
  Settlement retry = settlement(claim_new(longest, ClaimMode::kSendNow, at(0)), IntentState::kRetryWait);
  settle(retry, at(1));
  Settlement sent = settlement(take_one(DueAction::kSend, at(10)), IntentState::kSent);
  settle(sent, at(11));
  for (const IntentState state : {IntentState::kDelivered, IntentState::kRead, IntentState::kPlayed}) {
    ingest_one(status(longest, 2, state), at(12));
  }
  const std::string encoding = "return redis.call('OBJECT', 'ENCODING', redis.call('KEYS', 'wac:*:i:*')[1])";
  EXPECT_EQ(lua(encoding), "listpack");
  EXPECT_EQ(found(longest).correlation, longest.correlation);
}

TEST_P(RedisKeysTest, AMessageTakesTwoScripts) {
  // Loads the scripts.
  bring_to(intent(), IntentState::kSent);
  server().cli({"CONFIG", "RESETSTAT"});
  const IntentRecord sending = claim_new(intent(), ClaimMode::kSendNow, at(0));
  settle(settlement(sending, IntentState::kSent), at(1));
  EXPECT_EQ(calls("evalsha"), 2);
  EXPECT_EQ(calls("eval"), 0);
  EXPECT_EQ(calls("hset"), 2);
}

TEST_P(RedisKeysTest, AWebhookOfAThousandItemsTakesFourScripts) {
  ingest_one(event(), at(0));
  server().cli({"CONFIG", "RESETSTAT"});
  std::vector<NewEvent> events;
  for (int n = 0; n < 1'000; ++n) events.push_back(event());
  const auto ingested = ingest(events, at(1));
  EXPECT_EQ(ingested.size(), 1'000U);
  EXPECT_TRUE(std::ranges::all_of(ingested, &Ingested::appended));
  EXPECT_EQ(calls("evalsha"), 4);
  EXPECT_EQ(calls("xadd"), 1'000);
  EXPECT_EQ(calls("xrevrange"), 4);
}

TEST_P(RedisKeysTest, AnIdleStoreSendsNothing) {
  bring_to(intent(), IntentState::kSent);
  server().cli({"CONFIG", "RESETSTAT"});
  // Time for whatever a store could do by itself: a few turns of its loop.
  for (int n = 0; n < 50; ++n) thread_->on_loop([] {});
  EXPECT_FALSE(
      eventually([this] { return calls("evalsha") + calls("ping") + calls("get") > 0; }, Millis{100}));
}

INSTANTIATE_TEST_SUITE_P(Redis, RedisKeysTest, ::testing::Values(EngineFactory{"plain", make_plain_redis}),
                         engine_name);

using RedisClusterTest = RedisStoreTest;

TEST_P(RedisClusterTest, EveryScriptStaysInItsPartitionsSlot) {
  live_a_little();
  EXPECT_EQ(take_due(at(1'000'000)).items.size(), 4U);
  EXPECT_FALSE(read("")->events.empty());
  EXPECT_TRUE(run<Result<void>>([this] { return store().probe(at(0)); }));
  // This is what a script that strays would meet.
  EXPECT_THAT(
      server().cli({"EVAL", "redis.call('SET', KEYS[1], 1) return redis.call('SET', 'wac:{p01}:x', 1)", "1",
                    "wac:{p00}:x"}),
      ::testing::HasSubstr("non local key"));
}

INSTANTIATE_TEST_SUITE_P(Redis, RedisClusterTest,
                         ::testing::Values(EngineFactory{"cluster", make_cluster_redis}), engine_name);

}  // namespace
}  // namespace wac::testing
