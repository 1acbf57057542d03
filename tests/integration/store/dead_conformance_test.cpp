// Attempts that do not count, dead letters and how they are redriven, for every engine.

#include "integration/store/store_conformance.h"

#include <gmock/gmock.h>

namespace wac::testing {
namespace {

using enum store::IntentState;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_P(StoreConformance, AttemptsThatDoNotCountUseNothingUp) {
  DueRules rules;
  rules.max_attempts = 2;
  const NewIntent made = message();
  IntentRecord sending = send(made, at(0));
  for (int n = 1; n <= 5; ++n) {
    Settlement retry = settlement(sending, kRetryWait);
    retry.counts = false;
    settle(retry, at(n));
    EXPECT_EQ(found(made).uncounted, static_cast<std::uint32_t>(n));
    sending = take_one(DueAction::kSend, at(n), rules);
  }
  EXPECT_EQ(sending.attempt, 6U);
  end(sending, kRetryWait, at(10));
  sending = take_one(DueAction::kSend, at(10), rules);
  end(sending, kRetryWait, at(11));
  EXPECT_EQ(take_one(DueAction::kDead, at(11), rules).attempt, 7U);
}

TEST_P(StoreConformance, ADeadIntentCanBeRedrivenPayloadAndAll) {
  DueRules rules;
  rules.max_attempts = 1;
  rules.max_age = Millis{1'000};
  const NewIntent made = message();
  end(send(made, at(0)), kRetryWait, at(0));
  take_one(DueAction::kDead, at(1), rules);
  const auto redriven = command(made, Command::kRedrive, at(5'000));
  ASSERT_TRUE(redriven);
  EXPECT_EQ(redriven->state, kAccepted);
  EXPECT_EQ(redriven->due, at(5'000));
  EXPECT_EQ(found(made).age_from, at(5'000));
  EXPECT_EQ(redriven->uncounted, 1U);
  EXPECT_THAT(dead_letters("", 10).records, IsEmpty());
  const IntentRecord sending = take_one(DueAction::kSend, at(5'900), rules);
  EXPECT_EQ(sending.attempt, 2U);
  EXPECT_EQ(sending.payload.bytes, made.payload.bytes);
  end(sending, kSent, at(5'901));
  EXPECT_EQ(found(made).state, kSent);
}

TEST_P(StoreConformance, OneThatWasSettledAsDeadCanBeRedrivenToo) {
  const NewIntent made = message();
  end(send(made, at(0)), kDead, at(0));
  ASSERT_TRUE(command(made, Command::kRedrive, at(1)));
  forget(at(1'000));
  EXPECT_EQ(take_one(DueAction::kSend, at(1'000)).payload.bytes, made.payload.bytes);
}

TEST_P(StoreConformance, OnlyADeadIntentIsRedriven) {
  for (const IntentState state :
       {kAccepted, kSending, kUnconfirmed, kUnknown, kSent, kFailed, kExpired, kCancelled}) {
    const NewIntent made = intent();
    bring_to(made, state);
    const auto answer = command(made, Command::kRedrive, at(1));
    ASSERT_FALSE(answer) << name(state);
    EXPECT_EQ(answer.error().code, ErrorCode::kConflict);
    if (state == kAccepted) EXPECT_TRUE(command(made, Command::kCancel, at(1)));
  }
  const auto answer = command(intent(), Command::kRedrive, at(1));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kNotFound);
}

TEST_P(StoreConformance, DeadLettersComeNewestFirstPageByPage) {
  std::vector<NewIntent> made;
  for (int n = 0; n < 10; ++n) {
    made.push_back(message());
    end(send(made.back(), at(0)), kDead, at(n / 3));  // several at a time
  }
  bring_to(intent(), kSent);
  std::vector<IntentRecord> all;
  std::string cursor;
  do {
    auto page = dead_letters(cursor, 2);
    EXPECT_LE(page.records.size(), 2U);
    for (const IntentRecord& record : page.records) {
      EXPECT_EQ(record.state, kDead);
      EXPECT_TRUE(record.payload.empty());
    }
    std::ranges::move(page.records, std::back_inserter(all));
    cursor = page.cursor;
    // One more dies meanwhile: it belongs in front of all this.
    if (all.size() == 2) end(send(message(), at(20)), kDead, at(20));
  } while (!cursor.empty());
  ASSERT_THAT(all, SizeIs(10));
  EXPECT_TRUE(std::ranges::is_sorted(all, std::greater{}, &IntentRecord::updated));
  std::vector<store::IntentKey> keys;
  for (const IntentRecord& record : all) keys.push_back(record.key);
  std::ranges::sort(keys);
  EXPECT_EQ(std::ranges::unique(keys).begin(), keys.end());
}

TEST_P(StoreConformance, ACursorOfSomethingElseIsRefused) {
  for (const std::string cursor : {"x", "12", "12-", "12-zz", "-00112233445566778899aabbccddeeff"}) {
    const auto page = run<Result<store::IntentStore::ScanPage>>(
        [&] { return store().intents().dead_letters(partition_, cursor, 10); });
    ASSERT_FALSE(page) << cursor;
    EXPECT_EQ(page.error().code, ErrorCode::kInvalid);
  }
}

TEST_P(StoreConformance, EvidenceTakesADeadLetterOut) {
  const NewIntent made = message();
  end(send(made, at(0)), kDead, at(0));
  ASSERT_THAT(dead_letters("", 10).records, SizeIs(1));
  ingest_one(status(made, 1, kDelivered), at(1));
  EXPECT_EQ(found(made).state, kDelivered);
  EXPECT_THAT(dead_letters("", 10).records, IsEmpty());
  EXPECT_FALSE(command(made, Command::kRedrive, at(2)));
}

}  // namespace
}  // namespace wac::testing
