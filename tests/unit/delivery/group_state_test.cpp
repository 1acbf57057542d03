#include "delivery/group_state.h"

#include <gmock/gmock.h>

namespace wac::delivery {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kA = "aaaaaaaaaaaaaaaa";
constexpr const char* kB = "bbbbbbbbbbbbbbbb";
constexpr Millis kLease{60'000};

crypto::Fingerprint fingerprint(std::uint8_t number) {
  crypto::Fingerprint made;
  made.bytes[0] = number;
  return made;
}

int number_of(const crypto::Fingerprint& id) {
  return id.bytes[0];
}

AckToken all_of(const char* holder) {
  return {holder, std::nullopt};
}
AckToken one_of(const char* holder, std::uint8_t id) {
  return {holder, fingerprint(id)};
}

/// A group of which events are taken as its readers would.
class GroupStateTest : public ::testing::Test {
 protected:
  /// What `holder` gets again.
  std::vector<int> again(const char* holder, std::size_t limit = 100) {
    expire(state, rules, now);
    HandOut hand{state, rules, {holder, now, now + kLease}};
    std::vector<int> ids;
    for (const GroupItem& item : hand.again(limit)) ids.push_back(number_of(item.id));
    return ids;
  }
  /// `holder` gets what waits, then meets a new event; whether it gets that.
  bool offer(const char* holder, std::uint8_t id, std::uint8_t conversation) {
    HandOut hand{state, rules, {holder, now, now + kLease}};
    hand.again(0);
    GroupItem item;
    item.id = fingerprint(id);
    item.conversation = fingerprint(conversation);
    item.before = "c0";
    item.time = from_millis(1'000 + id);
    return hand.offer(std::move(item));
  }
  std::size_t ack(const AckToken& token) { return acknowledge(state, std::vector{token}).events; }
  std::vector<int> held(const char* holder) {
    std::vector<int> ids;
    for (const GroupItem& item : state.items) {
      if (item.leased && item.holder == holder) ids.push_back(number_of(item.id));
    }
    return ids;
  }

  GroupState state;
  config::GroupRules rules;
  WallTime now = from_millis(1'790'000'000'000);
};

TEST_F(GroupStateTest, WhatOneReaderHasNobodyElseGets) {
  EXPECT_TRUE(offer(kA, 1, 100));
  EXPECT_TRUE(offer(kA, 2, 200));
  EXPECT_THAT(again(kB), IsEmpty());
  EXPECT_THAT(again(kA), IsEmpty()) << "nor once more who has it";
  EXPECT_EQ(in_flight(state), 2U);
  EXPECT_EQ(in_flight(state, kB), 0U);
}

TEST_F(GroupStateTest, AConversationIsWithOneReaderAtATime) {
  EXPECT_TRUE(offer(kA, 1, 100));
  EXPECT_TRUE(offer(kA, 2, 100)) << "the same reader may get more of it";
  EXPECT_FALSE(offer(kB, 3, 100));
  EXPECT_TRUE(offer(kB, 4, 200));
  EXPECT_FALSE(offer(kA, 5, 100)) << "3 waits and goes first";
  EXPECT_THAT(again(kB), IsEmpty());
  EXPECT_EQ(ack(one_of(kA, 1)), 1U);
  EXPECT_THAT(again(kB), IsEmpty()) << "2 is still with the other one";
  EXPECT_EQ(ack(all_of(kA)), 1U);
  EXPECT_THAT(again(kB), ElementsAre(3, 5));
}

TEST_F(GroupStateTest, WhoHasAConversationGetsWhatWaitsOfIt) {
  EXPECT_TRUE(offer(kA, 1, 100));
  EXPECT_FALSE(offer(kB, 2, 100));
  EXPECT_THAT(again(kA), ElementsAre(2));
}

TEST_F(GroupStateTest, ALimitKeepsTheOrder) {
  for (std::uint8_t id = 1; id <= 4; ++id) offer(kA, id, 100);
  now += kLease;
  EXPECT_THAT(again(kB, 2), ElementsAre(1, 2));
  EXPECT_FALSE(offer(kB, 5, 100)) << "3 and 4 go first";
  EXPECT_TRUE(offer(kB, 6, 200));
  EXPECT_THAT(again(kA), IsEmpty());
}

TEST_F(GroupStateTest, ALeaseThatEndsBringsEventsBackAndCounts) {
  offer(kA, 1, 100);
  now += kLease - Millis{1};
  EXPECT_THAT(again(kB), IsEmpty());
  EXPECT_EQ(next_change(state, now), now + Millis{1});
  now += Millis{1};
  EXPECT_THAT(again(kB), ElementsAre(1));
  EXPECT_EQ(state.items[0].attempts, 2U);
  EXPECT_EQ(ack(one_of(kA, 1)), 0U) << "too late: another one has it";
  EXPECT_EQ(ack(one_of(kB, 1)), 1U);
  EXPECT_THAT(state.items, IsEmpty());
  EXPECT_EQ(state.acknowledged, 1U);
}

TEST_F(GroupStateTest, ALateAcknowledgementCountsWhileNobodyElseHasTheEvent) {
  offer(kA, 1, 100);
  now += 2 * kLease;
  expire(state, rules, now);
  EXPECT_EQ(ack(one_of(kA, 1)), 1U);
  EXPECT_THAT(again(kB), IsEmpty());
}

TEST_F(GroupStateTest, TokensThatStandForNothingAreTold) {
  offer(kA, 1, 100);
  offer(kA, 2, 200);
  const auto outcome = acknowledge(
      state, std::vector{one_of(kA, 1), one_of(kA, 1), one_of(kB, 2), all_of(kB), all_of(kA), all_of(kA)});
  EXPECT_EQ(outcome.events, 2U);
  EXPECT_THAT(outcome.unknown, ElementsAre(1, 2, 3, 5));
}

TEST_F(GroupStateTest, AnExtendedLeaseRunsFromNow) {
  offer(kA, 1, 100);
  offer(kA, 2, 200);
  now += Millis{50'000};
  const auto tokens = std::vector{one_of(kA, 1)};
  EXPECT_EQ(extend(state, tokens, now, now + kLease).events, 1U);
  now += Millis{10'000};
  EXPECT_THAT(again(kB), ElementsAre(2));
  now += Millis{50'000};
  const auto late = extend(state, tokens, now, now + kLease);
  EXPECT_EQ(late.events, 0U) << "it is over";
  EXPECT_THAT(late.unknown, ElementsAre(0));
}

TEST_F(GroupStateTest, AnEarlierEventThatComesBackWaitsForALaterOneThatWasExtended) {
  offer(kA, 1, 100);
  offer(kA, 2, 100);
  now += Millis{50'000};
  extend(state, std::vector{one_of(kA, 2)}, now, now + kLease);
  now += Millis{10'000};
  EXPECT_THAT(again(kB), IsEmpty());
  EXPECT_THAT(again(kA), ElementsAre(1));
}

TEST_F(GroupStateTest, WhatIsGivenBackWaitsAndTakesTheRestOfItsConversationAlong) {
  offer(kA, 1, 100);
  offer(kA, 2, 100);
  offer(kA, 3, 100);
  offer(kA, 4, 200);
  const auto outcome = give_back(state, std::vector{one_of(kA, 2)}, now, Millis{5'000});
  EXPECT_EQ(outcome.events, 1U);
  EXPECT_THAT(held(kA), ElementsAre(1, 4));
  EXPECT_EQ(state.items[1].attempts, 1U);
  EXPECT_EQ(state.items[2].attempts, 0U) << "3 was not looked at";
  EXPECT_EQ(ack(one_of(kA, 1)), 1U);
  EXPECT_THAT(again(kB), IsEmpty()) << "3 waits for 2";
  EXPECT_FALSE(offer(kB, 5, 100));
  EXPECT_EQ(next_change(state, now), now + Millis{5'000});
  now += Millis{5'000};
  EXPECT_THAT(again(kB), ElementsAre(2, 3, 5));
  EXPECT_EQ(give_back(state, std::vector{one_of(kA, 2)}, now, Millis{0}).events, 0U) << "no longer its own";
}

TEST_F(GroupStateTest, AnEventHandedOutTooOftenIsADeadLetterAndItsConversationGoesOn) {
  rules.attempts = 3;
  offer(kA, 1, 100);
  EXPECT_FALSE(offer(kB, 2, 100));
  give_back(state, std::vector{one_of(kA, 1)}, now, Millis{0});
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(again(kA, 1), ElementsAre(1));
    now += kLease;
  }
  const auto given_up = expire(state, rules, now);
  ASSERT_EQ(given_up.size(), 1U);
  EXPECT_EQ(number_of(given_up[0].id), 1);
  EXPECT_EQ(given_up[0].attempts, 3U);
  EXPECT_EQ(given_up[0].at, now);
  EXPECT_EQ(state.dead.size(), 1U);
  EXPECT_THAT(again(kB), ElementsAre(2));

  EXPECT_EQ(redrive(state, rules), 1U);
  EXPECT_THAT(state.dead, IsEmpty());
  EXPECT_THAT(again(kA), IsEmpty()) << "its conversation is with another reader";
  EXPECT_EQ(ack(one_of(kB, 2)), 1U);
  EXPECT_THAT(again(kA), ElementsAre(1));
  EXPECT_EQ(state.items[0].attempts, 1U) << "counted anew";
}

TEST_F(GroupStateTest, WithTooManyDeadLettersEventsAreHandedOutOn) {
  rules.attempts = 1;
  state.dead.resize(kGroupDeadMax);
  offer(kA, 1, 100);
  now += kLease;
  EXPECT_THAT(again(kB), ElementsAre(1));
  EXPECT_EQ(state.dead.size(), kGroupDeadMax);
}

TEST_F(GroupStateTest, AStreamThatEndsGivesBackAtOnceThenMoreAndMoreSlowly) {
  offer(kA, 1, 100);
  EXPECT_EQ(release(state, kA, StreamEnd::kReader, rules, now), 1U);
  EXPECT_THAT(again(kB), ElementsAre(1));
  for (const std::int64_t pause : {1'000, 2'000, 4'000}) {
    release(state, kB, StreamEnd::kReader, rules, now);
    now += Millis{pause - 1};
    EXPECT_THAT(again(kB), IsEmpty()) << pause;
    now += Millis{1};
    EXPECT_THAT(again(kB), ElementsAre(1)) << pause;
  }
  rules.lease = Millis{3'000};
  release(state, kB, StreamEnd::kReader, rules, now);
  EXPECT_EQ(next_change(state, now), now + Millis{3'000}) << "never longer than a lease";
}

TEST_F(GroupStateTest, AStreamThatWeEndDoesNotCount) {
  offer(kA, 1, 100);
  EXPECT_EQ(release(state, kA, StreamEnd::kOurs, rules, now), 1U);
  EXPECT_THAT(again(kB), ElementsAre(1));
  EXPECT_EQ(state.items[0].attempts, 1U);
}

TEST_F(GroupStateTest, TheWindowIsBounded) {
  rules.window = 2;
  offer(kA, 1, 100);
  offer(kB, 2, 100);
  EXPECT_FALSE((HandOut{state, rules, {kA, now, now + kLease}}.room()));
  ack(one_of(kA, 1));
  EXPECT_TRUE((HandOut{state, rules, {kA, now, now + kLease}}.room()));
  state.dead.resize(3);
  EXPECT_EQ(redrive(state, rules), 1U) << "as many as there is room for";
  EXPECT_EQ(state.dead.size(), 2U);
}

TEST_F(GroupStateTest, SeekingForgetsWhatIsInFlightAndKeepsDeadLetters) {
  offer(kA, 1, 100);
  state.dead.resize(1);
  restart(state, "c9");
  EXPECT_EQ(state.cursor, "c9");
  EXPECT_THAT(state.items, IsEmpty());
  EXPECT_EQ(state.dead.size(), 1U);
  EXPECT_EQ(ack(one_of(kA, 1)), 0U);
}

TEST_F(GroupStateTest, TheOldestEventCountsByItsOwnTime) {
  EXPECT_FALSE(oldest(state));
  offer(kA, 9, 100);
  offer(kA, 3, 200);
  EXPECT_EQ(oldest(state), from_millis(1'003));
  forget(state, fingerprint(3));
  EXPECT_EQ(oldest(state), from_millis(1'009));
}

TEST(AckTokens, AreTextAndBack) {
  const std::string one = std::string{kA} + "-07000000000000000000000000000000";
  EXPECT_EQ(one_of(kA, 7).text(), one);
  EXPECT_EQ(all_of(kA).text(), kA);
  const auto parsed = AckToken::parse(one);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->holder, kA);
  EXPECT_EQ(parsed->id, fingerprint(7));
  EXPECT_FALSE(AckToken::parse(kA)->id);
  for (const char* text : {"", "a", "aaaaaaaaaaaaaaaa-", "aaaaaaaaaaaaaaaa-07", "AAAAAAAAAAAAAAAA",
                           "aaaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaag", "-07000000000000000000000000000000"}) {
    EXPECT_FALSE(AckToken::parse(text)) << text;
  }
}

TEST_F(GroupStateTest, IsTextAndBack) {
  state.cursor = "c5";
  state.acknowledged = 12;
  state.filter = {{"whatsapp.message."}, {SenderId::parse("106540352242922").value()}};
  offer(kA, 1, 100);
  offer(kB, 2, 100);
  state.items[1].before = "c3";
  state.dead.push_back({fingerprint(3), fingerprint(200), "c1", from_millis(5), 4, from_millis(6)});
  const auto back = decode_group(encode(state));
  ASSERT_TRUE(back);
  EXPECT_EQ(encode(*back), encode(state));
  EXPECT_EQ(back->cursor, "c5");
  EXPECT_EQ(back->acknowledged, 12U);
  EXPECT_EQ(back->filter, state.filter);
  ASSERT_EQ(back->items.size(), 2U);
  EXPECT_EQ(back->items[0].holder, kA);
  EXPECT_TRUE(back->items[0].leased);
  EXPECT_EQ(back->items[0].until, now + kLease);
  EXPECT_EQ(back->items[0].before, "c0");
  EXPECT_EQ(back->items[1].before, "c3");
  EXPECT_FALSE(back->items[1].leased);
  EXPECT_EQ(back->items[1].conversation, fingerprint(100));
  ASSERT_EQ(back->dead.size(), 1U);
  EXPECT_EQ(back->dead[0].before, "c1");
  EXPECT_EQ(back->dead[0].attempts, 4U);
}

TEST_F(GroupStateTest, AFullWindowStaysASmallRecord) {
  for (std::size_t i = 0; i < rules.window; ++i) {
    GroupItem item;
    item.before = "r1.07-1790000000000-0";
    item.holder = kA;
    item.time = item.until = now;
    state.items.push_back(item);
  }
  EXPECT_LT(encode(state).size(), 150'000U);
}

TEST(GroupText, OfAnotherShapeIsCorrupt) {
  for (const char* text :
       {"", "[]", "{}", R"({"cursor":1})", R"({"cursor":"","runs":[1]})",
        R"({"cursor":"","runs":[["c",[1]]]})", R"({"cursor":"","dead":[[]]})", R"({"cursor":"","runs":[[]]})",
        R"({"cursor":"","types":[1]})", R"({"cursor":"","senders":["x"]})"}) {
    const auto state = decode_group(text);
    ASSERT_FALSE(state) << text;
    EXPECT_EQ(state.error().code, ErrorCode::kCorrupt);
  }
  EXPECT_TRUE(decode_group(R"({"cursor":"c"})")) << "what a later version adds or leaves out";
}

}  // namespace
}  // namespace wac::delivery
