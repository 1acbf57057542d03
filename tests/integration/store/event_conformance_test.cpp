// The event log and what evidence does to intents, for every engine.

#include "integration/store/store_conformance.h"

namespace wac::testing {
namespace {

using enum store::IntentState;

TEST_P(StoreConformance, EventsComeBackInOrderWithTheirBodies) {
  const std::vector<NewEvent> made{event(), event(), event()};
  for (const Ingested& answer : ingest(made, at(0))) {
    EXPECT_TRUE(answer.appended);
    EXPECT_FALSE(answer.moved);
    EXPECT_FALSE(answer.duplicate_message);
  }
  const auto page = read("").value();
  ASSERT_EQ(page.events.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(page.events[i].id, made[i].dedupe);
    EXPECT_EQ(page.events[i].body.bytes, made[i].body.bytes);
  }
}

TEST_P(StoreConformance, ADuplicateIsNotAppendedAgain) {
  const NewEvent made = event();
  EXPECT_TRUE(ingest_one(made, at(0)).appended);
  EXPECT_FALSE(ingest_one(made, at(1)).appended);
  EXPECT_EQ(read("").value().events.size(), 1U);
}

TEST_P(StoreConformance, ADuplicateWithinOneBatchIsAppendedOnce) {
  const NewEvent made = event();
  const auto answers = ingest({made, event(), made}, at(0));
  ASSERT_EQ(answers.size(), 3U);
  EXPECT_TRUE(answers[0].appended);
  EXPECT_TRUE(answers[1].appended);
  EXPECT_FALSE(answers[2].appended);
  EXPECT_EQ(read("").value().events.size(), 2U);
}

TEST_P(StoreConformance, AnEmptyBatchIsFine) {
  EXPECT_TRUE(ingest({}, at(0)).empty());
}

TEST_P(StoreConformance, ABatchOfAThousandIsOneStep) {
  std::vector<NewEvent> made;
  for (int i = 0; i < 1'000; ++i) made.push_back(event());
  const auto answers = ingest(made, at(0));
  EXPECT_EQ(std::ranges::count_if(answers, &Ingested::appended), 1'000);
  std::string cursor;
  std::size_t seen = 0;
  for (;;) {
    const auto page = read(cursor, 300).value();
    if (page.events.empty()) break;
    for (const auto& stored : page.events) EXPECT_EQ(stored.id, made[seen++].dedupe);
    cursor = page.cursor.text;
  }
  EXPECT_EQ(seen, 1'000U);
}

TEST_P(StoreConformance, ReadersContinueBehindTheirCursor) {
  ingest({event(), event(), event()}, at(0));
  const auto first = read("", 2).value();
  ASSERT_EQ(first.events.size(), 2U);
  const auto rest = read(first.cursor.text).value();
  ASSERT_EQ(rest.events.size(), 1U);
  const auto from_event = read(first.events[0].cursor.text).value();
  ASSERT_EQ(from_event.events.size(), 2U);
  EXPECT_EQ(from_event.events[0].id, first.events[1].id);
  const auto end = read(rest.cursor.text).value();
  EXPECT_TRUE(end.events.empty());
  const NewEvent late = event();
  ingest_one(late, at(1));
  const auto more = read(end.cursor.text).value();
  ASSERT_EQ(more.events.size(), 1U);
  EXPECT_EQ(more.events[0].id, late.dedupe);
}

TEST_P(StoreConformance, TheDollarCursorBeginsNow) {
  ingest_one(event(), at(0));
  const auto now = read("$").value();
  EXPECT_TRUE(now.events.empty());
  const NewEvent late = event();
  ingest_one(late, at(1));
  const auto page = read(now.cursor.text).value();
  ASSERT_EQ(page.events.size(), 1U);
  EXPECT_EQ(page.events[0].id, late.dedupe);
}

TEST_P(StoreConformance, TheDollarCursorOfAnEmptyLogBeginsNowToo) {
  const auto now = read("$").value();
  ingest_one(event(), at(0));
  EXPECT_EQ(read(now.cursor.text).value().events.size(), 1U);
}

TEST_P(StoreConformance, ForeignCursorsAreRefused) {
  for (const char* text : {"x", "-1", "1x", " 1", "$$", "99999999999999999999999"}) {
    const auto page = read(text);
    ASSERT_FALSE(page) << text;
    EXPECT_EQ(page.error().code, ErrorCode::kInvalid);
  }
}

TEST_P(StoreConformance, ReadersSeeTheirTenantAndPartitionsOnly) {
  NewEvent foreign = event();
  foreign.tenant = *TenantId::parse("other");
  ingest({foreign, event()}, at(0));
  EXPECT_EQ(read("").value().events.size(), 1U);
  const Partition elsewhere{static_cast<std::uint16_t>((partition_.number + 1) % Partition::kCount)};
  NewEvent there = event();
  run<Result<std::vector<Ingested>>>([&] {
    return store().events().ingest(elsewhere, {there}, {}, at(1));
  }).value();
  EXPECT_EQ(read("").value().events.size(), 1U);
  const auto both = run<Result<EventPage>>([&] {
                      return store().events().read_after(tenant_, {partition_, elsewhere}, {}, 10);
                    }).value();
  ASSERT_EQ(both.events.size(), 2U);
  EXPECT_EQ(both.events[1].id, there.dedupe);
}

TEST_P(StoreConformance, EvidenceMovesIntentsByTheTableOfRanks) {
  const std::vector<IntentState> states{kAccepted, kRetryWait, kSending, kUnknown, kUnconfirmed,
                                        kSent,     kDelivered, kRead,    kPlayed,  kFailed,
                                        kExpired,  kCancelled, kDead};
  for (const IntentState to : {kSent, kDelivered, kRead, kPlayed, kFailed}) {
    for (const IntentState from : states) {
      const NewIntent made = intent();
      bring_to(made, from);
      const Ingested answer = ingest_one(status(made, 1, to), at(1));
      EXPECT_TRUE(answer.appended);
      const bool moves = store::evidence_may_move(from, to);
      ASSERT_EQ(answer.moved.has_value(), moves) << name(from) << " to " << name(to);
      if (moves) EXPECT_EQ(*answer.moved, std::pair(from, to));
      EXPECT_EQ(found(made).state, moves ? to : from);
      EXPECT_EQ(found(made).updated, moves ? at(1) : at(0));
      // Nothing may be left due, or the next round would find it.
      if (!moves && is_open(from)) ADD_FAILURE();
    }
  }
}

TEST_P(StoreConformance, EvidenceTakesAnOpenIntentOutOfTheQueue) {
  const NewIntent made = intent();
  settle(settlement(claim_new(made, ClaimMode::kSendNow, at(0)), kUnknown), at(0));
  ingest_one(status(made, 1, kDelivered), at(1));
  const DueBatch batch = take_due(at(1'000'000));
  EXPECT_TRUE(batch.items.empty());
  EXPECT_FALSE(batch.next_due);
  EXPECT_EQ(found(made).wamid.bytes, "wamid");
}

TEST_P(StoreConformance, EvidenceFillsOnlyAMissingMessageId) {
  const NewIntent made = intent();
  bring_to(made, kSent);
  ingest_one(status(made, 1, kDelivered, "another seal of the same"), at(1));
  EXPECT_EQ(found(made).wamid.bytes, "wamid of attempt 1");
}

TEST_P(StoreConformance, EvidenceRecordsItsErrorCode) {
  const NewIntent made = intent();
  bring_to(made, kSent);
  NewEvent failed = status(made, 1, kFailed);
  failed.evidence->error_code = 131047;
  ingest_one(failed, at(1));
  EXPECT_EQ(found(made).state, kFailed);
  EXPECT_EQ(found(made).error_code, 131047U);
}

TEST_P(StoreConformance, EvidenceForAnUnknownIntentIsStillAnEvent) {
  const Ingested answer = ingest_one(status(intent(), 1, kSent), at(0));
  EXPECT_TRUE(answer.appended);
  EXPECT_FALSE(answer.moved);
  EXPECT_EQ(read("").value().events.size(), 1U);
}

TEST_P(StoreConformance, EvidenceIsAppliedOnceHoweverOftenItArrives) {
  const NewIntent made = intent();
  bring_to(made, kSending);
  const NewEvent sent = status(made, 1, kSent);
  EXPECT_TRUE(ingest_one(sent, at(1)).moved);
  const Ingested again = ingest_one(sent, at(2));
  EXPECT_FALSE(again.appended);
  EXPECT_FALSE(again.moved);
  EXPECT_EQ(found(made).updated, at(1));
}

TEST_P(StoreConformance, OneBatchMovesAnIntentThroughItsStates) {
  const NewIntent made = intent();
  bring_to(made, kSending);
  const auto answers =
      ingest({status(made, 1, kSent), status(made, 1, kRead), status(made, 1, kDelivered)}, at(1));
  EXPECT_EQ(answers[0].moved, std::pair(kSending, kSent));
  EXPECT_EQ(answers[1].moved, std::pair(kSent, kRead));
  EXPECT_FALSE(answers[2].moved);
  EXPECT_EQ(found(made).state, kRead);
}

TEST_P(StoreConformance, AnotherAttemptsMessageIsADuplicateAndCountedOnce) {
  const NewIntent made = intent();
  settle(settlement(claim_new(made, ClaimMode::kSendNow, at(0)), kRetryWait), at(0));
  settle(settlement(take_one(DueAction::kSend, at(1)), kSent), at(1));
  const Ingested first = ingest_one(status(made, 1, kDelivered), at(2));
  EXPECT_TRUE(first.duplicate_message);
  EXPECT_EQ(first.moved, std::pair(kSent, kDelivered));
  EXPECT_FALSE(ingest_one(status(made, 1, kRead), at(3)).duplicate_message);
  EXPECT_FALSE(ingest_one(status(made, 2, kRead), at(4)).duplicate_message);
  EXPECT_EQ(found(made).duplicates, 1U);
  EXPECT_EQ(found(made).wamid.bytes, "wamid of attempt 2");
}

TEST_P(StoreConformance, EvidenceByMessageIdFindsTheIntentThatWasSettledWithIt) {
  const NewIntent made = intent();
  bring_to(made, kSent);
  EXPECT_EQ(ingest_one(message_status(made, 1, kDelivered), at(1)).moved, std::pair(kSent, kDelivered));
  EXPECT_FALSE(ingest_one(message_status(made, 1, kSent), at(2)).moved) << "ranks only rise";
  EXPECT_EQ(found(made).state, kDelivered);
  EXPECT_EQ(found(made).updated, at(1));
  EXPECT_EQ(found(made).wamid.bytes, "wamid of attempt 1");
  EXPECT_EQ(found(made).duplicates, 0U);
}

TEST_P(StoreConformance, EvidenceByMessageIdSurvivesThatEvidenceByKeyWasFasterThanTheAnswer) {
  const NewIntent made = intent();
  const IntentRecord sending = claim_new(made, ClaimMode::kSendNow, at(0));
  NewEvent early = status(made, 1, kSent);
  early.evidence->wamid.bytes.clear();
  ingest_one(early, at(1));
  settle(settlement(sending, kSent), at(2));
  EXPECT_EQ(ingest_one(message_status(made, 1, kFailed), at(3)).moved, std::pair(kSent, kFailed));
}

TEST_P(StoreConformance, EvidenceByAnUnknownMessageIdIsStillAnEvent) {
  const NewIntent made = intent();
  bring_to(made, kSending);
  const Ingested answer = ingest_one(message_status(made, 1, kDelivered), at(1));
  EXPECT_TRUE(answer.appended);
  EXPECT_FALSE(answer.moved);
  EXPECT_EQ(found(made).state, kSending);
}

TEST_P(StoreConformance, EvidenceByMessageIdSpeaksOfTheAttemptThatBecameThatMessage) {
  const NewIntent made = intent();
  settle(settlement(claim_new(made, ClaimMode::kSendNow, at(0)), kRetryWait), at(0));
  settle(settlement(take_one(DueAction::kSend, at(1)), kSent), at(1));
  const Ingested answer = ingest_one(message_status(made, 2, kRead), at(2));
  EXPECT_FALSE(answer.duplicate_message);
  EXPECT_EQ(answer.moved, std::pair(kSent, kRead));
}

TEST_P(StoreConformance, ThePriceIsKeptWhetherOrNotTheStateMoves) {
  const NewIntent made = intent();
  bring_to(made, kSent);
  EXPECT_EQ(found(made).pricing, "");
  NewEvent sent = status(made, 1, kSent);
  sent.evidence->pricing = "utility,regular,PMP,1";
  EXPECT_FALSE(ingest_one(sent, at(1)).moved);
  EXPECT_EQ(found(made).pricing, "utility,regular,PMP,1");
  EXPECT_EQ(found(made).updated, at(0)) << "the state did not change";
  ingest_one(status(made, 1, kDelivered), at(2));
  EXPECT_EQ(found(made).pricing, "utility,regular,PMP,1") << "a status without one leaves it";
  NewEvent read = message_status(made, 1, kRead);
  read.evidence->pricing = std::string(Evidence::kMaxPricing, 'p');
  ingest_one(read, at(3));
  EXPECT_EQ(found(made).pricing, std::string(Evidence::kMaxPricing, 'p'));
}

TEST_P(StoreConformance, FailedOfAnEarlierAttemptSaysNothingOfTheLater) {
  const NewIntent made = intent();
  settle(settlement(claim_new(made, ClaimMode::kSendNow, at(0)), kRetryWait), at(0));
  const IntentRecord second = take_one(DueAction::kSend, at(1));
  const Ingested answer = ingest_one(status(made, 1, kFailed), at(2));
  EXPECT_FALSE(answer.moved);
  EXPECT_EQ(found(made).state, kSending);
  settle(settlement(second, kSent), at(3));
  EXPECT_EQ(found(made).state, kSent);
  EXPECT_EQ(found(made).wamid.bytes, "wamid of attempt 2");
}

TEST_P(StoreConformance, AnIntentThatEvidenceSettledIsForgottenAfterItsRetention) {
  const NewIntent made = intent();
  bring_to(made, kSending);
  EventRules rules;
  rules.intent_retention = Millis{1'000};
  ingest_one(status(made, 1, kSent), at(0), rules);
  EXPECT_EQ(found(made).state, kSent);
  forget(at(1'000));
  EXPECT_FALSE(find(made));
}

TEST_P(StoreConformance, AnEventIsNewAgainAfterItsDedupeRetention) {
  const NewEvent made = event();
  EventRules rules;
  rules.dedupe_retention = Millis{1'000};
  rules.event_retention = Millis{1'000};
  EXPECT_TRUE(ingest_one(made, at(0), rules).appended);
  EXPECT_FALSE(ingest_one(made, at(1), rules).appended);
  forget(at(1'000));
  EXPECT_TRUE(ingest_one(made, at(1'000), rules).appended);
}

TEST_P(StoreConformance, TwoLoopsNeverBothWinAClaim) {
  LoopThread other;
  std::unique_ptr<OpenStore> second;
  other.call([&] { second = harness_->open(other.loop()); });
  std::vector<NewIntent> made;
  for (int i = 0; i < 200; ++i) made.push_back(intent());

  using Answer = Result<ClaimResult>;
  const auto start = [&](LoopThread& thread, store::Store& on, const NewIntent& which) {
    return start_on<Answer>(thread, [&on, which, now = at(0)] {
      return on.intents().claim(which, ClaimMode::kSendNow, kLease, kRetention, now);
    });
  };
  std::vector<std::pair<std::future<Answer>, std::future<Answer>>> answers;
  for (const auto& which : made) {
    auto here = start(*thread_, store(), which);
    auto there = start(other, second->store(), which);
    answers.emplace_back(std::move(here), std::move(there));
  }
  for (auto& [here, there] : answers) {
    const auto a = here.get().value().outcome;
    const auto b = there.get().value().outcome;
    EXPECT_NE(a == ClaimOutcome::kNew, b == ClaimOutcome::kNew);
    EXPECT_TRUE(a == ClaimOutcome::kDuplicate || b == ClaimOutcome::kDuplicate);
  }
  const Deadline deadline{std::chrono::steady_clock::now() + std::chrono::seconds{10}};
  run_on<void>(other, [&] { return second->close(deadline); });
  other.call([&] { second.reset(); });
}

TEST_P(StoreConformance, TwoLoopsNeverTakeTheSameIntent) {
  LoopThread other;
  std::unique_ptr<OpenStore> second;
  other.call([&] { second = harness_->open(other.loop()); });
  for (int i = 0; i < 100; ++i) claim_new(intent(), ClaimMode::kQueue, at(0));

  const auto start = [&](LoopThread& thread, store::Store& on) {
    return start_on<Result<DueBatch>>(thread, [&on, partition = partition_, now = at(1)] {
      return on.intents().take_due(partition, 5, {}, now);
    });
  };
  std::vector<std::future<Result<DueBatch>>> batches;
  for (int i = 0; i < 20; ++i) {
    batches.push_back(start(*thread_, store()));
    batches.push_back(start(other, second->store()));
  }
  std::set<crypto::Fingerprint> taken;
  std::size_t count = 0;
  for (auto& batch : batches) {
    for (const auto& item : batch.get().value().items) {
      taken.insert(item.record.key);
      ++count;
    }
  }
  EXPECT_EQ(count, 100U);
  EXPECT_EQ(taken.size(), 100U);
  const Deadline deadline{std::chrono::steady_clock::now() + std::chrono::seconds{10}};
  run_on<void>(other, [&] { return second->close(deadline); });
  other.call([&] { second.reset(); });
}

}  // namespace
}  // namespace wac::testing
