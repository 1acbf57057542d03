#include "store/redis/replies.h"

#include "unit/store_redis/literal_reply.h"

#include <gtest/gtest.h>

namespace wac::store::redis {
namespace {

using testing::array;
using testing::bulk;
using testing::integer;
using testing::reply;
using testing::texts;

const std::string kRaw = "0123456789abcdef";

std::string fields(std::string_view state) {
  return texts({"s", std::string{state}, "a", "1", "k", "1", "d", "1790000030000", "b", "body-fingerprint",
                "n", "1790000000000"});
}

IntentRecord made() {
  IntentRecord record;
  record.key = IntentKey::from_raw(kRaw).value();
  record.token = 1;
  return record;
}

TEST(ErrorAnswer, IsUnavailableWhenRedisCannotTakeTheCommandNow) {
  for (const std::string_view text :
       {"OOM command not allowed when used memory > 'maxmemory'.",
        "READONLY You can't write against a read only replica.",
        "LOADING Redis is loading the dataset in memory", "MASTERDOWN Link with MASTER is down",
        "NOREPLICAS Not enough good replicas to write.", "CLUSTERDOWN The cluster is down",
        "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.",
        "BUSY Redis is busy running a script.", "TRYAGAIN Multiple keys request during rehashing of slot",
        "MOVED 3999 127.0.0.1:6381", "ASK 3999 127.0.0.1:6381",
        "ERR Error running script (call to f_5f2b): @user_script:12: @user_script: 12: -OOM command not "
        "allowed when",
        "ERR Error running script (call to f_5f2b): @user_script:7: @user_script: 7: -READONLY You can't "
        "write"}) {
    EXPECT_EQ(error_from(text).code, ErrorCode::kUnavailable) << text;
  }
}

TEST(ErrorAnswer, IsABugWhenNothingElseExplainsIt) {
  for (const std::string_view text :
       {"ERR unknown command", "WRONGTYPE Operation against a key", "ERR wrong number of arguments", "",
        "OOMPH x", "ERR Error running script (call to f_5f2b): @user_script:12: attempt to index nil",
        "ERR no such key: -OOM "}) {
    EXPECT_EQ(error_from(text).code, ErrorCode::kInternal) << text;
  }
}

TEST(ClaimAnswer, OfANewIntentIsWhatWasMade) {
  const auto result = claim_from(reply(texts({"new"})), made());
  ASSERT_TRUE(result);
  EXPECT_EQ(result->outcome, ClaimOutcome::kNew);
  EXPECT_EQ(result->record.token, 1U);
}

TEST(ClaimAnswer, OfAHeldIntentIsAcceptedOrRefused) {
  IntentRecord sending = made();
  sending.state = IntentState::kSending;
  sending.attempt = 1;
  const auto held = claim_from(reply(texts({"waits", "1790000030000", "3"})), sending);
  ASSERT_TRUE(held);
  EXPECT_EQ(held->outcome, ClaimOutcome::kNew);
  EXPECT_EQ(held->record.state, IntentState::kAccepted);
  EXPECT_EQ(held->record.attempt, 0U);
  EXPECT_EQ(held->record.token, 0U);
  EXPECT_EQ(held->record.hold, Hold::kSenderPace);
  EXPECT_EQ(held->record.due, from_millis(1'790'000'030'000));
  const auto refused = claim_from(reply(texts({"refused", "1790000030000", "5"})), sending);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->outcome, ClaimOutcome::kRefused);
  EXPECT_EQ(refused->record.hold, Hold::kBreaker);
  EXPECT_FALSE(claim_from(reply(texts({"waits", "1790000030000", "7"})), sending));
  EXPECT_FALSE(claim_from(reply(texts({"waits", "soon", "1"})), sending));
  EXPECT_FALSE(claim_from(reply(texts({"else", "1790000030000", "1"})), sending));
}

TEST(ClaimAnswer, OfAKnownIntentCarriesItsRecord) {
  const std::pair<std::string, ClaimOutcome> outcomes[]{{"known", ClaimOutcome::kDuplicate},
                                                        {"body", ClaimOutcome::kBodyConflict},
                                                        {"id", ClaimOutcome::kIdConflict}};
  for (const auto& [word, outcome] : outcomes) {
    const auto result = claim_from(
        reply(array({bulk(word), bulk("fedcba9876543210"), fields("11"), bulk("sealed id")})), made());
    ASSERT_TRUE(result) << word;
    EXPECT_EQ(result->outcome, outcome);
    EXPECT_EQ(result->record.key.raw(), "fedcba9876543210");
    EXPECT_EQ(result->record.state, IntentState::kDelivered);
    EXPECT_EQ(result->record.wamid.bytes, "sealed id");
  }
}

TEST(ClaimAnswer, OfAnotherShapeIsCorrupt) {
  for (const std::string& resp : {integer(1), texts({}), texts({"known"}), texts({"new", "x"}), bulk("new"),
                                  array({bulk("known"), bulk("short"), fields("11"), bulk("")}),
                                  array({bulk("other"), bulk(kRaw), fields("11"), bulk("")}),
                                  array({bulk("known"), bulk(kRaw), fields("99"), bulk("")})}) {
    const auto result = claim_from(reply(resp), made());
    ASSERT_FALSE(result) << resp;
    EXPECT_EQ(result.error().code, ErrorCode::kCorrupt);
  }
}

TEST(SettleAnswer, SaysHowTheIntentStands) {
  const auto applied = settle_from(reply(texts({"applied", "12"})), IntentState::kSent);
  ASSERT_TRUE(applied);
  EXPECT_EQ(applied->outcome, SettleOutcome::kApplied);
  EXPECT_EQ(applied->state, IntentState::kRead);
  const auto stale = settle_from(reply(texts({"stale", "3"})), IntentState::kSent);
  ASSERT_TRUE(stale);
  EXPECT_EQ(stale->outcome, SettleOutcome::kStaleToken);
  EXPECT_EQ(stale->state, IntentState::kUnknown);
  const auto gone = settle_from(reply(texts({"stale", ""})), IntentState::kFailed);
  ASSERT_TRUE(gone);
  EXPECT_EQ(gone->outcome, SettleOutcome::kStaleToken);
  EXPECT_EQ(gone->state, IntentState::kFailed);
}

TEST(SettleAnswer, TellsWhatTheSettlementChanged) {
  const auto quiet = settle_from(reply(texts({"applied", "10", ""})), IntentState::kSent);
  ASSERT_TRUE(quiet);
  EXPECT_FALSE(quiet->follower_due || quiet->stopped || quiet->breaker_opened || quiet->breaker_closed);
  const auto loud = settle_from(reply(texts({"applied", "10", "st"})), IntentState::kSent);
  ASSERT_TRUE(loud);
  EXPECT_TRUE(loud->follower_due && loud->stopped);
  EXPECT_TRUE(settle_from(reply(texts({"applied", "10", "o"})), IntentState::kSent)->breaker_opened);
  EXPECT_TRUE(settle_from(reply(texts({"applied", "10", "c"})), IntentState::kSent)->breaker_closed);
}

TEST(SettleAnswer, TellsWhatAStatusThatCameFirstMadeOfTheIntent) {
  const auto failed = settle_from(reply(texts({"applied", "20", "e", "131053"})), IntentState::kSent);
  ASSERT_TRUE(failed);
  EXPECT_EQ(failed->state, IntentState::kFailed);
  EXPECT_TRUE(failed->evidence_applied);
  EXPECT_EQ(failed->error_code, 131053U);
}

TEST(SettleAnswer, OfAnotherShapeIsCorrupt) {
  for (const std::string& resp :
       {texts({"applied", ""}), texts({"applied", "9"}), texts({"applied"}), texts({"other", "10"}),
        integer(0), texts({"applied", "10", "x"}), texts({"applied", "20", "e", "x"}),
        texts({"applied", "20", "e", "1", ""})}) {
    EXPECT_FALSE(settle_from(reply(resp), IntentState::kSent)) << resp;
  }
}

TEST(DueAnswer, CarriesActionsAndTheNextTime) {
  const auto batch = due_from(
      reply(array({bulk("1790000009000"), array({bulk("send"), bulk(kRaw), fields("2"), bulk("sealed")}),
                   array({bulk("now_unknown"), bulk(kRaw), fields("3"), bulk("")}),
                   array({bulk("resend"), bulk(kRaw), fields("2"), bulk("sealed")}),
                   array({bulk("unconfirmed"), bulk(kRaw), fields("4"), bulk("")}),
                   array({bulk("expired"), bulk(kRaw), fields("21"), bulk("")}),
                   array({bulk("dead"), bulk(kRaw), fields("23"), bulk("")})})));
  ASSERT_TRUE(batch);
  EXPECT_EQ(batch->next_due, from_millis(1'790'000'009'000));
  const std::vector<DueAction> expected{DueAction::kSend,        DueAction::kNowUnknown, DueAction::kResend,
                                        DueAction::kUnconfirmed, DueAction::kExpired,    DueAction::kDead};
  std::vector<DueAction> actions;
  for (const DueItem& item : batch->items) actions.push_back(item.action);
  EXPECT_EQ(actions, expected);
  EXPECT_EQ(batch->items[0].record.payload.bytes, "sealed");
  EXPECT_EQ(batch->items[0].record.key.raw(), kRaw);
  EXPECT_TRUE(batch->items[1].record.payload.empty());
}

TEST(DueAnswer, OfAnEmptyQueueHasNoNextTime) {
  const auto batch = due_from(reply(texts({""})));
  ASSERT_TRUE(batch);
  EXPECT_TRUE(batch->items.empty());
  EXPECT_FALSE(batch->next_due);
}

TEST(DueAnswer, OfAnotherShapeIsCorrupt) {
  for (const std::string& resp :
       {integer(1), texts({}), texts({"soon"}), array({bulk(""), bulk("x")}),
        array({bulk(""), array({bulk("send"), bulk(kRaw), fields("2"), bulk("")})}),
        array({bulk(""), array({bulk("dead"), bulk(kRaw), fields("23"), bulk("sealed")})}),
        array({bulk(""), array({bulk("other"), bulk(kRaw), fields("2"), bulk("")})}),
        array({bulk(""), array({bulk("send"), bulk("short"), fields("2"), bulk("x")})})}) {
    const auto batch = due_from(reply(resp));
    ASSERT_FALSE(batch) << resp;
    EXPECT_EQ(batch.error().code, ErrorCode::kCorrupt);
  }
}

TEST(CommandAnswer, IsARecordOrAReason) {
  const IntentKey key = IntentKey::from_raw(kRaw).value();
  const auto done = command_from(reply(array({bulk("done"), fields("22")})), key);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->state, IntentState::kCancelled);
  EXPECT_EQ(command_from(reply(texts({"unknown"})), key).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(command_from(reply(texts({"conflict"})), key).error().code, ErrorCode::kConflict);
  EXPECT_EQ(command_from(reply(texts({"other"})), key).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(command_from(reply(integer(1)), key).error().code, ErrorCode::kCorrupt);
}

TEST(IngestAnswer, IsOneNumberForEachItem) {
  std::vector<Ingested> out;
  // Duplicate, appended, moved sending → delivered, moved unknown → failed, doubled, doubled and moved.
  const std::string resp =
      array({integer(0), integer(1), integer(3 + 256 * 2 + 65'536 * 11), integer(3 + 256 * 3 + 65'536 * 20),
             integer(5), integer(7 + 256 * 10 + 65'536 * 12)});
  ASSERT_TRUE(append_ingested(reply(resp), 6, out));
  ASSERT_EQ(out.size(), 6U);
  EXPECT_FALSE(out[0].appended);
  EXPECT_TRUE(out[1].appended);
  EXPECT_FALSE(out[1].moved);
  EXPECT_EQ(out[2].moved, (std::pair{IntentState::kSending, IntentState::kDelivered}));
  EXPECT_EQ(out[3].moved, (std::pair{IntentState::kUnknown, IntentState::kFailed}));
  EXPECT_TRUE(out[4].duplicate_message);
  EXPECT_FALSE(out[4].moved);
  EXPECT_TRUE(out[5].duplicate_message);
  EXPECT_EQ(out[5].moved, (std::pair{IntentState::kSent, IntentState::kRead}));
}

TEST(IngestAnswer, OfAnotherShapeIsCorrupt) {
  for (const std::string& resp :
       {array({}), array({integer(1), integer(1)}), texts({"1"}), array({integer(-1)}), array({integer(2)}),
        array({integer(8)}), array({integer(1 + 256)}), array({integer(3 + 256 * 9 + 65'536 * 10)}),
        array({integer(3 + 256 * 2 + 65'536 * 99)}), array({integer(1 << 24)}), integer(1)}) {
    std::vector<Ingested> out;
    EXPECT_FALSE(append_ingested(reply(resp), 1, out)) << resp;
  }
}

TEST(CountAnswers, AddUpTheQueues) {
  std::vector<net::RedisReply> answers;
  for (int state = 0; state < 4; ++state) {
    answers.push_back(reply(integer(10 + state)));
    answers.push_back(reply(integer(state)));
    answers.push_back(
        reply(state == 3 ? texts({}) : texts({kRaw, std::to_string(1'790'000'000'000 - state)})));
  }
  auto counts = counts_from(answers);
  ASSERT_TRUE(counts);
  EXPECT_EQ((*counts)[IntentState::kAccepted], 10U);
  EXPECT_EQ((*counts)[IntentState::kUnknown], 13U);
  EXPECT_EQ(counts->due_now, 6U);
  EXPECT_EQ(counts->oldest_due, from_millis(1'789'999'999'998));
}

TEST(CountAnswers, OfAnotherShapeAreCorrupt) {
  EXPECT_FALSE(counts_from({reply(integer(1)), reply(integer(1)), reply(texts({kRaw, "soon"}))}));
  EXPECT_FALSE(counts_from({reply(bulk("1")), reply(integer(1)), reply(texts({}))}));
}

}  // namespace
}  // namespace wac::store::redis
