#include "sandbox/webhook_queue.h"

#include "support/manual_scheduler.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

namespace wac::sandbox {
namespace {

using ::testing::ElementsAre;
using testing::ManualScheduler;
using testing::SeededRandom;

/// Answers POSTs with a script, then 200; or holds them until told.
class FakeTransport final : public WebhookTransport {
 public:
  Task<int> post(std::string body) override {
    bodies.push_back(std::move(body));
    if (hold) {
      const OneShot<int> answer;
      held.push_back(answer);
      const int status = co_await answer;
      co_return status;
    }
    if (script.empty()) co_return 200;
    const int status = script.front();
    script.pop_front();
    co_return status;
  }
  std::vector<std::string> statuses() const {
    std::vector<std::string> out;
    for (const std::string& body : bodies) {
      const auto json = boost::json::parse(body);
      const auto& list = json.at("entry").at(0).at("changes").at(0).at("value").at("statuses").as_array();
      std::string line;
      for (const auto& item : list) {
        line += (line.empty() ? "" : "+") + std::string(item.at("id").as_string()) + ":" +
                std::string(item.at("status").as_string());
      }
      out.push_back(line);
    }
    return out;
  }

  std::vector<std::string> bodies;
  std::deque<int> script;
  std::vector<OneShot<int>> held;
  bool hold = false;
};

Update status(const std::string& id, Status value) {
  auto message = std::make_shared<SentMessage>();
  message->wamid = id;
  message->party.phone_number_id = "1";
  message->category = "service";
  Update update;
  update.message = std::move(message);
  update.status = value;
  return update;
}

class WebhookQueueTest : public ::testing::Test {
 protected:
  WebhookQueue& make(WebhookConfig config) {
    queue.emplace(scheduler, transport, random, std::move(config), "waba",
                  WebhookQueue::Hooks{.sent = [this](const Update&) { ++sent; },
                                      .acknowledged = [this](const Update&) { ++acknowledged; }});
    return *queue;
  }
  void TearDown() override {
    if (!queue) return;
    TaskScope scope;
    transport.hold = false;
    for (const auto& held : transport.held) held.set(200);
    scope.spawn(queue->stop());
    scheduler.run_ready();
    ASSERT_EQ(scope.running(), 0U);
  }

