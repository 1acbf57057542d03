#include "delivery/event_groups.h"

#include "base/expose.h"
#include "base/rfc3339.h"
#include "delivery/group_desk.h"
#include "memory_log.h"
#include "support/manual_scheduler.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>

namespace wac::delivery {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::ManualScheduler;
using testing::run_now;
using ::testing::SizeIs;

/// What one loop of one instance has.
struct Instance {
  Instance(config::GroupRules& rules, ManualScheduler& loop, Random& random, EventReader& reader,
           GroupRecords& records)
      : groups({rules, Millis{5'000}, loop, random, reader, records, *log, metrics,
                [this](const TenantId& tenant) { groups.notify(tenant); }}) {}
  std::shared_ptr<telemetry::Logger> log = telemetry::Logger::silent();
  telemetry::LoopMetrics metrics;
  EventGroups groups;
};

class EventGroupsTest : public ::testing::Test {
 protected:
  /// Appends an event of that person.
  void append(int number, const std::string& person) {
    boost::json::object event{{"source", "/whatsapp/senders/106540352242922"},
                              {"type", "whatsapp.message.received.text"},
                              {"time", format_time(from_millis(1'790'000'000'000 + number * 1'000))},
                              {"number", number},
                              {"data", {{"message", {{"from", person}}}}}};
    store::StoredEvent stored;
    stored.id.bytes[0] = static_cast<std::uint8_t>(number);
    stored.body = sealer.seal(boost::json::serialize(event), store::event_context(stored.id));
    stored.cursor.text = std::to_string(number);
    memory_log.events.push_back(std::move(stored));
  }
  static int number_of(const Taken::Event& event) {
    return static_cast<int>(
        boost::json::parse(expose(event.json, Purpose::kValidate)).at("number").as_int64());
  }
  static std::vector<int> numbers(const Result<Taken>& taken) {
    std::vector<int> list;
    if (!taken) return {-1};
    for (const auto& event : taken->events) list.push_back(number_of(event));
    return list;
  }
  TakeOrder order(const std::string& holder, std::size_t limit = 100) {
    TakeOrder made;
    made.holder = holder;
    made.limit = limit;
    made.create = NewGroup{};
    return made;
  }
  Result<Taken> take(Instance& at, TakeOrder how) {
    return run_now(loop, at.groups.take(name, std::move(how), Deadline{loop.now()}));
  }
  /// A reader that waits.
  struct Waiting {
    std::optional<Result<Taken>> taken;
    TaskScope scope;
  };
  static Task<void> wait_for(EventGroups& groups, GroupName name, TakeOrder how, Deadline until,
                             std::optional<Result<Taken>>* out) {
    out->emplace(co_await groups.take(std::move(name), std::move(how), until));
  }
  void start(Waiting& waiting, TakeOrder how, Millis patience) {
    waiting.scope.spawn(
        wait_for(one.groups, name, std::move(how), Deadline{loop.now() + patience}, &waiting.taken));
    loop.run_ready();
  }

  ManualScheduler loop;
  testing::SeededRandom random{7};
  config::Config config;
  config::Directory directory{config};
  testing::MemoryLog memory_log;
  testing::MemoryRecords memory;
  crypto::Fingerprinter fingerprints{Secret{std::string(32, 'k')}};
  crypto::Sealer sealer{crypto::Keyring::parse(crypto::Keyring::generate(random)).value(), random};
  std::shared_ptr<telemetry::Logger> log = telemetry::Logger::silent();
  EventReader reader{directory, loop, memory_log, fingerprints, sealer, *log};
  GroupRecords records{loop, memory, fingerprints, sealer};
  config::GroupRules rules;
  GroupName name{TenantId::parse("shop").value(), ConsumerId::parse("workers").value()};
  Instance one{rules, loop, random, reader, records};
  Instance other{rules, loop, random, reader, records};
  GroupDesk desk{loop, reader, records, one.groups};

  const std::string kA = "aaaaaaaaaaaaaaaa";
  const std::string kB = "bbbbbbbbbbbbbbbb";
};

TEST_F(EventGroupsTest, ReadersShareAndAcknowledgeWithTheNextPoll) {
  for (int i = 1; i <= 5; ++i) append(i, "1650555000" + std::to_string(i));
  const auto first = take(one, order(kA, 2));
  EXPECT_THAT(numbers(first), ElementsAre(1, 2));
  EXPECT_EQ(first->lease_end, loop.wall_now() + rules.lease);
  EXPECT_EQ(first->events[0].attempt, 1U);
  EXPECT_THAT(numbers(take(other, order(kB))), ElementsAre(3, 4, 5));
  TakeOrder next = order("cccccccccccccccc");
  next.acks = {{kA, std::nullopt}, {"dddddddddddddddd", std::nullopt}};
  const auto then = take(other, next);
  EXPECT_THAT(numbers(then), IsEmpty());
  EXPECT_THAT(then->unknown, ElementsAre(1));
  const auto report = run_now(loop, desk.report(name));
  EXPECT_EQ(report->acknowledged, 2U);
  EXPECT_EQ(report->in_flight, 3U);
  EXPECT_EQ(report->oldest, from_millis(1'790'000'003'000));
}

TEST_F(EventGroupsTest, TwoInstancesThatTakeAtOnceGetDifferentEvents) {
  for (int i = 1; i <= 4; ++i) append(i, "1650555000" + std::to_string(i));
  ASSERT_TRUE(run_now(loop, one.groups.create(name, {})));
  std::vector<int> quicker;
  memory.before_put = [&] { quicker = numbers(take(other, order(kB, 2))); };
  Waiting waiting;
  start(waiting, order(kA, 3), Millis{0});
  loop.advance(Millis{10});
  ASSERT_TRUE(waiting.taken);
  EXPECT_THAT(quicker, ElementsAre(1, 2));
  EXPECT_THAT(numbers(*waiting.taken), ElementsAre(3, 4));
}

TEST_F(EventGroupsTest, WhoIsNeverQuickEnoughIsToldSoInTheEnd) {
  append(1, "16505550001");
  ASSERT_TRUE(run_now(loop, one.groups.create(name, {})));
  memory.fault = testing::MemoryRecords::Fault{ErrorCode::kConflict, false, 1'000'000};
  Waiting waiting;
  start(waiting, order(kA), Millis{60'000});
  loop.advance(Millis{4'000});
  EXPECT_FALSE(waiting.taken);
  loop.advance(Millis{1'500});
  ASSERT_TRUE(waiting.taken);
  EXPECT_EQ(waiting.taken->error().code, ErrorCode::kOverloaded);
}

TEST_F(EventGroupsTest, AStoreThatIsOutLosesNothing) {
  append(1, "16505550001");
  ASSERT_TRUE(run_now(loop, one.groups.create(name, {})));
  memory.fault = testing::MemoryRecords::Fault{ErrorCode::kUnavailable};
  EXPECT_EQ(take(one, order(kA)).error().code, ErrorCode::kUnavailable);
  // Written, but nobody knows: the lease must end first.
  memory.fault = testing::MemoryRecords::Fault{ErrorCode::kUnknownOutcome, true};
  EXPECT_EQ(take(one, order(kA)).error().code, ErrorCode::kUnknownOutcome);
  EXPECT_THAT(numbers(take(one, order(kB))), IsEmpty());
  loop.advance(rules.lease);
  const auto again = take(one, order(kB));
  EXPECT_THAT(numbers(again), ElementsAre(1));
  EXPECT_EQ(again->events[0].attempt, 2U);
  memory.fault = testing::MemoryRecords::Fault{ErrorCode::kUnavailable};
  const std::vector<AckToken> token{again->events[0].ack};
  EXPECT_FALSE(run_now(loop, one.groups.acknowledge(name, token)));
  EXPECT_EQ(run_now(loop, one.groups.acknowledge(name, token))->events, 1U);
}

TEST_F(EventGroupsTest, AWaitingReaderIsWokenByWhatComesAndByLeasesThatEnd) {
  Waiting waiting;
  start(waiting, order(kA), Millis{30'000});
  loop.advance(Millis{200});
  EXPECT_FALSE(waiting.taken);
  append(1, "16505550001");
  one.groups.notify(name.tenant);
  loop.run_ready();
  ASSERT_TRUE(waiting.taken);
  EXPECT_THAT(numbers(*waiting.taken), ElementsAre(1));

  rules.lease = Millis{400};
  append(2, "16505550002");
  EXPECT_THAT(numbers(take(one, order(kB))), ElementsAre(2));
  Waiting heir;
  start(heir, order("cccccccccccccccc"), Millis{30'000});
  loop.advance(Millis{399});
  EXPECT_FALSE(heir.taken);
  loop.advance(Millis{1});
  ASSERT_TRUE(heir.taken);
  EXPECT_THAT(numbers(*heir.taken), ElementsAre(2));
}

TEST_F(EventGroupsTest, AWaitingReaderIsWokenByAnAcknowledgementThatFreesItsConversation) {
  append(1, "16505550001");
  append(2, "16505550001");
  EXPECT_THAT(numbers(take(one, order(kA, 1))), ElementsAre(1));
  Waiting waiting;
  start(waiting, order(kB), Millis{30'000});
  EXPECT_FALSE(waiting.taken);
  const std::vector<AckToken> token{{kA, std::nullopt}};
  ASSERT_TRUE(run_now(loop, one.groups.acknowledge(name, token)));
  loop.run_ready();
  ASSERT_TRUE(waiting.taken);
  EXPECT_THAT(numbers(*waiting.taken), ElementsAre(2));
}

TEST_F(EventGroupsTest, WaitingEndsAtTheDeadlineAndWhenTheServiceStops) {
  Waiting late;
  start(late, order(kA), Millis{3'000});
  loop.advance(Millis{2'999});
  EXPECT_FALSE(late.taken);
  loop.advance(Millis{1});
  ASSERT_TRUE(late.taken);
  EXPECT_THAT(numbers(*late.taken), IsEmpty());
  Waiting stopped;
  start(stopped, order(kA), Millis{30'000});
  one.groups.stop();
  loop.run_ready();
  EXPECT_TRUE(stopped.taken);
}

TEST_F(EventGroupsTest, AGroupThatIsDeletedWhileSomebodyWaitsIsNotMadeAgain) {
  Waiting waiting;
  start(waiting, order(kA), Millis{30'000});
  ASSERT_TRUE(run_now(loop, desk.remove(name)));
  loop.advance(Millis{1'000});
  ASSERT_TRUE(waiting.taken);
  EXPECT_EQ(waiting.taken->error().code, ErrorCode::kNotFound);
  EXPECT_EQ(run_now(loop, desk.remove(name)).error().code, ErrorCode::kNotFound);
  EXPECT_THAT(*run_now(loop, desk.list(name.tenant)), IsEmpty());
}

TEST_F(EventGroupsTest, ATenantHasSoManyGroupsAndNoMore) {
  rules.per_tenant = 2;
  for (const char* group : {"g1", "g2"}) {
    const GroupName made{name.tenant, ConsumerId::parse(group).value()};
    EXPECT_TRUE(run_now(loop, one.groups.create(made, {config::ConsumerStart::kNow})));
    EXPECT_TRUE(run_now(loop, one.groups.create(made, {config::ConsumerStart::kNow}))) << "it is there";
  }
  EXPECT_EQ(take(one, order(kA)).error().code, ErrorCode::kTooLarge);
  EXPECT_THAT(*run_now(loop, desk.list(name.tenant)), SizeIs(2));
  EXPECT_TRUE(run_now(loop, desk.remove({name.tenant, ConsumerId::parse("g1").value()})));
  EXPECT_TRUE(take(one, order(kA)));
  const GroupName of_another{TenantId::parse("bakery").value(), name.group};
  EXPECT_TRUE(run_now(loop, one.groups.create(of_another, {})));
}

TEST_F(EventGroupsTest, AGroupBeginsWhereItsFirstReaderSays) {
  append(1, "16505550001");
  TakeOrder from_now = order(kA);
  from_now.create = NewGroup{config::ConsumerStart::kNow};
  EXPECT_THAT(numbers(take(one, from_now)), IsEmpty());
  append(2, "16505550001");
  EXPECT_THAT(numbers(take(one, order(kA))), ElementsAre(2));
}

TEST_F(EventGroupsTest, AGroupGetsWhatItWasMadeForHoweverFarItIs) {
  for (int i = 1; i <= 9; ++i) append(i, "16505550001");
  TakeOrder statuses = order(kA);
  statuses.create->filter.types = {"whatsapp.message.status."};
  EXPECT_THAT(numbers(take(one, statuses)), IsEmpty());
  EXPECT_EQ(run_now(loop, desk.report(name))->unread, 0U);
  EXPECT_EQ(take(one, order(kA)).error().code, ErrorCode::kConflict);
  EXPECT_EQ(run_now(loop, one.groups.create(name, {})).error().code, ErrorCode::kConflict);
  ASSERT_TRUE(run_now(loop, desk.remove(name)));

  TakeOrder received = order(kA, 1);
  received.create->filter.types = {"whatsapp.message.received."};
  received.create->filter.senders = {SenderId::parse("106540352242922").value()};
  EXPECT_THAT(numbers(take(one, received)), ElementsAre(1));
}

TEST_F(EventGroupsTest, WhatNobodyWantsIsGoneThroughInBoundedSteps) {
  // With one wanted, pages double from 1 to 500: more than one step can read.
  store::StoredEvent unwanted;
  unwanted.body =
      sealer.seal(R"({"type":"whatsapp.message.status.sent"})", store::event_context(unwanted.id));
  for (int i = 1; i <= 2'000; ++i) {
    unwanted.cursor.text = std::to_string(i);
    memory_log.events.push_back(unwanted);
  }
  append(2'001, "16505550001");
  TakeOrder received = order(kA, 1);
  received.create->filter.types = {"whatsapp.message.received."};
  EXPECT_THAT(numbers(take(one, received)), ElementsAre(2'001));
  EXPECT_GT(memory.puts, 3U) << "names, group, then at least two steps";
}

TEST_F(EventGroupsTest, AnEventThatIsNoLongerKeptIsForgotten) {
  append(1, "16505550001");
  append(2, "16505550001");
  EXPECT_THAT(numbers(take(one, order(kA, 1))), ElementsAre(1));
  loop.advance(rules.lease);
  memory_log.events.erase(memory_log.events.begin());
  EXPECT_THAT(numbers(take(one, order(kB))), ElementsAre(2)) << "and holds up nobody";
  EXPECT_EQ(run_now(loop, desk.report(name))->in_flight, 1U);
}

TEST_F(EventGroupsTest, AStreamHasSoManyAndAFullWindowGivesNoMore) {
  for (int i = 1; i <= 9; ++i) append(i, "1650555000" + std::to_string(i));
  TakeOrder stream = order(kA);
  stream.in_flight = 3;
  EXPECT_THAT(numbers(take(one, stream)), ElementsAre(1, 2, 3));
  EXPECT_THAT(numbers(take(one, stream)), IsEmpty());
  rules.window = 5;
  EXPECT_THAT(numbers(take(one, order(kB))), ElementsAre(4, 5));
  EXPECT_THAT(numbers(take(one, order(kB))), IsEmpty());
  const std::vector<AckToken> token{{kA, std::nullopt}};
  ASSERT_TRUE(run_now(loop, one.groups.acknowledge(name, token)));
  EXPECT_THAT(numbers(take(one, stream)), ElementsAre(6, 7, 8));
}

TEST_F(EventGroupsTest, ManyBlockedEventsAreReadPast) {
  for (int i = 1; i <= 100; ++i) append(i, "16505550001");
  append(101, "16505550002");
  EXPECT_THAT(numbers(take(one, order(kA, 1))), ElementsAre(1));
  EXPECT_THAT(numbers(take(one, order(kB, 1))), ElementsAre(101));
}

TEST_F(EventGroupsTest, DeadLettersAreKeptAndHandedOutAgainOnDemand) {
  rules.attempts = 2;
  append(1, "16505550001");
  append(2, "16505550001");
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(numbers(take(one, order(kA, 1))), ElementsAre(1));
    loop.advance(rules.lease);
  }
  EXPECT_THAT(numbers(take(one, order(kB))), ElementsAre(2));
  const auto letters = run_now(loop, desk.dead_letters(name));
  ASSERT_THAT(*letters, SizeIs(1));
  EXPECT_EQ(letters->front().id.bytes[0], 1);
  EXPECT_EQ(run_now(loop, desk.redrive(name, rules)), 1U);
  const std::vector<AckToken> token{{kB, std::nullopt}};
  ASSERT_TRUE(run_now(loop, one.groups.acknowledge(name, token)));
  EXPECT_THAT(numbers(take(one, order(kA))), ElementsAre(1));
}

TEST_F(EventGroupsTest, SeekingGoesToAnEndOrATimeAndSaysFirstWhatItWouldDo) {
  for (int i = 1; i <= 5; ++i) append(i, "1650555000" + std::to_string(i));
  EXPECT_THAT(numbers(take(one, order(kA, 2))), ElementsAre(1, 2));
  const auto seek = [&](SeekTarget target, bool dry_run) {
    return run_now(loop, desk.seek(name, {target, dry_run}, Deadline{loop.now() + Millis{1'000}}));
  };
  const auto dry = seek(from_millis(1'790'000'004'000), true);
  EXPECT_EQ(dry->after.unread, 2U);
  EXPECT_EQ(dry->dropped, 2U);
  EXPECT_EQ(dry->after.oldest, from_millis(1'790'000'004'000));
  EXPECT_EQ(run_now(loop, desk.report(name))->in_flight, 2U) << "nothing happened";
  EXPECT_EQ(seek(from_millis(1'790'000'004'000), false)->dropped, 2U);
  EXPECT_THAT(numbers(take(one, order(kB))), ElementsAre(4, 5));
  EXPECT_EQ(seek(config::ConsumerStart::kNow, false)->after.unread, 0U);
  EXPECT_THAT(numbers(take(one, order(kB))), IsEmpty());
  EXPECT_TRUE(seek(config::ConsumerStart::kOldest, false));
  EXPECT_THAT(numbers(take(one, order(kB))), ElementsAre(1, 2, 3, 4, 5));
  EXPECT_EQ(seek(from_millis(1'800'000'000'000), true)->after.unread, 0U) << "after the last one";
}

TEST_F(EventGroupsTest, TheLagIsThatOfTheOldestEventNotAcknowledged) {
  EXPECT_EQ(one.groups.lag(), Millis{0});
  append(1, "16505550001");
  take(one, order(kA));
  loop.advance(Millis{5'000});
  one.groups.measure();
  EXPECT_EQ(one.groups.lag(), Millis{4'000});
  const std::vector<AckToken> token{{kA, std::nullopt}};
  ASSERT_TRUE(run_now(loop, one.groups.acknowledge(name, token)));
  one.groups.measure();
  EXPECT_EQ(one.groups.lag(), Millis{0});
}

TEST_F(EventGroupsTest, NothingIsWrittenWhileNothingHappens) {
  take(one, order(kA));
  const std::size_t puts = memory.puts;
  for (int i = 0; i < 3; ++i) EXPECT_THAT(numbers(take(one, order(kA))), IsEmpty());
  EXPECT_EQ(memory.puts, puts);
}

}  // namespace
}  // namespace wac::delivery
