#include "http2_pair.h"

#include <nghttp2/nghttp2.h>

namespace wac::net {
namespace {

using Http2Sessions = Http2Pair;

TEST_F(Http2Sessions, CarriesARequestAndItsAnswer) {
  submit(R"({"to":"1"})");
  ASSERT_TRUE(talk());
  const auto requests = peer->take_requests();
  ASSERT_EQ(requests.size(), 1U);
  const std::map<std::string, std::string> expected{{":method", "POST"},
                                                    {":scheme", "https"},
                                                    {":authority", "graph.test"},
                                                    {":path", "/v1/messages"},
                                                    {"authorization", "Bearer T (never indexed)"},
                                                    {"content-length", "10"}};
  EXPECT_EQ(requests[0].fields, expected);
  EXPECT_EQ(requests[0].body, R"({"to":"1"})");
  peer->answer(1, 200, "fine", {{"x-test", "yes"}});
  ASSERT_TRUE(talk());
  const auto all = client->take_finished();
  ASSERT_EQ(story(all), "1=200:fine");
  EXPECT_EQ(all[0].result->header("X-Test"), "yes");
}

TEST_F(Http2Sessions, AnswersComeInAnyOrder) {
  submit();
  submit();
  submit();
  ASSERT_TRUE(talk());
  peer->answer(5, 200, "c");
  ASSERT_TRUE(talk());
  peer->answer(1, 429, "a");
  peer->answer(3, 200, std::string(40'000, 'b'));
  ASSERT_TRUE(talk());
  EXPECT_EQ(finished(), "5=200:c 1=429:a 3=200:" + std::string(40'000, 'b'));
}

TEST_F(Http2Sessions, RequestsOfOneTurnShareABuffer) {
  ASSERT_TRUE(talk());
  for (int i = 0; i < 64; ++i) submit();
  std::string out;
  client->fill(out, 1 << 20);
  EXPECT_FALSE(client->has_output());
  // Names repeat: a request after the first takes a few dozen bytes beyond its own.
  EXPECT_LT(out.size(), 64U * 64U);
  ASSERT_TRUE(peer->feed(out));
  EXPECT_EQ(peer->take_requests().size(), 64U);
}

TEST_F(Http2Sessions, ABodyBeyondTheWindowWaitsForThePeerAndArrives) {
  const std::string body(300'000, 'x');
  submit(body);
  ASSERT_TRUE(talk());
  const auto requests = peer->take_requests();
  ASSERT_EQ(requests.size(), 1U);
  EXPECT_EQ(requests[0].body, body);
}

TEST_F(Http2Sessions, AnAnswerBeyondTheWindowsArrives) {
  submit();
  ASSERT_TRUE(talk());
  const std::string body(3'000'000, 'x');
  peer->answer(1, 200, body);
  ASSERT_TRUE(talk());
  EXPECT_EQ(finished(), "1=200:" + body);
}

TEST_F(Http2Sessions, AHeadRequestHasNoBodyWhateverItsLengthSays) {
  ASSERT_TRUE(client->submit(request("", "HEAD")));
  ASSERT_TRUE(talk());
  peer->answer(1, 200, "", {{"content-length", "17"}});
  ASSERT_TRUE(talk());
  EXPECT_EQ(finished(), "1=200:");
}

TEST_F(Http2Sessions, InterimAnswersAndTrailersAreNotMixedWithTheAnswer) {
  submit();
  submit();
  ASSERT_TRUE(talk());
  for (int i = 0; i < 8; ++i) peer->interim(1, 103);
  peer->answer_with_trailers(1, "fine", {{"x-trailer", "1"}});
  for (int i = 0; i < 9; ++i) peer->interim(3, 103);
  peer->answer(3, 200, "fine");
  ASSERT_TRUE(talk());
  const auto all = client->take_finished();
  EXPECT_EQ(story(all), "3=protocol_error? 1=200:fine");
  EXPECT_EQ(all[1].result->header("x-trailer"), "");
  EXPECT_EQ(all[1].result->header("x-interim"), "");
}

TEST_F(Http2Sessions, AnEarlyAnswerCountsAndTheRestOfTheRequestIsCancelled) {
  peer = std::make_unique<testing::Http2Peer>(testing::Http2PeerOptions{.window = 0});
  ASSERT_TRUE(talk());
  submit(std::string(100'000, 'x'));
  ASSERT_TRUE(talk());
  peer->answer(1, 413, "too large");
  ASSERT_TRUE(talk());
  EXPECT_EQ(finished(), "1=413:too large");
  EXPECT_EQ(peer->closed().at(1), NGHTTP2_CANCEL);
}

TEST_F(Http2Sessions, AnAnswerBeyondTheLimitsEndsItsStreamAlone) {
  client = std::make_unique<Http2Session>(Http2Session::Limits{.header_bytes = 1'000, .body_bytes = 100});
  submit();
  submit();
  submit();
  ASSERT_TRUE(talk());
  peer->answer(1, 200, std::string(101, 'x'));
  peer->answer(3, 200, "", {{"x", std::string(900, 'x')}, {"y", std::string(100, 'x')}});
  peer->answer(5, 200, std::string(100, 'x'), {{"x", std::string(800, 'x')}});
  ASSERT_TRUE(talk());
  EXPECT_EQ(finished(), "3=too_large? 1=too_large? 5=200:" + std::string(100, 'x'));
  EXPECT_TRUE(client->takes_more());
}

TEST_F(Http2Sessions, WhatIsAbandonedBeforeItLeftIsNeverSent) {
  ASSERT_TRUE(talk());
  const StreamId first = submit();
  const StreamId second = submit();
  EXPECT_EQ(client->abandon(first), Written::kNothing);
  ASSERT_TRUE(talk());
  EXPECT_EQ(peer->opened(), 1U);
  EXPECT_EQ(client->abandon(second), Written::kMaybe);
  ASSERT_TRUE(talk());
  EXPECT_EQ(peer->closed().at(second), NGHTTP2_CANCEL);
  EXPECT_EQ(finished(), "");
  submit();
  ASSERT_TRUE(talk());
  EXPECT_EQ(peer->opened(), 2U);
}

TEST_F(Http2Sessions, WhatThePeerRefusesWasNotProcessed) {
  submit();
  submit();
  ASSERT_TRUE(talk());
  peer->reset(1, NGHTTP2_REFUSED_STREAM);
  peer->reset(3, NGHTTP2_INTERNAL_ERROR);
  ASSERT_TRUE(talk());
  EXPECT_EQ(finished(), "1=connection_lost- 3=connection_lost?");
  EXPECT_TRUE(client->takes_more());
}

TEST_F(Http2Sessions, ARefusalAfterAnAnswerBeganProvesNothing) {
  submit();
  ASSERT_TRUE(talk());
  peer->interim(1, 103);
  ASSERT_TRUE(talk());
  peer->reset(1, NGHTTP2_REFUSED_STREAM);
  ASSERT_TRUE(talk());
  EXPECT_EQ(finished(), "1=connection_lost?");
}

TEST_F(Http2Sessions, GoawayTellsWhatWasNotProcessedAndLetsTheRestFinish) {
  for (int i = 0; i < 3; ++i) submit();
  ASSERT_TRUE(talk());
  peer->go_away(3);
  ASSERT_TRUE(talk());
  EXPECT_EQ(finished(), "5=connection_lost-");
  EXPECT_FALSE(client->takes_more());
  EXPECT_EQ(client->submit(request()).error().code, ErrorCode::kConnectionLost);
  EXPECT_FALSE(client->over());
  peer->answer(1, 200, "a");
  peer->answer(3, 200, "b");
  ASSERT_TRUE(talk());
  EXPECT_EQ(finished(), "1=200:a 3=200:b");
  EXPECT_TRUE(client->over());
}

TEST_F(Http2Sessions, WhatIsQueuedWhenGoawayComesWasNotProcessed) {
  ASSERT_TRUE(talk());
  submit();
  peer->go_away(0);
  ASSERT_TRUE(client->feed(peer->output()));
  std::string out;
  client->fill(out, 1 << 20);
  EXPECT_EQ(finished(), "1=connection_lost-");
  EXPECT_EQ(peer->opened(), 0U);
}

TEST_F(Http2Sessions, ALostConnectionLeavesUnknownOnlyWhatHadLeft) {
  submit();
  submit();
  ASSERT_TRUE(talk());
  submit();
  EXPECT_EQ(story(client->lose({ErrorCode::kConnectionLost, 0, "test"})),
            "1=connection_lost? 3=connection_lost? 5=connection_lost-");
  EXPECT_EQ(story(client->lose({ErrorCode::kConnectionLost, 0, "test"})), "");
  EXPECT_FALSE(client->takes_more());
  EXPECT_TRUE(client->over());
}

TEST_F(Http2Sessions, AGoodbyeIsHeard) {
  ASSERT_TRUE(talk());
  client->say_goodbye();
  EXPECT_FALSE(client->takes_more());
  ASSERT_TRUE(talk());
  EXPECT_TRUE(peer->told_goodbye());
  EXPECT_TRUE(client->over());
}

TEST_F(Http2Sessions, KnowsHowManyStreamsThePeerAllowsAndKeepsTheRest) {
  EXPECT_FALSE(client->peer_streams());
  peer = std::make_unique<testing::Http2Peer>(testing::Http2PeerOptions{.streams = 1});
  ASSERT_TRUE(talk());
  EXPECT_EQ(client->peer_streams(), 1U);
  submit();
  submit();
  ASSERT_TRUE(talk());
  EXPECT_EQ(peer->opened(), 1U);
  EXPECT_EQ(story(client->lose({ErrorCode::kConnectionLost, 0, "test"})),
            "1=connection_lost? 3=connection_lost-");
}

}  // namespace
}  // namespace wac::net
