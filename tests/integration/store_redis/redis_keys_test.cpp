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
  EXPECT_THAT(lines(lua(kinds)),
              ::testing::UnorderedElementsAre("i:16", "s:16", "n:16", "w:16", "o:16", "d:16", "q00", "q10",
                                              "q20", "q30", "e:6", "v:9", "r:9", "h:9", "g:9", "y:6", "P:16",
                                              "L:16", "sn0", "ss0", "xq0", "dl0"));
}

TEST_P(RedisKeysTest, AFallbackThatWasAnErrorCodeOfFormat1IsReadAsWhatItWas) {
  const NewIntent made = intent();
  Settlement sent = settlement(claim_new(made, ClaimMode::kSendNow, at(0)), IntentState::kSent);
  sent.error_code = 4'000'000'100;
  settle(sent, at(1));
  EXPECT_EQ(found(made).error_code, 0U);
  EXPECT_TRUE(found(made).alternative);
}

TEST_P(RedisKeysTest, TheFormatIsWrittenAtTheFirstStartAndCheckedAtEveryOther) {
  const auto check = [&] { return run<Result<void>>([&] { return store().check_format(); }); };
  EXPECT_TRUE(check());
  EXPECT_EQ(server().cli({"GET", "wac:format"}), "2");
  EXPECT_TRUE(check());
  server().cli({"SET", "wac:format", "1"});
  EXPECT_TRUE(check()) << "an older one is read as it is";
  EXPECT_EQ(server().cli({"GET", "wac:format"}), "2");
  for (const std::string& theirs : {"3", "x", ""}) {
    server().cli({"SET", "wac:format", theirs});
    const auto refused = check();
    ASSERT_FALSE(refused) << theirs;
    EXPECT_EQ(refused.error().code, ErrorCode::kInvalid);
    EXPECT_EQ(server().cli({"GET", "wac:format"}), theirs) << "what is newer is left alone";
  }
}

