// The event log over several streams, and clocks that do not agree.

#include "store/redis/redis_events.h"

#include "integration/store_redis/redis_fixture.h"

namespace wac::testing {
namespace {

class RedisEventsTest : public RedisStoreTest {
 protected:
  Result<EventPage> read_all(std::vector<Partition> partitions, std::string cursor, std::size_t limit) {
    return run<Result<EventPage>>(
        [&] { return store().events().read_after(tenant_, partitions, EventCursor{cursor}, limit); });
  }

  /// Fingerprints of what a reader meets, page by page, from the beginning.
  std::vector<crypto::Fingerprint> walk(const std::vector<Partition>& partitions, std::size_t limit) {
    std::vector<crypto::Fingerprint> seen;
    std::string cursor;
    for (;;) {
      const EventPage page = read_all(partitions, cursor, limit).value();
      if (page.events.empty()) return seen;
      EXPECT_EQ(page.events.back().cursor.text, page.cursor.text);
      for (const auto& event : page.events) seen.push_back(event.id);
      cursor = page.cursor.text;
    }
  }

  crypto::Fingerprint put(Partition partition, WallTime now) {
    const NewEvent made = event();
    const auto answer = run<Result<std::vector<Ingested>>>(
        [&] { return store().events().ingest(partition, {made}, {}, now); });
    EXPECT_TRUE(answer && answer->at(0).appended);
    return made.dedupe;
  }

  const Partition a_{3};
  const Partition b_{17};
  const Partition c_{63};
};

TEST_P(RedisEventsTest, ArriveInOrderOfTimeOverAllPartitions) {
  std::vector<crypto::Fingerprint> put_in;
  for (int n = 0; n < 30; ++n) put_in.push_back(put(n % 3 == 0 ? a_ : n % 3 == 1 ? b_ : c_, at(n)));
  for (const std::size_t limit : {1U, 2U, 7U, 30U, 100U})
    EXPECT_EQ(walk({a_, b_, c_}, limit), put_in) << limit;
}

TEST_P(RedisEventsTest, APageIsFullEvenWhenOnePartitionHoldsEverything) {
  std::vector<NewEvent> events;
  for (int n = 0; n < 100; ++n) events.push_back(event());
  ASSERT_TRUE(
      run<Result<std::vector<Ingested>>>([&] { return store().events().ingest(b_, events, {}, at(0)); }));
  std::vector<Partition> all;
  for (std::uint16_t number = 0; number < Partition::kCount; ++number) all.push_back({number});
  EXPECT_EQ(read_all(all, "", 90)->events.size(), 90U);
  EXPECT_EQ(walk(all, 90).size(), 100U);
}

TEST_P(RedisEventsTest, ACursorGoesOnWhereItsEventWas) {
  std::vector<crypto::Fingerprint> put_in;
  for (int n = 0; n < 6; ++n) put_in.push_back(put(n % 2 == 0 ? a_ : b_, at(n)));
  const EventPage first = read_all({a_, b_}, "", 6).value();
  ASSERT_EQ(first.events.size(), 6U);
  for (std::size_t n = 0; n < 6; ++n) {
    const EventPage rest = read_all({a_, b_}, first.events[n].cursor.text, 10).value();
    ASSERT_EQ(rest.events.size(), 5 - n);
    if (n < 5) EXPECT_EQ(rest.events[0].id, put_in[n + 1]);
  }
}

TEST_P(RedisEventsTest, FromNowOnMeansAfterWhatIsThereInEveryPartition) {
  put(a_, at(0));
  const std::string now = read_all({a_, b_}, "$", 10)->cursor.text;
  EXPECT_NE(now, "$");
  const std::vector<crypto::Fingerprint> later{put(b_, at(1)), put(a_, at(2))};
  const EventPage page = read_all({a_, b_}, now, 10).value();
  ASSERT_EQ(page.events.size(), 2U);
  EXPECT_EQ(page.events[0].id, later[0]);
  EXPECT_EQ(page.events[1].id, later[1]);
}

TEST_P(RedisEventsTest, FromNowOnInAnEmptyLogMissesNothing) {
  const std::string now = read_all({a_, b_}, "$", 10)->cursor.text;
  put(a_, at(0));
  EXPECT_EQ(read_all({a_, b_}, now, 10)->events.size(), 1U);
}

TEST_P(RedisEventsTest, ForeignCursorsAndPartitionsAreInvalid) {
  for (const char* text : {"17", "r1.99-1-1", "$x", "r2"}) {
    EXPECT_EQ(read_all({a_}, text, 10).error().code, ErrorCode::kInvalid) << text;
  }
  EXPECT_EQ(read_all({Partition{64}}, "", 10).error().code, ErrorCode::kInvalid);
}

TEST_P(RedisEventsTest, PagesAreBounded) {
  std::vector<NewEvent> events;
  for (std::size_t n = 0; n < store::redis::kEventsPerPage + 1; ++n) events.push_back(event());
  ASSERT_TRUE(
      run<Result<std::vector<Ingested>>>([&] { return store().events().ingest(a_, events, {}, at(0)); }));
  EXPECT_EQ(read_all({a_}, "", 1'000'000)->events.size(), store::redis::kEventsPerPage);
  EXPECT_TRUE(read_all({a_}, "", 0)->events.empty());
}

TEST_P(RedisEventsTest, AnotherTenantsEventsAreNotSeen) {
  NewEvent foreign = event();
  foreign.tenant = *TenantId::parse("other");
  ingest_one(foreign, at(0));
  EXPECT_TRUE(read("")->events.empty());
}

TEST_P(RedisEventsTest, AClockThatRunsBackLosesNothingAndKeepsTheOrder) {
  const std::vector<crypto::Fingerprint> put_in{put(a_, at(50)), put(a_, at(10)), put(a_, at(10)),
                                                put(a_, at(60))};
  EXPECT_EQ(walk({a_}, 2), put_in);
}

TEST_P(RedisEventsTest, AStreamThatWasTrimmedEmptyTakesEventsOfAnEarlierClock) {
  put(partition_, at(50'000'000));
  server().cli({"XTRIM", prefix() + "e:tenant", "MAXLEN", "0"});
  const std::vector<crypto::Fingerprint> put_in{put(partition_, at(1)), put(partition_, at(2))};
  EXPECT_EQ(walk({partition_}, 10), put_in);
}

TEST_P(RedisEventsTest, WhatIsOlderThanTheRetentionIsTrimmed) {
  EventRules rules;
  rules.event_retention = Millis{1'000'000};
  std::vector<NewEvent> old;
  for (int n = 0; n < 500; ++n) old.push_back(event());
  ingest(old, at(0), rules);
  ingest_one(event(), at(2'000'000), rules);
  // Redis trims whole nodes of a stream: some old events may stay for a while.
  EXPECT_LT(read("", 1'000)->events.size(), 200U);
}

INSTANTIATE_TEST_SUITE_P(Redis, RedisEventsTest, ::testing::Values(EngineFactory{"plain", make_plain_redis}),
                         engine_name);

}  // namespace
}  // namespace wac::testing
