// Groups of readers: they share events, in order within a conversation, and what one does not acknowledge
// comes back, whatever dies.

#include "group_fixture.h"

#include <thread>

namespace wac::testing {
namespace {

namespace json = boost::json;
using Strings = std::vector<std::string>;

constexpr const char* kLeased = "whatsapp_event_group_total{outcome=\"leased\"}";
constexpr const char* kRedelivered = "whatsapp_event_group_total{outcome=\"redelivered\"}";
constexpr const char* kAcknowledged = "whatsapp_event_group_total{outcome=\"acknowledged\"}";

class EventGroupsTest : public ServiceTest {};
INSTANTIATE_TEST_SUITE_P(Engines, EventGroupsTest, ::testing::Values(Engine::kEmbedded, Engine::kRedis),
                         engine_name);

TEST_P(EventGroupsTest, TwoReadersShareEventsWithoutOverlapAndInOrder) {
  constexpr int kPeople = 10;
  constexpr int kEach = 50;
  launch();
  Harvest harvest;
  std::atomic<bool> stop{false};
  const auto done = [&] { return stop || harvest.size() >= std::size_t{kPeople} * kEach; };
  std::thread one{[&] { read_group(*connector_, 20, harvest, done); }};
  std::thread two{[&] { read_group(*connector_, 7, harvest, done); }};
  for (int number = 0; number < kEach; ++number) {
    for (int person = 0; person < kPeople; ++person) EXPECT_TRUE(receive(*connector_, person, number));
  }
  EXPECT_TRUE(eventually(done, Millis{60'000}));
  stop = true;
  one.join();
  two.join();
  std::vector<int> expected(kEach);
  for (int i = 0; i < kEach; ++i) expected[static_cast<std::size_t>(i)] = i;
  const auto people = harvest.by_person();
  EXPECT_EQ(people.size(), std::size_t{kPeople});
  for (const auto& [person, numbers] : people) EXPECT_EQ(numbers, expected) << "person " << person;
  const auto report = group_report(*connector_);
  EXPECT_EQ(report.at("acknowledged"), kPeople * kEach);
  EXPECT_EQ(report.at("inFlight"), 0);
  EXPECT_EQ(report.at("unread"), 0);
  EXPECT_EQ(connector_->metric(kLeased), kPeople * kEach);
  EXPECT_EQ(connector_->metric(kAcknowledged), kPeople * kEach);
  EXPECT_EQ(connector_->metric(kRedelivered), 0);
}

TEST_P(EventGroupsTest, WhatADeadStreamHadComesBackAtOnce) {
  launch();
  StreamReader first{*connector_};
  for (int person = 0; person < 3; ++person) ASSERT_TRUE(receive(*connector_, person, 0));
  ASSERT_TRUE(eventually([&] { return first.ids().size() == 3; }));
  EXPECT_EQ(post_tokens(*connector_, "ack", {first.ids()[1]}).status, 200);
  EXPECT_EQ(poll(*connector_, "").wamids, Strings{});
  first.kill();
  const GroupPage heir = poll(*connector_, "&wait=8");
  EXPECT_EQ(heir.wamids, (Strings{numbered(0, 0), numbered(2, 0)}))
      << "long before the lease of a minute ends";
  EXPECT_EQ(heir.attempts, (std::vector<std::int64_t>{2, 2}));
  EXPECT_EQ(connector_->metric(kRedelivered), 2);
}

TEST_P(EventGroupsTest, AStreamIsGivenNoMoreThanItMayHave) {
  launch({{"EVENT_GROUP_IN_FLIGHT", "3"}});
  for (int person = 0; person < 8; ++person) ASSERT_TRUE(receive(*connector_, person, 0));
  StreamReader reader{*connector_};
  ASSERT_TRUE(eventually([&] { return reader.ids().size() == 3; }));
  EXPECT_EQ(group_report(*connector_).at("unread"), 5);
  const Strings ids = reader.ids();
  EXPECT_EQ(json::parse(post_tokens(*connector_, "ack", {ids[0], ids[2]}).body).at("acknowledged"), 2);
  ASSERT_TRUE(eventually([&] { return reader.ids().size() == 5; }));
  EXPECT_EQ(group_report(*connector_).at("inFlight"), 3);
  // All of the stream, by the part of a token that all have.
  EXPECT_EQ(json::parse(post_tokens(*connector_, "ack", {ids[0].substr(0, 16)}).body).at("acknowledged"), 3);
  ASSERT_TRUE(eventually([&] { return reader.ids().size() == 8; }));
}

TEST_P(EventGroupsTest, ADrainedStreamGivesBackWithoutCounting) {
  launch();
  ASSERT_TRUE(receive(*connector_, 1, 0));
  StreamReader reader{*connector_};
  ASSERT_TRUE(eventually([&] { return reader.ids().size() == 1; }));
  const auto ended = connector_->terminate();
  ASSERT_TRUE(ended) << "an open stream does not hold up the drain";
  EXPECT_EQ(ended->code, 0);
  connector_->start();
  const GroupPage page = poll(*connector_, "");
  EXPECT_EQ(page.wamids, Strings{numbered(1, 0)});
  EXPECT_EQ(page.attempts, std::vector<std::int64_t>{1});
}

TEST_P(EventGroupsTest, ACrashKeepsThePlaceAndLeasesEnd) {
  launch({{"EVENT_GROUP_LEASE_MS", "4000"}});
  for (int number = 0; number < 4; ++number) ASSERT_TRUE(receive(*connector_, number, 0));
  const GroupPage settled = poll(*connector_, "&limit=2");
  const GroupPage lost = poll(*connector_, "&limit=1&ack=" + settled.ack);
  EXPECT_EQ(lost.wamids, Strings{numbered(2, 0)});
  connector_->kill();
  connector_->start();
  EXPECT_EQ(poll(*connector_, "&limit=1").wamids, Strings{numbered(3, 0)}) << "the lease is kept too";
  const GroupPage back = poll(*connector_, "&limit=1&wait=8");
  EXPECT_EQ(back.wamids, Strings{numbered(2, 0)});
  EXPECT_EQ(back.attempts, std::vector<std::int64_t>{2});
  EXPECT_EQ(poll(*connector_, "&ack=" + lost.ack).unknown, 1U) << "another one has it";
  EXPECT_EQ(json::parse(post_tokens(*connector_, "ack", back.acks).body).at("acknowledged"), 1);
}

TEST_P(EventGroupsTest, AReaderMayExtendAndGiveBack) {
  launch({{"EVENT_GROUP_LEASE_MS", "2000"}});
  ASSERT_TRUE(receive(*connector_, 1, 0));
  ASSERT_TRUE(receive(*connector_, 1, 1));
  ASSERT_TRUE(receive(*connector_, 2, 0));
  const GroupPage page = poll(*connector_, "");
  ASSERT_EQ(page.wamids.size(), 3U);
  // Held for longer than two leases by extending.
  const auto began = std::chrono::steady_clock::now();
  EXPECT_TRUE(eventually(
      [&] {
        const auto extended = json::parse(post_tokens(*connector_, "extend", {page.ack}).body);
        EXPECT_EQ(extended.at("extended"), 3);
        return std::chrono::steady_clock::now() - began > Millis{4'200};
      },
      Millis{10'000}));
  EXPECT_EQ(poll(*connector_, "").wamids, Strings{});
  EXPECT_EQ(post_tokens(*connector_, "ack", {page.acks[2]}).status, 200);
  const auto nack = post_tokens(*connector_, "nack", {page.acks[0], "nonsense"});
  EXPECT_EQ(json::parse(nack.body).at("givenBack"), 1);
  EXPECT_EQ(json::parse(nack.body).at("unknown"), json::array{"nonsense"});
  const GroupPage again = poll(*connector_, "");
  EXPECT_EQ(again.wamids, (Strings{numbered(1, 0), numbered(1, 1)})) << "in order";
  EXPECT_EQ(again.attempts, (std::vector<std::int64_t>{2, 1})) << "the second one was not looked at";
  EXPECT_EQ(post_tokens(*connector_, "nack", {again.ack}, R"(,"delayMs":1200)").status, 200);
  EXPECT_EQ(poll(*connector_, "").wamids, Strings{});
  EXPECT_EQ(poll(*connector_, "&wait=8").wamids.size(), 2U);
}

TEST_P(EventGroupsTest, AnEventNobodyAcknowledgesIsADeadLetterAndHoldsUpNobody) {
  launch({{"EVENT_GROUP_ATTEMPTS", "2"}});
  ASSERT_TRUE(receive(*connector_, 1, 0));
  ASSERT_TRUE(receive(*connector_, 1, 1));
  for (int i = 0; i < 2; ++i) {
    const GroupPage page = poll(*connector_, "&limit=1");
    EXPECT_EQ(page.wamids, Strings{numbered(1, 0)});
    post_tokens(*connector_, "nack", {page.ack});
  }
  const GroupPage next = poll(*connector_, "");
  EXPECT_EQ(next.wamids, Strings{numbered(1, 1)});
  const auto letters = json::parse(connector_->get("/v1/event-groups/g/dead-letters").body);
  ASSERT_EQ(letters.at("deadLetters").as_array().size(), 1U);
  EXPECT_EQ(letters.at("deadLetters").at(0).at("attempts"), 2);
  EXPECT_EQ(connector_->metric("whatsapp_event_group_total{outcome=\"dead_letter\"}"), 1);
  post_tokens(*connector_, "ack", {next.ack});
  EXPECT_EQ(json::parse(connector_->post("/v1/event-groups/g/dead-letters/redrive", "").body).at("redriven"),
            1);
  EXPECT_EQ(poll(*connector_, "").wamids, Strings{numbered(1, 0)});
}

TEST_P(EventGroupsTest, GroupsAreListedMovedAndForgotten) {
  launch({{"EVENT_GROUPS_MAX", "2"}});
  for (int number = 0; number < 3; ++number) ASSERT_TRUE(receive(*connector_, 1, number));
  EXPECT_EQ(poll(*connector_, "&start=now", "late").wamids, Strings{});
  EXPECT_EQ(poll(*connector_, "&limit=2").wamids.size(), 2U) << "a new group begins with the oldest event";
  EXPECT_EQ(connector_->get("/v1/events?group=third").status, 409);
  const auto listed = json::parse(connector_->get("/v1/event-groups").body).at("groups").as_array();
  ASSERT_EQ(listed.size(), 2U);
  EXPECT_EQ(listed[0].at("group"), "late");
  EXPECT_EQ(listed[1].at("inFlight"), 2);
  EXPECT_EQ(listed[1].at("unread"), 1);
  EXPECT_GT(listed[1].at("oldestUnacknowledgedAgeMs").to_number<std::int64_t>(), 0);

  const auto seek = [&](const std::string& body) {
    return connector_->post("/v1/event-groups/g/seek", body);
  };
  const auto dry = json::parse(seek(R"({"to":"now","dryRun":true})").body);
  EXPECT_EQ(dry.at("unread"), 0);
  EXPECT_EQ(dry.at("dropped"), 2);
  EXPECT_EQ(group_report(*connector_).at("inFlight"), 2) << "nothing happened";
  EXPECT_EQ(seek(R"({"to":"oldest"})").status, 200);
  EXPECT_EQ(poll(*connector_, "").wamids.size(), 3U);
  EXPECT_EQ(json::parse(seek(R"({"to":"2020-01-01T00:00:00Z","dryRun":true})").body).at("unread"), 3);
  EXPECT_EQ(seek(R"({"to":"yesterday"})").status, 400);

  const HttpHeaders key{{"Authorization", "Bearer " + connector_->api_key()}};
  EXPECT_EQ(http_request("DELETE", connector_->url("/v1/event-groups/g"), key).status, 200);
  EXPECT_EQ(http_request("DELETE", connector_->url("/v1/event-groups/g"), key).status, 404);
  EXPECT_EQ(connector_->get("/v1/event-groups/g").status, 404);
  EXPECT_EQ(post_tokens(*connector_, "ack", {"aaaaaaaaaaaaaaaa"}).status, 404);
  EXPECT_EQ(connector_->get("/v1/events?group=third").status, 200) << "there is room again";
}

TEST_P(EventGroupsTest, AGroupIsForTheTypesItWasMadeFor) {
  launch();
  ASSERT_TRUE(receive(*connector_, 1, 0));
  EXPECT_EQ(poll(*connector_, "&types=whatsapp.account.").wamids, Strings{});
  EXPECT_EQ(poll(*connector_, "").status, 409);
  const HttpHeaders stream{{"Accept", "text/event-stream"}};
  EXPECT_EQ(connector_->get("/v1/events?group=g", stream).status, 409);
  EXPECT_EQ(group_report(*connector_).at("unread"), 0);
  const std::string messages = "&types=whatsapp.message.received.&senders=" + std::string{kSender};
  EXPECT_EQ(poll(*connector_, messages, "crm").wamids, Strings{numbered(1, 0)});
}

TEST_P(EventGroupsTest, OddRequestsAreToldWhatIsWrong) {
  launch();
  for (const char* query : {"group=", "group=No", "group=g&start=middle", "group=g&cursor=%24"}) {
    const HttpReply reply = connector_->get("/v1/events?" + std::string{query});
    EXPECT_EQ(reply.status, 400) << query;
    EXPECT_EQ(json::parse(reply.body).at("errors").as_array().size(), 1U) << query;
  }
  EXPECT_EQ(poll(*connector_, "&ack=nonsense,,aaaaaaaaaaaaaaaa").unknown, 2U);
  const HttpHeaders stream{{"Accept", "text/event-stream"}};
  EXPECT_EQ(connector_->get("/v1/events?group=g&ack=a", stream).status, 400);
  for (const char* body :
       {"", "[]", "{}", R"({"acks":[]})", R"({"acks":[1]})", R"({"acks":["a"],"delayMs":1})"})
    EXPECT_EQ(connector_->post("/v1/event-groups/g/ack", body).status, 400) << body;
  EXPECT_EQ(post_tokens(*connector_, "nack", {"a"}, R"(,"delayMs":3600001)").status, 400);
  EXPECT_EQ(post_tokens(*connector_, "other", {"a"}).status, 404);
  EXPECT_EQ(connector_->get("/v1/event-groups/g/ack").status, 405);
  EXPECT_EQ(http_request("GET", connector_->url("/v1/event-groups")).status, 401);
  EXPECT_EQ(http_request("GET", connector_->url("/v1/events?group=g")).status, 401);
}

}  // namespace
}  // namespace wac::testing