TEST_P(RedisKeysTest, WebhooksThatOneInstanceTurnedAwayBindTheOthersForAsLongAsTheyMatter) {
  NewIntent made = intent();
  made.on_unknown = OnUnknown::kResend;
  const IntentRecord sending = claim_new(made, ClaimMode::kSendNow, at(0));
  settle(settlement(sending, IntentState::kUnknown), at(0));
  DueRules interrupted;
  interrupted.unknown_window = Millis{60'000};
  interrupted.silence_from = at(1);
  EXPECT_TRUE(take_due(at(1), interrupted).items.empty());
  const std::string key = prefix() + "sf";
  const long kept = std::stol(server().cli({"PTTL", key}));
  // Who is asked at the end of the window must still know of it, and who waits longer for its sender, too.
  EXPECT_GT(kept, 60'000);
  EXPECT_LE(kept, interrupted.max_age.count() + 1);
  ingest_one(status(intent(), 1, IntentState::kSent), at(2));
  DueRules other = interrupted;
  other.silence_from = at(0);
  EXPECT_TRUE(take_due(at(60'000), other).items.empty());
  EXPECT_EQ(take_one(DueAction::kResend, at(60'001), other).key, made.key);
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
      "local kept = string.find('qrhgL', kind) or key == prefix .. 'sn' or key == prefix .. 'ss' or "
      "key == prefix .. 'xq' or (kind == 'P' and redis.call('HEXISTS', key, 'h') == 1) "
      "if not kept and not open then out[#out + 1] = kind end end end return out";
  EXPECT_EQ(lua(eternal), "");
  EXPECT_EQ(count(at(10)).by_state[2], 2U);
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
  const std::string kept =
      "local n = 0 for _, key in ipairs(redis.call('KEYS', '" + prefix() +
      "s:*')) do "
      "local state = redis.call('HGET', '" +
      prefix() +
      "i:' .. string.sub(key, -16), 's') "
      "if tonumber(state) >= 10 and state ~= '23' and string.find(redis.call('GET', key), '^sealed') then "
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
  longest.recipient = fingerprint();
  longest.priority = Priority::kHigh;
  partition_ = Partition::of(longest.sender);
  Settlement retry = settlement(claim_new(longest, ClaimMode::kSendNow, at(0)), IntentState::kRetryWait);
  retry.counts = false;
  retry.signal = signal(PaceSignal::Kind::kPairThrottled);
  settle(retry, at(1));
  Settlement sent = settlement(take_one(DueAction::kSend, at(5'000)), IntentState::kSent);
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

TEST_P(RedisKeysTest, APacedMessageTakesTwoScriptsAndNoLane) {
  limits_ = {80, 80, Millis{6'000}, 45, 20};
  bring_to(message(), IntentState::kSent);
  const NewIntent made = message();
  server().cli({"CONFIG", "RESETSTAT"});
  const IntentRecord sending = send(made, at(100));
  end(sending, IntentState::kSent, at(101), signal(PaceSignal::Kind::kAnswered));
  EXPECT_EQ(calls("evalsha"), 2);
  EXPECT_EQ(calls("zadd"), 1);  // the queue of sending
  EXPECT_EQ(lua("return #redis.call('KEYS', '" + prefix() + "L:*')"), "0");
  EXPECT_NE(lua("return redis.call('PTTL', redis.call('KEYS', '" + prefix() + "P:*')[1])"), "-1");
}

TEST_P(RedisKeysTest, ARecipientIsForgottenUnlessSomebodyHasItsTurn) {
  limits_.pair_interval = Millis{6'000};
  limits_.pair_burst = 45;
  NewIntent resent = message();
  resent.on_unknown = OnUnknown::kResend;
  const std::string left = "return redis.call('PTTL', redis.call('KEYS', '" + prefix() + "P:*')[1])";
  end(send(resent, at(0)), IntentState::kUnknown, at(1));
  EXPECT_NE(lua(left), "-1");
  lua("return redis.call('DEL', redis.call('KEYS', '" + prefix() + "P:*')[1])");
  ingest_one(status(intent(), 1, IntentState::kDelivered), at(2));
  const IntentRecord again = take_one(DueAction::kResend, at(3));
  EXPECT_NE(lua(left), "-1");
  end(again, IntentState::kRetryWait, at(4), signal(PaceSignal::Kind::kPairThrottled));
  EXPECT_EQ(lua(left), "-1");
}

TEST_P(RedisKeysTest, AMessageCostsTheSameHoweverManyWait) {
  limits_ = {1'000, 0, Millis{6'000}, 45, 20};
  const auto crowded = fingerprint();
  send(message(crowded), at(0));
  claim_new(message(crowded), ClaimMode::kQueue, at(0));
  claim_new(message(), ClaimMode::kQueue, at(0));
  const auto cost = [this](WallTime now) {
    server().cli({"CONFIG", "RESETSTAT"});
    claim_new(message(), ClaimMode::kQueue, now);
    const DueBatch batch = take_due(now, {}, 1);
    EXPECT_EQ(batch.items.size(), 1U);
    for (const auto& item : batch.items) {
      end(item.record, IntentState::kSent, now, signal(PaceSignal::Kind::kAnswered));
    }
    return all_calls();
  };
  const int alone = cost(at(100));
  // 50 000 more of the same sender, and as many behind one recipient.
  const std::string crowd =
      "local p = '" + prefix() + "' local q = p .. 'r:" + std::string{sender_.str()} +
      "' local lane = redis.call('KEYS', p .. 'L:*')[1] "
      "local some = redis.call('ZRANGE', q, 0, 0)[1] local fields = redis.call('HGETALL', p .. 'i:' .. some) "
      "for n = 1, 50000 do local key = string.format('%016d', n) "
      "local pair = string.format('%016d', 700000 + n) redis.call('HSET', p .. 'P:' .. pair, 'h', key) "
      "redis.call('HSET', p .. 'i:' .. key, unpack(fields)) redis.call('HSET', p .. 'i:' .. key, 'r', pair) "
      "redis.call('SET', p .. 's:' .. key, 'sealed') "
      "redis.call('ZADD', p .. 'q0', 1, key) redis.call('ZADD', q, 1, key) "
      "redis.call('ZADD', lane, 1000 + n, string.format('%016d', 500000 + n)) end return redis.call('ZCARD', "
      "q)";
  EXPECT_NE(lua(crowd), "");
  EXPECT_GT(count(at(200)).by_state[0], 50'000U);
  EXPECT_LE(cost(at(200)), alone);
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

TEST_P(RedisKeysTest, TheContactsOfAWebhookTakeOneCommandAndAPhoneKeyForEachUserId) {
  const auto touched = [this](store::ContactTouch touch) {
    NewEvent made = event();
    made.touches = {touch};
    return made;
  };
  ingest_one(touched({fingerprint(), std::nullopt, at(0)}), at(1));
  server().cli({"CONFIG", "RESETSTAT"});
  std::vector<NewEvent> events;
  for (int n = 0; n < 100; ++n) events.push_back(touched({fingerprint(), std::nullopt, at(0)}));
  ingest(events, at(1));
  EXPECT_EQ(calls("evalsha"), 1) << "together with the events";
  EXPECT_EQ(calls("zadd"), 1);
  EXPECT_EQ(calls("zremrangebyscore"), 0) << "old ones are dropped now and then, not every time";
  EXPECT_EQ(calls("set"), 100) << "the marks of the events";
  ingest_one(touched({fingerprint(), fingerprint(), at(0)}), at(1));
  EXPECT_EQ(calls("set"), 102);
  EXPECT_EQ(lua("local n = 0 for _, key in ipairs(redis.call('KEYS', '" + prefix() +
                "a:*')) do if redis.call('PTTL', key) > 0 then n = n + 1 end end return n"),
            "1");
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
  EXPECT_EQ(take_due(at(1'000'000)).items.size(), 6U);
  EXPECT_FALSE(read("")->events.empty());
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
