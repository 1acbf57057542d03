#include "base/encoding.h"
#include "base/expose.h"
#include "delivery/pubsub_message.h"
#include "delivery/pubsub_publish.h"
#include "support/fake_http.h"
#include "support/manual_scheduler.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace wac::delivery {
namespace {

namespace json = boost::json;
using testing::FakeHttp;
using testing::header_of;

constexpr const char* kEvent =
    R"({"specversion":"1.0","id":"0a","source":"/whatsapp/senders/106540352242922",)"
    R"("type":"whatsapp.message.received.text","time":"2026-11-23T22:45:00.000Z",)"
    R"("datacontenttype":"application/json","tenantid":"acme","other":"16505551234",)"
    R"("data":{"message":{"from":"16505551234","text":{"body":"hello"}}}})";

class PubSubTest : public ::testing::Test {
 protected:
  PubSubTest() {
    consumer.kind = config::ConsumerKind::kPubSub;
    consumer.pubsub = {"project-1", "events", "https://pubsub.googleapis.com", true};
    consumer.timeout = Millis{10'000};
    conversation.bytes[0] = 0xab;
  }
  Outgoing outgoing(Occasion occasion = Occasion::kFirst) {
    return {consumer, id, type, body, conversation, occasion};
  }
  json::object message(Occasion occasion = Occasion::kFirst) {
    const auto made = publish_body(outgoing(occasion));
    const json::value parsed = json::parse(*made);
    EXPECT_EQ(parsed.as_object().size(), 1U);
    EXPECT_EQ(parsed.at("messages").as_array().size(), 1U);
    return parsed.at("messages").at(0).as_object();
  }
  Answer deliver() { return testing::run_now(loop, publish.deliver(outgoing())); }

  testing::ManualScheduler loop;
  FakeHttp http;
  google::TokenSources tokens{loop, http, "metadata.google.internal"};
  PubSubPublish publish{loop, http, tokens};
  config::ConsumerConfig consumer;
  crypto::Fingerprint id;
  crypto::Fingerprint conversation;
  std::string type = "whatsapp.message.received.text";
  PersonalText body{kEvent};
};

TEST_F(PubSubTest, TheMessageIsTheEventByteForByteWithItsEnvelopeAsAttributes) {
  const json::object made = message();
  EXPECT_EQ(from_base64(made.at("data").as_string()), kEvent);
  EXPECT_EQ(made.at("attributes").as_object(),
            (json::object{{"content-type", "application/cloudevents+json; charset=utf-8"},
                          {"ce-specversion", "1.0"},
                          {"ce-id", "0a"},
                          {"ce-source", "/whatsapp/senders/106540352242922"},
                          {"ce-type", "whatsapp.message.received.text"},
                          {"ce-time", "2026-11-23T22:45:00.000Z"},
                          {"ce-datacontenttype", "application/json"},
                          {"ce-tenantid", "acme"}}))
      << "and nothing else of the event: not what nobody promised to be impersonal";
  EXPECT_EQ(made.at("orderingKey").as_string(), conversation.hex());
  EXPECT_EQ(made.at("orderingKey").as_string().size(), 32U) << "at most 1 024 bytes";
}

TEST_F(PubSubTest, WithoutOrderThereIsNoKeyAndAReplaySaysSo) {
  consumer.pubsub.ordered = false;
  const json::object made = message(Occasion::kReplay);
  EXPECT_FALSE(made.contains("orderingKey"));
  EXPECT_EQ(made.at("attributes").at("replay").as_string(), "true");
}

TEST_F(PubSubTest, ATopicsNameStandsInThePath) {
  EXPECT_EQ(publish_target(consumer.pubsub), "/v1/projects/project-1/topics/events:publish");
  consumer.pubsub.topic = "a%b+c~d";
  EXPECT_EQ(publish_target(consumer.pubsub), "/v1/projects/project-1/topics/a%25b+c~d:publish");
}

TEST_F(PubSubTest, TakenIsWhatHasAMessageId) {
  const auto judged = [&](int status, const std::string& answer) {
    return judge_publish(net::ClientResponse{status, {}, answer}, loop.wall_now());
  };
  EXPECT_EQ(judged(200, R"({"messageIds":["17"]})").verdict, Verdict::kTaken);
  for (const char* answer :
       {"", "{}", R"({"messageIds":[]})", R"({"messageIds":[""]})", R"({"messageIds":[1]})"}) {
    EXPECT_EQ(judged(200, answer).verdict, Verdict::kFailed) << answer;
    EXPECT_EQ(judged(200, answer).error, "no_message_id");
  }
  EXPECT_EQ(judged(204, "").verdict, Verdict::kFailed);
  EXPECT_EQ(judged(401, "").error, "unauthorized");
  EXPECT_EQ(judged(403, "").error, "permission_denied");
  EXPECT_EQ(judged(404, "").error, "topic_not_found");
  EXPECT_EQ(judged(429, "").error, "http_429");
  for (const int status : {302, 400, 401, 403, 404, 410, 413, 429, 500, 503}) {
    EXPECT_EQ(judged(status, "").verdict, Verdict::kFailed) << status;
  }
  const Answer busy = judge_publish(net::ClientResponse{503, {{"Retry-After", "7"}}, ""}, loop.wall_now());
  EXPECT_EQ(busy.retry_after, Millis{7'000});
}

TEST_F(PubSubTest, IsPublishedWithATokenOfTheMachine) {
  http.will_answer(200, R"({"access_token":"ya29.x","expires_in":3600})");
  http.will_answer(200, R"({"messageIds":["17"]})");
  EXPECT_EQ(deliver().verdict, Verdict::kTaken);
  ASSERT_EQ(http.requests.size(), 2U);
  EXPECT_TRUE(http.requests[0].target.ends_with("?scopes=https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fpubsub"));
  const net::ClientRequest& request = http.requests[1];
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.endpoint, (net::Endpoint{true, "pubsub.googleapis.com", 443}));
  EXPECT_EQ(header_of(request, "Authorization"), "Bearer ya29.x");
  EXPECT_EQ(header_of(request, "Content-Type"), "application/json");
  EXPECT_EQ(request.deadline.at, loop.now() + Millis{10'000});
  http.will_answer(200, R"({"messageIds":["18"]})");
  EXPECT_EQ(deliver().verdict, Verdict::kTaken);
  EXPECT_EQ(http.requests.size(), 3U) << "with the token it has";
}

TEST_F(PubSubTest, ARefusedTokenIsFetchedAnewAtTheNextTry) {
  http.will_answer(200, R"({"access_token":"old","expires_in":3600})");
  http.will_answer(401, "{}");
  const Answer answer = deliver();
  EXPECT_EQ(answer.verdict, Verdict::kFailed);
  EXPECT_EQ(answer.error, "unauthorized");
  http.will_answer(200, R"({"access_token":"new","expires_in":3600})");
  http.will_answer(200, R"({"messageIds":["17"]})");
  EXPECT_EQ(deliver().verdict, Verdict::kTaken);
  EXPECT_EQ(header_of(http.requests.back(), "Authorization"), "Bearer new");
}

TEST_F(PubSubTest, WithoutATokenNothingIsSent) {
  http.will_answer(404, "");
  EXPECT_EQ(deliver().error, "token_unauthorized");
  loop.advance(Millis{2'000});
  http.will_fail(ErrorCode::kConnectFailed);
  const Answer answer = deliver();
  EXPECT_EQ(answer.error, "token_connect_failed");
  EXPECT_EQ(answer.verdict, Verdict::kFailed);
  EXPECT_EQ(http.requests.size(), 2U);
}

TEST_F(PubSubTest, AnEmulatorGetsNoCredentials) {
  consumer.pubsub.endpoint = "http://127.0.0.1:8085";
  consumer.google.kind = config::GoogleCredentials::Kind::kNone;
  http.will_answer(200, R"({"messageIds":["17"]})");
  EXPECT_EQ(deliver().verdict, Verdict::kTaken);
  ASSERT_EQ(http.requests.size(), 1U);
  EXPECT_EQ(header_of(http.requests[0], "Authorization"), "");
  EXPECT_EQ(http.requests[0].endpoint, (net::Endpoint{false, "127.0.0.1", 8085}));
}

TEST_F(PubSubTest, WhatIsTooLargeIsNeverSent) {
  const auto event_of = [](std::size_t size) {
    std::string text = R"({"type":"a","data":")";
    text.append(size - text.size() - 2, 'x');
    return PersonalText{text + "\"}"};
  };
  body = event_of(kPubSubBytesMax - 2'000);
  EXPECT_TRUE(publish_body(outgoing()));
  for (const std::size_t size : {kPubSubBytesMax - 100, kPubSubBytesMax + 1}) {
    body = event_of(size);
    const Answer answer = deliver();
    EXPECT_EQ(answer.verdict, Verdict::kNever);
    EXPECT_EQ(answer.error, "too_large");
  }
  EXPECT_TRUE(http.requests.empty());
}

}  // namespace
}  // namespace wac::delivery
