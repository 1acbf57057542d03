#include "ctl/event_filter.h"

#include <gtest/gtest.h>

namespace wac::ctl {
namespace {

TEST(EventFilter, TakesAPrefixWithAndWithoutOurName) {
  EXPECT_TRUE(matches_type("whatsapp.message.received.text", ""));
  EXPECT_TRUE(matches_type("whatsapp.message.received.text", "message.received"));
  EXPECT_TRUE(matches_type("whatsapp.message.received.text", "whatsapp.message"));
  EXPECT_FALSE(matches_type("whatsapp.message.received.text", "received"));
  EXPECT_FALSE(matches_type("other.message", "message"));
}

TEST(SseParser, TakesAStreamByteByByte) {
  constexpr std::string_view kStream =
      "retry: 1000\n\nid: c1\ndata: {\"a\":1}\n\n: still here\n\nid: c2\ndata: x\n\n";
  SseParser parser;
  std::vector<SseEvent> events;
  for (const char c : kStream) {
    parser.feed({&c, 1});
    while (auto event = parser.next()) events.push_back(std::move(*event));
  }
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].data, "{\"a\":1}");
  EXPECT_EQ(events[0].id, "c1");
  EXPECT_EQ(events[1].data, "x");
  EXPECT_EQ(events[1].id, "c2");
}

TEST(SseParser, NamesEventsAndForgetsTheNameAfterwards) {
  SseParser parser;
  parser.feed("event: error\ndata: {}\n\ndata: y\r\n\r\n");
  EXPECT_EQ(parser.next()->name, "error");
  const auto second = parser.next();
  EXPECT_EQ(second->name, "");
  EXPECT_EQ(second->data, "y");
}

TEST(SseParser, JoinsLinesOfData) {
  SseParser parser;
  parser.feed("data: one\ndata:two\ndata\n\n");
  EXPECT_EQ(parser.next()->data, "one\ntwo\n");
}

TEST(SseParser, WaitsForTheEndOfAnEvent) {
  SseParser parser;
  parser.feed("data: x\n");
  EXPECT_FALSE(parser.next());
  parser.feed("\n");
  EXPECT_TRUE(parser.next());
}

}  // namespace
}  // namespace wac::ctl
