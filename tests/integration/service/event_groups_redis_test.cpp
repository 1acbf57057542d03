// Groups of readers over several instances on one Redis, and while that is out.

#include "group_fixture.h"

#include <thread>

namespace wac::testing {
namespace {

class EventGroupsOnRedis : public ::testing::Test {
 protected:
  void launch(Environment env = {}) {
    RedisServerOptions durable;
    durable.persistence = RedisServerOptions::Persistence::kAppendOnly;
    redis_.emplace(durable);
    one_.emplace(ConnectorOptions{"http://127.0.0.1:1", redis_->url(), env});
    one_->start();
    env.emplace_back("KEYRING_FILE", one_->data_dir() + "/keyring.json");
    two_.emplace(ConnectorOptions{"http://127.0.0.1:1", redis_->url(), env});
    two_->start();
  }
  static std::vector<int> counted(int count) {
    std::vector<int> numbers;
    for (int i = 0; i < count; ++i) numbers.push_back(i);
    return numbers;
  }

  std::optional<RedisServer> redis_;
  std::optional<Connector> one_;
  std::optional<Connector> two_;
};

TEST_F(EventGroupsOnRedis, ReadersOfTwoInstancesShareAndADeadInstanceLosesNothing) {
  constexpr int kPeople = 6;
  constexpr int kEach = 40;
  launch({{"EVENT_GROUP_LEASE_MS", "3000"}});
  Harvest harvest;
  std::atomic<bool> stop{false};
  const auto done = [&] { return stop.load(); };
  std::vector<std::thread> readers;
  readers.emplace_back([&] { read_group(*one_, 5, harvest, done); });
  readers.emplace_back([&] { read_group(*two_, 5, harvest, done); });
  readers.emplace_back([&] { read_group(*two_, 3, harvest, done); });
  for (int number = 0; number < kEach / 2; ++number) {
    for (int person = 0; person < kPeople; ++person) EXPECT_TRUE(receive(*one_, person, number));
  }
  EXPECT_TRUE(eventually([&] { return harvest.size() == kPeople * kEach / 2; }, Millis{30'000}));
  for (const auto& [person, numbers] : harvest.by_person()) EXPECT_EQ(numbers, counted(kEach / 2)) << person;

  // One instance dies with a stream that had events.
  StreamReader stream{*two_};
  for (int person = 0; person < kPeople; ++person) EXPECT_TRUE(receive(*one_, person, kEach / 2));
  two_->kill();
  for (int number = kEach / 2 + 1; number < kEach; ++number) {
    for (int person = 0; person < kPeople; ++person) EXPECT_TRUE(receive(*one_, person, number));
  }
  const auto complete = [&] {
    const auto people = harvest.by_person();
    return people.size() == kPeople && std::ranges::all_of(people, [](const auto& entry) {
             return std::set<int>(entry.second.begin(), entry.second.end()).size() == kEach;
           });
  };
  EXPECT_TRUE(eventually(complete, Millis{30'000}));
  stop = true;
  for (std::thread& reader : readers) reader.join();
  // What was with the dead one may have come twice, never too late.
  for (auto [person, numbers] : harvest.by_person()) {
    EXPECT_TRUE(std::ranges::is_sorted(numbers)) << person;
  }
}

TEST_F(EventGroupsOnRedis, WhileRedisIsOutReadersAreToldAndNothingIsLost) {
  constexpr int kCount = 30;
  launch({{"EVENT_GROUP_LEASE_MS", "2000"}, {"REQUEST_BUDGET_MS", "3000"}});
  for (int number = 0; number < kCount; ++number) ASSERT_TRUE(receive(*one_, 1, number));
  Harvest harvest;
  GroupPage page = poll(*one_, "&limit=10");
  ASSERT_EQ(page.wamids.size(), 10U);
  harvest.add(page.wamids);
  redis_->kill();
  EXPECT_TRUE(eventually([&] { return post_tokens(*one_, "ack", {page.ack}).status == 503; }));
  EXPECT_EQ(poll(*one_, "").status, 503);
  EXPECT_EQ(poll(*two_, "").status, 503);
  redis_->start();
  ASSERT_TRUE(
      eventually([&] { return post_tokens(*two_, "ack", {page.ack}).status == 200; }, Millis{20'000}));
  std::atomic<bool> stop{false};
  std::thread reader{[&] { read_group(*two_, 10, harvest, [&] { return stop.load(); }); }};
  const auto complete = [&] {
    const auto people = harvest.by_person();
    const auto& numbers = people.at(1);
    return std::set<int>(numbers.begin(), numbers.end()).size() == kCount;
  };
  EXPECT_TRUE(eventually(complete, Millis{20'000}));
  stop = true;
  reader.join();
  EXPECT_TRUE(std::ranges::is_sorted(harvest.by_person().at(1)));
  EXPECT_EQ(harvest.size(), kCount) << "the acknowledgement was taken after all";
}

}  // namespace
}  // namespace wac::testing
