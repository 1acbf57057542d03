// Each consumer of a tenants file gets the events it asks for.

#include "base/encoding.h"
#include "config/config.h"
#include "engines.h"
#include "support/consumer.h"

namespace wac::testing {
namespace {

namespace json = boost::json;

constexpr const char* kSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

TEST(PushFilterTest, EachConsumerOfAFileGetsWhatItWants) {
  ConsumerServer messages;
  ConsumerServer statuses;
  const TempDir files;
  write_file(files.file("token"), "sandbox-token");
  write_file(files.file("key"), std::string{kSecret} + "\n");
  const auto consumer = [&](const char* id, const ConsumerServer& server, const char* types) {
    return std::string{"      - {id: "} + id + ", url: \"" + server.url() + "\", secret_file: key, types: [" +
           types + "], parallel: 2}\n";
  };
  constexpr std::string_view kKey = "wak_key-of-acme";
  write_file(files.file("tenants.yaml"), "tenants:\n  - id: acme\n    api_key_hashes: [" +
                                             to_hex(config::api_key_digest(kKey)) +
                                             "]\n    senders: [{phone_number_id: \"" + std::string{kSender} +
                                             "\", token_file: token}]\n    consumers:\n" +
                                             consumer("messages", messages, "whatsapp.message.received.") +
                                             consumer("statuses", statuses, "whatsapp.message.status."));
  ConnectorOptions options;
  options.graph_url = "http://127.0.0.1:9";
  options.env = {{"TENANTS_FILE", files.file("tenants.yaml")},
                 {"WHATSAPP_ACCESS_TOKEN", ""},
                 {"WHATSAPP_PHONE_NUMBER_ID", ""}};
  Connector connector{std::move(options)};
  connector.start();
  std::string status = inbound_text("wamid.s");
  const std::size_t at = status.find("\"messages\":[");
  status.replace(at, std::string::npos,
                 R"("statuses":[{"id":"wamid.s","status":"sent","timestamp":"1739321024",)"
                 R"("recipient_id":"16505551234"}]}}]}]})");
  ASSERT_EQ(connector.post_webhook(inbound_text("wamid.m")).status, 200);
  ASSERT_EQ(connector.post_webhook(status).status, 200);
  ASSERT_TRUE(eventually([&] { return messages.count() == 1 && statuses.count() == 1; }));
  EXPECT_EQ(messages.taken(), std::vector<std::string>{"wamid.m"});
  EXPECT_EQ(statuses.taken(), std::vector<std::string>{"wamid.s"});
  // One leaves the file, one comes that wants only what is new, and one that wants what is kept.
  ConsumerServer late;
  ConsumerServer whole;
  std::string fresh = consumer("late", late, "whatsapp.");
  fresh.replace(fresh.find("parallel: 2"), std::string::npos, "start: now}\n");
  write_file(files.file("tenants.yaml"), "tenants:\n  - id: acme\n    api_key_hashes: [" +
                                             to_hex(config::api_key_digest(kKey)) +
                                             "]\n    senders: [{phone_number_id: \"" + std::string{kSender} +
                                             "\", token_file: token}]\n    consumers:\n" +
                                             consumer("messages", messages, "whatsapp.message.received.") +
                                             fresh + consumer("whole", whole, "whatsapp."));
  const auto begun = [&] {
    const HttpReply reply = http_request("GET", connector.url("/v1/consumers"),
                                         {{"Authorization", "Bearer " + std::string{kKey}}});
    const auto list = json::parse(reply.body).at("consumers").as_array();
    return list.size() == 3 && list.at(1).at("begun").as_bool() && list.at(2).at("begun").as_bool();
  };
  ASSERT_TRUE(eventually(begun, Millis{15'000}));
  ASSERT_EQ(connector.post_webhook(inbound_text("wamid.m2")).status, 200);
  ASSERT_TRUE(eventually([&] { return messages.count() == 2 && late.count() == 1 && whole.count() == 3; }));
  EXPECT_EQ(late.taken(), std::vector<std::string>{"wamid.m2"});
  EXPECT_EQ(whole.taken(), (std::vector<std::string>{"wamid.m", "wamid.s", "wamid.m2"}));
  EXPECT_EQ(statuses.count(), 1U);
  const auto ended = connector.terminate();
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->code, 0);
}

}  // namespace
}  // namespace wac::testing
