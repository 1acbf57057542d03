#include "config/google.h"

#include "config/pubsub.h"
#include "config/snapshot.h"
#include "config_fixture.h"
#include "support/rsa_key.h"

namespace wac::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Kind = GoogleCredentials::Kind;
using testing::service_account_json;

constexpr const char* kTokenUrl = "https://oauth2.googleapis.com/token";

TEST(ServiceAccountKey, IsReadAsGoogleHandsItOut) {
  const auto found = parse_service_account(Secret{service_account_json(kTokenUrl)});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->kind, Kind::kServiceAccount);
  EXPECT_EQ(found->account.email, "events@project.iam.gserviceaccount.com");
  EXPECT_EQ(found->account.key_id, "0a1b2c3d");
  EXPECT_EQ(found->account.token_url, kTokenUrl);
  EXPECT_FALSE(found->account.private_key.empty());
}

TEST(ServiceAccountKey, AnythingElseIsRefused) {
  const auto with = [](const std::string& from, const std::string& to) {
    std::string json = service_account_json(kTokenUrl);
    json.replace(json.find(from), from.size(), to);
    return parse_service_account(Secret{std::move(json)}).has_value();
  };
  EXPECT_FALSE(parse_service_account(Secret{}));
  EXPECT_FALSE(parse_service_account(Secret{"[]"}));
  EXPECT_FALSE(parse_service_account(Secret{"{"}));
  EXPECT_FALSE(with("service_account", "authorized_user"));
  EXPECT_FALSE(with("client_email", "other"));
  EXPECT_FALSE(with("BEGIN PRIVATE", "BEGIN BROKEN"));
  EXPECT_FALSE(with("https://oauth2", "http://oauth2")) << "the assertion would be shown to the network";
  EXPECT_TRUE(with("https://oauth2.googleapis.com", "http://127.0.0.1:9")) << "for tests";
}

TEST(TopicName, IsOfAProjectAndATopic) {
  const auto topic = parse_topic("projects/my-project-1/topics/wa.Events_1~+%");
  ASSERT_TRUE(topic);
  EXPECT_EQ(topic->project, "my-project-1");
  EXPECT_EQ(topic->topic, "wa.Events_1~+%");
  EXPECT_EQ(topic->name(), "projects/my-project-1/topics/wa.Events_1~+%");
  EXPECT_TRUE(is_project_id("example.com:project"));
  EXPECT_TRUE(is_topic_id("a" + std::string(254, 'b')));
  for (const std::string& name :
       {std::string{}, std::string{"events"}, std::string{"projects/p/topics/"},
        std::string{"projects//topics/abc"}, std::string{"projects/P/topics/abc"},
        std::string{"projects/p/topics/ab"}, std::string{"projects/p/topics/1abc"},
        std::string{"projects/p/topics/google-events"}, std::string{"projects/p/topics/a/b/c"},
        std::string{"projects/p/topics/a b c"}, "projects/p/topics/a" + std::string(255, 'b')}) {
    EXPECT_FALSE(parse_topic(name)) << name;
  }
}

class PubSubConfig : public ConfigTest {
 protected:
  PubSubConfig() { use_production(); }
  const ConsumerConfig& consumer(const LoadResult& result) {
    return result.config.tenants.front().consumers.back();
  }
};

TEST_F(PubSubConfig, OneTopicComesFromVariables) {
  variables["PUBSUB_TOPIC"] = "projects/project-1/topics/events";
  variables["GOOGLE_APPLICATION_CREDENTIALS"] = write_file("key.json", service_account_json(kTokenUrl));
  const LoadResult result = load_all();
  ASSERT_THAT(problems(), IsEmpty());
  EXPECT_EQ(consumer(result).id.str(), "pubsub");
  EXPECT_EQ(consumer(result).kind, ConsumerKind::kPubSub);
  EXPECT_EQ(consumer(result).pubsub.name(), "projects/project-1/topics/events");
  EXPECT_EQ(consumer(result).pubsub.endpoint, "https://pubsub.googleapis.com");
  EXPECT_TRUE(consumer(result).pubsub.ordered);
  EXPECT_EQ(consumer(result).google.kind, Kind::kServiceAccount);
  EXPECT_EQ(result.config.metadata_host, "metadata.google.internal");
  const std::string text = print(result.config);
  EXPECT_THAT(text, HasSubstr("PUBSUB_TOPIC=projects/project-1/topics/events\n"));
  EXPECT_THAT(text, HasSubstr("GOOGLE_APPLICATION_CREDENTIALS=<secret>\n"));
  EXPECT_THAT(text, Not(HasSubstr("PRIVATE KEY")));
  ASSERT_EQ(result.files.size(), 1U) << "a rotated key is taken over";
  const Snapshot snapshot{result.config, 1};
  EXPECT_EQ(snapshot.consumers().front().config.google.account.email,
            "events@project.iam.gserviceaccount.com");
}

TEST_F(PubSubConfig, WithoutAKeyTheMachinesOwnAccountIsUsed) {
  variables["PUBSUB_TOPIC"] = "projects/project-1/topics/events";
  variables["PUBSUB_ENDPOINT"] = "https://europe-west1-pubsub.googleapis.com:443";
  variables["PUBSUB_ORDERING"] = "none";
  variables["GCE_METADATA_HOST"] = "169.254.169.254";
  variables["WEBHOOK_CONSUMER_URL"] = "https://hooks.example/events";
  variables["WEBHOOK_CONSUMER_SECRET"] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  const LoadResult result = load_all();
  ASSERT_THAT(problems(), IsEmpty());
  EXPECT_EQ(result.config.tenants.front().consumers.size(), 2U) << "beside the one by HTTP";
  EXPECT_EQ(consumer(result).google.kind, Kind::kMetadataServer);
  EXPECT_EQ(consumer(result).pubsub.endpoint, "https://europe-west1-pubsub.googleapis.com:443");
  EXPECT_FALSE(consumer(result).pubsub.ordered);
  EXPECT_EQ(result.config.metadata_host, "169.254.169.254");
}

