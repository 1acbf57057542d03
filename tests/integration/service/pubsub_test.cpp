// Events in Google Pub/Sub: each one, in order within its conversation, whatever happens to either side. Runs
// against Google's emulator where it is installed (`gcloud components install pubsub-emulator`), else that
// half is reported as not run; and always against a server of ours.

#include "pubsub.h"

#include "base/encoding.h"
#include "support/certificates.h"
#include "support/connector.h"
#include "support/nginx_server.h"
#include "support/rsa_key.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <set>

namespace wac::testing {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

enum class Kind : std::uint8_t { kEmulator, kScripted };

class PubSubTest : public ::testing::Test {
 protected:
  /// Short waits, so that a test need not be long.
  void launch(Environment env) {
    const Environment fast = {
        {"DELIVERY_RETRY_FIRST_MS", "20"}, {"DELIVERY_RETRY_MAX_MS", "200"}, {"DELIVERY_LEASE_MS", "1500"}};
    env.insert(env.end(), fast.begin(), fast.end());
    ConnectorOptions options;
    options.graph_url = "http://127.0.0.1:9";
    options.env = std::move(env);
    connector_.emplace(std::move(options));
    connector_->start();
  }
  /// Messages of three people, in turn.
  void receive(int count) {
    for (int i = 0; i < count; ++i, ++sent_) {
      const std::string wamid = "wamid.p" + std::to_string(sent_);
      const std::string from = "1650555000" + std::to_string(sent_ % 3);
      ASSERT_EQ(connector_->post_webhook(inbound_text(wamid, "hello", from)).status, 200);
    }
  }
  /// Pulls until every event sent so far was there at least once.
  bool drain(const PubSub& pubsub, Millis timeout = Millis{30'000}) {
    const bool all = eventually(
        [&] {
          for (PubSubMessage& message : pubsub.pull()) {
            ids_.insert(message.attributes.at("ce-id"));
            messages_.push_back(std::move(message));
          }
          return static_cast<int>(ids_.size()) >= sent_;
        },
        timeout);
    if (!all && timeout > Millis{0}) {
      ADD_FAILURE() << ids_.size() << " of " << sent_
                    << " events; the consumer: " << connector_->get("/v1/consumers").body;
    }
    return all;
  }
  static std::string wamid_of(const PubSubMessage& message) {
    return std::string{json::parse(message.data).at("data").at("raw").at("id").as_string()};
  }
  /// What was received of each conversation, by its key; without repetitions.
  std::map<std::string, std::vector<std::string>> by_key() const {
    std::map<std::string, std::vector<std::string>> conversations;
    for (const PubSubMessage& message : messages_) {
      auto& list = conversations[message.ordering_key];
      const std::string wamid = wamid_of(message);
      if (std::ranges::find(list, wamid) == list.end()) list.push_back(wamid);
    }
    return conversations;
  }
  /// Three conversations, each with its own events in the order in which they came.
  void expect_order() const {
    const auto conversations = by_key();
    ASSERT_EQ(conversations.size(), 3U);
    std::set<std::vector<std::string>> expected;
    for (int person = 0; person < 3; ++person) {
      std::vector<std::string> list;
      for (int i = person; i < sent_; i += 3) list.push_back("wamid.p" + std::to_string(i));
      expected.insert(std::move(list));
    }
    std::set<std::vector<std::string>> found;
    for (const auto& [key, list] : conversations) {
      EXPECT_EQ(key.size(), 32U) << "a fingerprint";
      found.insert(list);
    }
    EXPECT_EQ(found, expected);
  }
  std::string consumer(const char* member) {
    const json::value answer = json::parse(connector_->get("/v1/consumers").body);
    const json::value* value = answer.at("consumers").at(0).as_object().if_contains(member);
    return value == nullptr ? "" : json::serialize(*value);
  }

  std::optional<Connector> connector_;
  int sent_ = 0;
  std::set<std::string> ids_;
  std::vector<PubSubMessage> messages_;
};

class EitherPubSubTest : public PubSubTest, public ::testing::WithParamInterface<Kind> {
 protected:
  void SetUp() override {
    if (GetParam() == Kind::kScripted) {
      pubsub_ = std::make_unique<ScriptedPubSub>();
    } else if (PubSubEmulator::installed()) {
      pubsub_ = std::make_unique<PubSubEmulator>();
    } else {
      GTEST_SKIP()
          << "Google's Pub/Sub emulator is not installed: `gcloud components install pubsub-emulator`";
    }
    pubsub_->start();
    launch({{"PUBSUB_TOPIC", PubSub::kTopic}, {"PUBSUB_EMULATOR_HOST", pubsub_->authority()}});
  }
  std::unique_ptr<PubSub> pubsub_;
};
INSTANTIATE_TEST_SUITE_P(Servers, EitherPubSubTest, ::testing::Values(Kind::kEmulator, Kind::kScripted),
                         [](const auto& info) {
                           return info.param == Kind::kEmulator ? "Emulator" : "Scripted";
                         });

TEST_P(EitherPubSubTest, EachEventIsAMessageInTheOrderOfItsConversation) {
  pubsub_->create();
  receive(30);
  ASSERT_TRUE(drain(*pubsub_));
  EXPECT_EQ(messages_.size(), 30U) << "each once";
  expect_order();
  const std::string feed = connector_->get("/v1/events?limit=100").body;
  for (const PubSubMessage& message : messages_) {
    EXPECT_THAT(feed, HasSubstr(message.data)) << "the event's own bytes";
    const json::value event = json::parse(message.data);
    EXPECT_EQ(message.attributes.at("ce-id"), event.at("id").as_string());
    EXPECT_EQ(message.attributes.at("ce-type"), "whatsapp.message.received.text");
    EXPECT_EQ(message.attributes.at("ce-source"), "/whatsapp/senders/" + std::string{kSender});
    EXPECT_EQ(message.attributes.at("ce-time"), event.at("time").as_string());
    EXPECT_EQ(message.attributes.at("content-type"), "application/cloudevents+json; charset=utf-8");
    for (const auto& [name, value] : message.attributes)
      EXPECT_THAT(value, Not(HasSubstr("1650555"))) << name;
  }
  ASSERT_TRUE(eventually([&] { return consumer("pending") == "0"; }));

  const std::string range = R"({"from":"2025-01-01T00:00:00Z","to":"2199-01-01T00:00:00Z"})";
  EXPECT_EQ(connector_->post("/v1/consumers/pubsub/replay", range).status, 202);
  messages_.clear();
  ASSERT_TRUE(eventually(
      [&] {
        drain(*pubsub_, Millis{0});
        return messages_.size() >= 30;
      },
      Millis{20'000}));
  EXPECT_EQ(messages_.back().attributes.at("replay"), "true");
}

TEST_P(EitherPubSubTest, NothingIsLostWhilePubSubIsOut) {
  pubsub_->create();
  receive(10);
  // What an emulator has taken is gone with it.
  if (!pubsub_->keeps()) ASSERT_TRUE(drain(*pubsub_));
  pubsub_->kill();
  receive(10);
  ASSERT_TRUE(eventually([&] { return consumer("failuresInARow") > "2"; }, Millis{15'000}));
  pubsub_->start();
  receive(10);
  if (!pubsub_->keeps()) {
    ASSERT_TRUE(eventually([&] { return consumer("lastError") == "\"topic_not_found\""; }, Millis{15'000}));
    // A topic without a subscription drops what it takes: nothing is to come in between.
    connector_->process().signal(SIGSTOP);
    pubsub_->create();
    connector_->process().signal(SIGCONT);
  }
  ASSERT_TRUE(drain(*pubsub_));
  expect_order();
  EXPECT_TRUE(eventually([&] { return consumer("pending") == "0"; }));
  EXPECT_EQ(connector_->metric("whatsapp_delivery_total{outcome=\"dead_letter\"}"), 0);
}

TEST_P(EitherPubSubTest, ACrashOfOursLosesNothing) {
  pubsub_->create();
  receive(10);
  connector_->kill();
  connector_->start();
  receive(5);
  ASSERT_TRUE(drain(*pubsub_, Millis{60'000}));
  expect_order();
}

class ScriptedPubSubTest : public PubSubTest {
 protected:
  ScriptedPubSub pubsub_;
};

TEST_F(ScriptedPubSubTest, LostAnswersAndRefusalsAreTriedAgainInOrder) {
  pubsub_.start();
  pubsub_.create();
  launch({{"PUBSUB_TOPIC", PubSub::kTopic}, {"PUBSUB_EMULATOR_HOST", pubsub_.authority()}});
  ReceiverAnswer unanswered;
  unanswered.then = ReceiverAnswer::Then::kClose;
  std::vector<ReceiverAnswer> faults;
  for (int i = 0; i < 5; ++i) {
    faults.push_back(unanswered);
    for (const int status : {429, 503, 500, 410, 403}) faults.push_back({status, "{}"});
    faults.push_back({200, "{}"});
  }
  pubsub_.next(faults);
  receive(15);
  ASSERT_TRUE(drain(pubsub_));
  expect_order();
  EXPECT_GT(messages_.size(), 15U) << "what was taken without an answer came twice";
  EXPECT_EQ(consumer("state"), "\"running\"") << "410 says nothing of a topic";
}

TEST_F(ScriptedPubSubTest, AServiceAccountSignsForATokenAndGetsAnotherWhenItIsRefused) {
  pubsub_.start();
  pubsub_.create();
  pubsub_.require("Bearer token-1");
  std::atomic<int> tokens{0};
  std::atomic<bool> signed_well{true};
  const HttpReceiver token_server{[&](const ReceivedRequest& request) {
    const std::string jwt = request.body.substr(request.body.find("&assertion=") + 11);
    const std::size_t dot = jwt.rfind('.');
    std::string signature = jwt.substr(dot + 1);
    std::ranges::replace(signature, '-', '+');
    std::ranges::replace(signature, '_', '/');
    while (signature.size() % 4 != 0) signature += '=';
    const auto bytes = from_base64(signature);
    if (!bytes || !RsaKey::of().verifies(jwt.substr(0, dot), *bytes)) signed_well = false;
    return ReceiverAnswer{
        200, R"({"access_token":"token-)" + std::to_string(++tokens) + R"(","expires_in":3600})"};
  }};
  const Certificates certificates;
  NginxOptions front;
  front.certificate = &certificates.server();
  front.server_block = "location / { proxy_pass http://" + pubsub_.authority() + "; }";
  const NginxServer nginx{front};
  const TempDir files;
  write_file(files.file("key.json"), service_account_json(token_server.url("/token")));
  launch({{"PUBSUB_TOPIC", PubSub::kTopic},
          {"PUBSUB_ENDPOINT", nginx.origin()},
          {"TLS_CA_FILE", certificates.ca_file()},
          {"GOOGLE_APPLICATION_CREDENTIALS", files.file("key.json")},
          {"THREADS", "1"}});
  receive(6);
  ASSERT_TRUE(drain(pubsub_));
  EXPECT_TRUE(signed_well);
  EXPECT_EQ(tokens, 1) << "one for all";
  // It is revoked.
  pubsub_.require("Bearer token-2");
  receive(6);
  ASSERT_TRUE(drain(pubsub_));
  expect_order();
  EXPECT_EQ(tokens, 2);
  EXPECT_THAT(connector_->output(), Not(HasSubstr("token-")));
  EXPECT_THAT(connector_->output(), Not(HasSubstr("PRIVATE KEY")));
}

TEST_F(ScriptedPubSubTest, TheMachinesOwnAccountIsAskedOfTheMetadataServer) {
  pubsub_.start();
  pubsub_.create();
  pubsub_.require("Bearer of-the-machine");
  std::atomic<bool> asked_well{true};
  const HttpReceiver metadata{[&](const ReceivedRequest& request) {
    if (request.header("metadata-flavor") != "Google" ||
        !request.target.starts_with("/computeMetadata/v1/instance/service-accounts/"))
      asked_well = false;
    return ReceiverAnswer{200, R"({"access_token":"of-the-machine","expires_in":3600})"};
  }};
  const Certificates certificates;
  NginxOptions front;
  front.certificate = &certificates.server();
  front.server_block = "location / { proxy_pass http://" + pubsub_.authority() + "; }";
  const NginxServer nginx{front};
  launch({{"PUBSUB_TOPIC", PubSub::kTopic},
          {"PUBSUB_ENDPOINT", nginx.origin()},
          {"TLS_CA_FILE", certificates.ca_file()},
          {"GCE_METADATA_HOST", "127.0.0.1:" + std::to_string(metadata.port())}});
  receive(3);
  ASSERT_TRUE(drain(pubsub_));
  EXPECT_TRUE(asked_well);
}

}  // namespace
}  // namespace wac::testing
