#include "delivery/window.h"

#include <gtest/gtest.h>

namespace wac::delivery {
namespace {

const MonoTime kNow{std::chrono::hours{1}};

crypto::Fingerprint fingerprint(std::uint8_t number) {
  crypto::Fingerprint made;
  made.bytes[0] = number;
  return made;
}

class WindowTest : public ::testing::Test {
 protected:
  void add(std::uint8_t id, std::uint8_t conversation) {
    PendingEvent event;
    event.id = fingerprint(id);
    event.conversation = fingerprint(conversation);
    event.before = window.end();
    event.after = "c" + std::to_string(id);
    event.body = PersonalText{"0123456789"};
    window.add(std::move(event), kNow);
  }
  /// The id of the event taken; 0: none.
  int take(MonoTime now = kNow) {
    const auto sequence = window.take(now);
    if (!sequence) return 0;
    const int id = window.at(*sequence).id.bytes[0];
    taken[id] = *sequence;
    return id;
  }
  void settle(int id) { window.settle(taken.at(id), kNow); }

  Window window;
  std::map<int, Window::Sequence> taken;
};

TEST_F(WindowTest, KeepsTheOrderWithinAConversationAndOnlyThere) {
  add(1, 100);
  add(2, 100);
  add(3, 200);
  EXPECT_EQ(take(), 1);
  EXPECT_EQ(take(), 3);
  EXPECT_EQ(take(), 0) << "2 waits for 1";
  settle(1);
  EXPECT_EQ(take(), 2);
}

TEST_F(WindowTest, AFailedEventHoldsBackItsConversationUntilItIsDue) {
  add(1, 100);
  add(2, 100);
  add(3, 200);
  ASSERT_EQ(take(), 1);
  window.put_back(taken.at(1), kNow + Millis{500});
  EXPECT_EQ(take(), 3);
  EXPECT_EQ(take(), 0);
  EXPECT_EQ(window.next_due(), kNow + Millis{500});
  EXPECT_EQ(take(kNow + Millis{500}), 1);
}

TEST_F(WindowTest, TheCursorPassesOnlyWhatIsSettledWithoutAGap) {
  window.reset("c0", {});
  add(1, 100);
  add(2, 200);
  add(3, 201);
  take();
  take();
  take();
  settle(2);
  EXPECT_EQ(window.cursor(), "c0");
  ASSERT_EQ(window.done().size(), 1U);
  EXPECT_EQ(window.done()[0], fingerprint(2));
  EXPECT_EQ(window.pending(), 2U);
  EXPECT_EQ(window.bytes(), 20U) << "a settled event's body is gone";
  settle(1);
  EXPECT_EQ(window.cursor(), "c2");
  EXPECT_TRUE(window.done().empty());
  settle(3);
  EXPECT_EQ(window.cursor(), "c3");
  EXPECT_EQ(window.settled(), 3U);
  EXPECT_EQ(window.size(), 0U);
}

TEST_F(WindowTest, WhatWasSettledBeforeARestartIsNotTakenAgain) {
  window.reset("c0", {fingerprint(2), fingerprint(9)});
  add(1, 100);
  add(2, 200);
  EXPECT_EQ(take(), 1);
  EXPECT_EQ(take(), 0);
  EXPECT_EQ(window.done().size(), 2U) << "9 was not met yet: it is still known to be settled";
  window.caught_up();
  EXPECT_EQ(window.done().size(), 1U);
  settle(1);
  EXPECT_EQ(window.cursor(), "c2");
}

TEST_F(WindowTest, WhatIsNotWantedOnlyMovesTheCursor) {
  window.reset("c0", {});
  window.skip(fingerprint(1), "c1");
  EXPECT_EQ(window.cursor(), "c1");
  add(2, 100);
  window.skip(fingerprint(3), "c3");
  window.read_to("end");
  EXPECT_EQ(window.cursor(), "c1");
  take();
  settle(2);
  EXPECT_EQ(window.cursor(), "end");
}

TEST_F(WindowTest, HurryMakesEveryWaitingHeadDueAndKeepsTheirOrder) {
  add(1, 100);
  add(2, 200);
  take();
  window.put_back(taken.at(1), kNow + Millis{1'000});
  window.hurry(kNow + Millis{10});
  EXPECT_EQ(take(kNow + Millis{10}), 2) << "the one that waited longer comes first";
  EXPECT_EQ(take(kNow + Millis{10}), 1);
}

}  // namespace
}  // namespace wac::delivery