  ManualScheduler scheduler;
  FakeTransport transport;
  SeededRandom random{7};
  std::optional<WebhookQueue> queue;
  int sent = 0;
  int acknowledged = 0;
};

TEST_F(WebhookQueueTest, DeliversInOrderOfTheirTimes) {
  WebhookQueue& q = make({});
  q.schedule(status("a", Status::kRead), Millis{150});
  q.schedule(status("a", Status::kSent), Millis{20});
  q.schedule(status("a", Status::kDelivered), Millis{60});
  scheduler.advance(Millis{19});
  EXPECT_TRUE(transport.bodies.empty());
  scheduler.advance(Millis{1});
  EXPECT_EQ(transport.bodies.size(), 1U);
  scheduler.advance(Millis{1'000});
  EXPECT_THAT(transport.statuses(), ElementsAre("a:sent", "a:delivered", "a:read"));
  EXPECT_EQ(sent, 3);
  EXPECT_EQ(acknowledged, 3);
  EXPECT_EQ(q.counts().pending, 0U);
}

TEST_F(WebhookQueueTest, RepeatsTheSameBytesUntil200AndNoOther2xx) {
  WebhookQueue& q = make({.retry_after = {Millis{100}, Millis{300}}});
  transport.script = {500, 0, 204, 404};
  q.schedule(status("a", Status::kSent), Millis{0});
  scheduler.advance(Millis{0});
  EXPECT_EQ(transport.bodies.size(), 1U);
  scheduler.advance(Millis{99});
  EXPECT_EQ(transport.bodies.size(), 1U);
  scheduler.advance(Millis{1});
  EXPECT_EQ(transport.bodies.size(), 2U);
  scheduler.advance(Millis{300});
  scheduler.advance(Millis{300});
  EXPECT_EQ(transport.bodies.size(), 4U);
  EXPECT_EQ(q.counts().pending, 1U);
  scheduler.advance(Millis{300});
  ASSERT_EQ(transport.bodies.size(), 5U);
  EXPECT_EQ(transport.bodies[0], transport.bodies[4]);
  EXPECT_EQ(q.counts().pending, 0U);
  EXPECT_EQ(q.counts().retries, 4U);
  EXPECT_EQ(sent, 1) << "sent counts updates, not tries";
  EXPECT_EQ(acknowledged, 1);
  scheduler.advance(Millis{100'000});
  EXPECT_EQ(transport.bodies.size(), 5U);
}

TEST_F(WebhookQueueTest, GivesUpAfterItsTime) {
  WebhookQueue& q = make({.retry_after = {Millis{1'000}}, .give_up_after = Millis{2'500}});
  transport.script = std::deque<int>(100, 500);
  q.schedule(status("a", Status::kSent), Millis{0});
  scheduler.advance(Millis{60'000});
  EXPECT_EQ(transport.bodies.size(), 3U);
  EXPECT_EQ(q.counts().failed, 1U);
  EXPECT_EQ(q.counts().pending, 0U);
  EXPECT_EQ(acknowledged, 0);
}

TEST_F(WebhookQueueTest, PutsWaitingUpdatesIntoOnePost) {
  WebhookQueue& q = make({.faults = {.batch = 2}});
  for (const char* const id : {"a", "b", "c"}) q.schedule(status(id, Status::kSent), Millis{5});
  scheduler.advance(Millis{5});
  EXPECT_THAT(transport.statuses(), ElementsAre("a:sent+b:sent", "c:sent"));
}

TEST_F(WebhookQueueTest, KeepsToItsConcurrency) {
  WebhookQueue& q = make({.concurrency = 2});
  transport.hold = true;
  for (const char* const id : {"a", "b", "c"}) q.schedule(status(id, Status::kSent), Millis{5});
  scheduler.advance(Millis{5});
  EXPECT_EQ(transport.bodies.size(), 2U);
  transport.held[0].set(200);
  scheduler.run_ready();
  EXPECT_EQ(transport.bodies.size(), 3U);
}

TEST_F(WebhookQueueTest, SendsAcknowledgedPostsAgainWhenAskedTo) {
  WebhookQueue& q = make({.faults = {.duplicate_percent = 100}});
  q.schedule(status("a", Status::kSent), Millis{0});
  scheduler.advance(Millis{5'000});
  ASSERT_EQ(transport.bodies.size(), 2U) << "a duplicate is not duplicated";
  EXPECT_EQ(transport.bodies[0], transport.bodies[1]);
  EXPECT_EQ(q.counts().duplicates, 1U);
  EXPECT_EQ(q.counts().acknowledged, 1U);
  EXPECT_EQ(q.counts().pending, 0U);
}

TEST_F(WebhookQueueTest, DoesNotInsistOnDuplicates) {
  WebhookQueue& q = make({.faults = {.duplicate_percent = 100}});
  transport.script = {200, 500};
  q.schedule(status("a", Status::kSent), Millis{0});
  scheduler.advance(Millis{600'000});
  EXPECT_EQ(transport.bodies.size(), 2U);
  EXPECT_EQ(q.counts().failed, 0U);
}

TEST_F(WebhookQueueTest, HoldsSomeUpdatesBackSoThatLaterOnesOvertake) {
  WebhookQueue& q = make({.faults = {.reorder_percent = 50, .held_back = Millis{400}}});
  for (int i = 0; i < 100; ++i) {
    q.schedule(status("m" + std::to_string(i), Status::kSent), Millis{20});
    q.schedule(status("m" + std::to_string(i), Status::kDelivered), Millis{60});
  }
  scheduler.advance(Millis{1'000});
  const auto order = transport.statuses();
  EXPECT_EQ(order.size(), 200U);
  int overtaken = 0;
  for (int i = 0; i < 100; ++i) {
    const std::string id = "m" + std::to_string(i);
    if (std::ranges::find(order, id + ":delivered") < std::ranges::find(order, id + ":sent")) ++overtaken;
  }
  EXPECT_GT(overtaken, 10);
  EXPECT_LT(overtaken, 60);
  EXPECT_NEAR(static_cast<double>(q.counts().held_back), 100, 30);
}

TEST_F(WebhookQueueTest, IsFullAtItsBacklog) {
  WebhookQueue& q = make({.backlog = 2});
  q.schedule(status("a", Status::kSent), Millis{10});
  EXPECT_FALSE(q.full());
  q.schedule(status("a", Status::kRead), Millis{10});
  EXPECT_TRUE(q.full());
  scheduler.advance(Millis{10});
  EXPECT_FALSE(q.full());
}

TEST_F(WebhookQueueTest, LosesItsShareAndCountsIt) {
  WebhookQueue& q = make({.faults = {.drop_percent = 50}});
  for (int i = 0; i < 400; ++i) q.schedule(status("a", Status::kSent), Millis{0});
  scheduler.advance(Millis{1});
  const WebhookCounts counts = q.counts();
  EXPECT_NEAR(static_cast<double>(counts.dropped), 200, 50);
  EXPECT_EQ(counts.scheduled, 400U);
  EXPECT_EQ(counts.acknowledged + counts.dropped, 400U);
  EXPECT_EQ(counts.pending, 0U);
}

TEST_F(WebhookQueueTest, BringsItsShareLateAndCanBeToldOtherwise) {
  WebhookQueue& q = make({.faults = {.delay_percent = 100, .delay = Millis{5'000}}});
  q.schedule(status("late", Status::kSent), Millis{10});
  q.set_faults({});
  q.schedule(status("prompt", Status::kSent), Millis{10});
  scheduler.advance(Millis{10});
  EXPECT_THAT(transport.statuses(), ElementsAre("prompt:sent"));
  scheduler.advance(Millis{5'000});
  EXPECT_THAT(transport.statuses(), ElementsAre("prompt:sent", "late:sent"));
}

TEST_F(WebhookQueueTest, ForgetsAllOnResetEvenWhatIsInFlight) {
  WebhookQueue& q = make({});
  transport.hold = true;
  q.schedule(status("a", Status::kSent), Millis{0});
  q.schedule(status("a", Status::kRead), Millis{50});
  scheduler.advance(Millis{0});
  q.reset();
  transport.hold = false;
  transport.held[0].set(200);
  scheduler.advance(Millis{1'000});
  EXPECT_EQ(q.counts().acknowledged, 0U);
  EXPECT_EQ(q.counts().pending, 0U);
  EXPECT_EQ(transport.bodies.size(), 1U);
  q.schedule(status("b", Status::kSent), Millis{5});
  scheduler.advance(Millis{5});
  EXPECT_EQ(transport.bodies.size(), 2U) << "and goes on";
}

}  // namespace
}  // namespace wac::sandbox