TEST_F(PubSubConfig, WhatWouldShowATokenToTheNetworkIsRefused) {
  variables["PUBSUB_TOPIC"] = "projects/project-1/topics/events";
  variables["PUBSUB_ENDPOINT"] = "http://pubsub.example:8085";
  EXPECT_THAT(problem_keys(), ElementsAre("PUBSUB_ENDPOINT"));
  variables["PUBSUB_ENDPOINT"] = "http://127.0.0.1:8085";
  EXPECT_THAT(problem_keys(), IsEmpty());
  EXPECT_EQ(consumer(load_all()).google.kind, Kind::kNone) << "and over plain text none is sent";
  variables.erase("PUBSUB_ENDPOINT");
  variables["PUBSUB_EMULATOR_HOST"] = "127.0.0.1:8085";
  EXPECT_THAT(problem_keys(), ElementsAre("PUBSUB_EMULATOR_HOST")) << "an emulator keeps nothing";
  variables["ENVIRONMENT"] = "development";
  ASSERT_THAT(problem_keys(), IsEmpty());
  EXPECT_EQ(consumer(load_all()).pubsub.endpoint, "http://127.0.0.1:8085");
  EXPECT_EQ(consumer(load_all()).google.kind, Kind::kNone);
}

TEST_F(PubSubConfig, WhatIsWrongIsNamed) {
  variables["PUBSUB_TOPIC"] = "events";
  variables["PUBSUB_ORDERING"] = "phone";
  variables["PUBSUB_ENDPOINT"] = "pubsub.googleapis.com";
  variables["PUBSUB_EMULATOR_HOST"] = "http://127.0.0.1";
  variables["GCE_METADATA_HOST"] = "http://metadata";
  variables["GOOGLE_APPLICATION_CREDENTIALS"] = directory + "/none.json";
  EXPECT_THAT(problem_keys(),
              ElementsAre("PUBSUB_TOPIC", "PUBSUB_ORDERING", "PUBSUB_ENDPOINT", "PUBSUB_EMULATOR_HOST",
                          "GOOGLE_APPLICATION_CREDENTIALS", "GCE_METADATA_HOST"));
  variables["GOOGLE_APPLICATION_CREDENTIALS"] = write_file("key.json", "{}");
  EXPECT_THAT(problems(), ::testing::Contains(HasSubstr("a file with a service account's key")));
}

TEST_F(PubSubConfig, AFileHasAnyNumberOfThem) {
  write_file("key.json", service_account_json(kTokenUrl, "acme@project.iam.gserviceaccount.com"));
  variables["TENANTS_FILE"] = write_file("tenants.yaml", R"(tenants:
  - id: acme
    consumers:
      - {id: a, kind: pubsub, project: project-1, topic: events, credentials_file: key.json,
         types: [whatsapp.message.], parallel: 16}
      - {id: b, kind: pubsub, project: project-1, topic: others, ordering: none,
         endpoint: "https://europe-west1-pubsub.googleapis.com"}
)");
  const LoadResult result = load_all();
  ASSERT_THAT(problems(), IsEmpty());
  const auto& consumers = result.config.tenants.back().consumers;
  ASSERT_EQ(consumers.size(), 2U);
  EXPECT_EQ(consumers[0].google.account.email, "acme@project.iam.gserviceaccount.com");
  EXPECT_EQ(consumers[0].parallel, 16U);
  EXPECT_EQ(consumers[1].google.kind, Kind::kMetadataServer);
  EXPECT_EQ(consumers[1].parallel, 64U);
  EXPECT_FALSE(consumers[1].pubsub.ordered);
  const std::string text = print(result.config);
  EXPECT_THAT(text,
              HasSubstr("      - id: a\n        kind: pubsub\n        project: project-1\n        topic: "
                        "events\n        endpoint: https://pubsub.googleapis.com\n        ordering: "
                        "conversation\n        credentials: <secret>\n"));
}

TEST_F(PubSubConfig, OfAFileSaysWhatIsWrongAndWhere) {
  const auto found = [&](const std::string& consumer) {
    variables["TENANTS_FILE"] = write_file(
        "tenants.yaml", "tenants:\n  - id: acme\n    consumers:\n      - {id: a, " + consumer + "}\n");
    std::vector<std::string> list;
    for (const std::string& key : problem_keys()) list.push_back(key.substr(key.rfind('.') + 1));
    return list;
  };
  write_file("weak.json", "{}");
  EXPECT_THAT(found("kind: queue"), ::testing::Contains("kind"));
  EXPECT_THAT(found("kind: pubsub"), ElementsAre("project", "topic"));
  EXPECT_THAT(found("kind: pubsub, project: X, topic: t, endpoint: \"http://far.example\", ordering: some, "
                    "credentials_file: weak.json, url: \"https://a.example/\""),
              ElementsAre("project", "topic", "endpoint", "ordering", "credentials_file", "url"));
  EXPECT_THAT(found("kind: pubsub, project: p, topic: events, credentials: secret"),
              ElementsAre("credentials"));
}

}  // namespace
}  // namespace wac::config
