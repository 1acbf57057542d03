#include "delivery/consumer_state.h"

#include <gtest/gtest.h>

namespace wac::delivery {
namespace {

crypto::Fingerprint fingerprint(std::uint8_t number) {
  crypto::Fingerprint made;
  made.bytes[15] = number;
  return made;
}

TEST(ConsumerState, SurvivesTheStore) {
  ConsumerState state;
  state.cursor = "r1.07-1790000000000-0";
  state.done = {fingerprint(1), fingerprint(2)};
  state.tried = {{fingerprint(3), from_millis(8), 4}};
  state.owner = "instance";
  state.owned_until = from_millis(123);
  state.taken = 77;
  state.endpoint.failures = 3;
  state.endpoint.failing_since = from_millis(1);
  state.endpoint.paused = true;
  state.endpoint.stopped = true;
  state.endpoint.probes = 4;
  state.endpoint.next_probe = from_millis(2);
  state.endpoint.last_error = "http_500";
  state.endpoint.last_error_at = from_millis(3);
  state.endpoint.last_taken_at = from_millis(4);
  state.replay = Replay{{from_millis(5), from_millis(6)}, "c"};
  const auto read = decode_state(encode(state));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->cursor, state.cursor);
  EXPECT_EQ(read->done, state.done);
  ASSERT_EQ(read->tried.size(), 1U);
  EXPECT_EQ(read->tried[0].id, fingerprint(3));
  EXPECT_EQ(read->tried[0].first_try, from_millis(8));
  EXPECT_EQ(read->tried[0].tries, 4U);
  EXPECT_EQ(read->owner, "instance");
  EXPECT_EQ(read->owned_until, from_millis(123));
  EXPECT_EQ(read->taken, 77U);
  EXPECT_EQ(read->endpoint.failures, 3U);
  EXPECT_EQ(read->endpoint.failing_since, from_millis(1));
  EXPECT_TRUE(read->endpoint.paused);
  EXPECT_TRUE(read->endpoint.stopped);
  EXPECT_EQ(read->endpoint.probes, 4U);
  EXPECT_EQ(read->endpoint.next_probe, from_millis(2));
  EXPECT_EQ(read->endpoint.last_error, "http_500");
  EXPECT_EQ(read->endpoint.last_error_at, from_millis(3));
  EXPECT_EQ(read->endpoint.last_taken_at, from_millis(4));
  ASSERT_TRUE(read->replay);
  EXPECT_EQ(read->replay->range.from, from_millis(5));
  EXPECT_EQ(read->replay->range.to, from_millis(6));
  EXPECT_EQ(read->replay->cursor, "c");
}

TEST(ConsumerState, DeadLettersAndOrdersSurviveTheStore) {
  const std::vector<DeadLetter> letters{
      {fingerprint(7), "before", "whatsapp.message.received.text", "http_500", 12, from_millis(9)}};
  const auto read = decode_letters(encode(letters));
  ASSERT_TRUE(read);
  ASSERT_EQ(read->size(), 1U);
  EXPECT_EQ(read->front().id, fingerprint(7));
  EXPECT_EQ(read->front().before, "before");
  EXPECT_EQ(read->front().type, "whatsapp.message.received.text");
  EXPECT_EQ(read->front().reason, "http_500");
  EXPECT_EQ(read->front().tries, 12U);
  EXPECT_EQ(read->front().at, from_millis(9));

  Orders orders;
  orders.redrive = true;
  orders.replay = ReplayRange{from_millis(1), from_millis(2)};
  const auto back = decode_orders(encode(orders));
  ASSERT_TRUE(back);
  EXPECT_FALSE(back->resume);
  EXPECT_TRUE(back->redrive);
  EXPECT_TRUE(back->any());
  EXPECT_EQ(back->replay->to, from_millis(2));
  EXPECT_FALSE(decode_orders(encode(Orders{}))->any());
}

TEST(ConsumerState, RefusesWhatIsNoState) {
  EXPECT_FALSE(decode_state("nonsense"));
  EXPECT_FALSE(decode_state("[]"));
  EXPECT_FALSE(decode_letters(R"({"letters":[{"id":"xx"}]})"));
}

}  // namespace
}  // namespace wac::delivery
