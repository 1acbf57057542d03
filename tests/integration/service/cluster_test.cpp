// The service on a Redis Cluster: senders whose keys are on different nodes, one event log, one consumer.

#include "base/encoding.h"
#include "config/config.h"
#include "engines.h"
#include "support/http_receiver.h"
#include "support/redis_cluster.h"

namespace wac::testing {
namespace {

namespace json = boost::json;

constexpr std::string_view kKey = "wak_key-of-acme";
constexpr std::size_t kSenders = 8;

std::string sender(std::size_t at) {
  return std::to_string(106'540'352'242'922 + at);
}

/// As inbound_text(), to another of our numbers.
std::string inbound_to(std::size_t at, const std::string& wamid) {
  std::string body = inbound_text(wamid);
  return body.replace(body.find(kSender), kSender.size(), sender(at));
}

class ServiceOnACluster : public ::testing::Test {
 protected:
  ServiceOnACluster() {
    write_file(files_.file("token"), "sandbox-token");
    write_file(files_.file("key"), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    std::string senders;
    std::vector<std::string> arguments{
        "--webhook-retry-ms", "100", "--status-delay-ms", "5/10/15", "--reply", "never"};
    for (std::size_t at = 0; at < kSenders; ++at) {
      senders += (at == 0 ? "" : ", ") + ("{phone_number_id: \"" + sender(at)) + "\", token_file: token}";
      arguments.insert(arguments.end(), {"--phone-number-id", sender(at)});
    }
    write_file(files_.file("tenants.yaml"), "tenants:\n  - id: acme\n    api_key_hashes: [" +
                                                to_hex(config::api_key_digest(kKey)) + "]\n    senders: [" +
                                                senders + "]\n    consumers: [{id: c, url: \"" +
                                                consumer_.url() + "\", secret_file: key}]\n");
    const std::uint16_t graph_port = free_port();
    connector_.emplace(ConnectorOptions{.graph_url = "http://127.0.0.1:" + std::to_string(graph_port),
                                        .redis_url = cluster_.url(),
                                        .env = {{"TENANTS_FILE", files_.file("tenants.yaml")},
                                                {"WHATSAPP_ACCESS_TOKEN", ""},
                                                {"WHATSAPP_PHONE_NUMBER_ID", ""},
                                                {"THREADS", "2"}}});
    sandbox_.emplace(connector_->webhook_url(), arguments, graph_port);
    connector_->start();
  }

  static HttpHeaders key() {
    return {{"Authorization", "Bearer " + std::string{kKey}}, {"Content-Type", "application/json"}};
  }
  HttpReply get(std::string_view path) const { return http_request("GET", connector_->url(path), key()); }
  HttpReply post_intent(std::size_t at, const std::string& id) const {
    const std::string body = text_intent(id, "+16505551234", "hello", ",\"senderId\":\"" + sender(at) + '"');
    return http_request("POST", connector_->url("/v1/intents"), key(), body);
  }
  std::string state_of(const std::string& id) const {
    const HttpReply reply = get("/v1/intents/" + id);
    return reply.status == 200 ? std::string{json::parse(reply.body).at("state").as_string()} : std::string{};
  }
  std::size_t in_ledger() const {
    std::size_t records = 0;
    for (const auto& partition :
         json::parse(connector_->get_admin("/admin/ledger").body).at("partitions").as_array()) {
      const HttpReply page = connector_->get_admin(
          "/admin/ledger?partition=" + std::to_string(partition.at("partition").to_number<int>()));
      records += json::parse(page.body).at("records").as_array().size();
    }
    return records;
  }
  std::size_t texts_in_feed() const {
    std::size_t texts = 0;
    const HttpReply page = get("/v1/events?limit=500");
    for (const auto& event : json::parse(page.body).at("events").as_array())
      texts += event.at("type") == "whatsapp.message.received.text" ? 1U : 0U;
    return texts;
  }

  RedisCluster cluster_;
  TempDir files_;
  HttpReceiver consumer_;
  std::optional<Connector> connector_;
  std::optional<Sandbox> sandbox_;
};

TEST_F(ServiceOnACluster, SendsForEverySenderAndTakesEveryWebhook) {
  std::vector<std::string> ids;
  for (std::size_t at = 0; at < kSenders; ++at) {
    ids.push_back(random_uuid());
    const HttpReply sent = post_intent(at, ids.back());
    ASSERT_EQ(sent.status, 200) << sent.body;
    EXPECT_EQ(first_result(sent).at("status"), "sent");
    EXPECT_EQ(connector_->post_webhook(inbound_to(at, "wamid." + std::to_string(at))).status, 200);
  }
  for (const std::string& id : ids)
    EXPECT_TRUE(eventually([&] { return state_of(id) == "read"; })) << state_of(id);
  EXPECT_EQ(in_ledger(), kSenders);
  EXPECT_EQ(texts_in_feed(), kSenders);
  // Beside the texts the statuses: sent, delivered, read.
  EXPECT_TRUE(eventually([&] { return consumer_.count() >= 4 * kSenders; })) << consumer_.count();
  for (std::size_t at = 0; at < cluster_.size(); ++at) EXPECT_NE(cluster_.node(at).cli({"DBSIZE"}), "0");
  EXPECT_NE(connector_->output().find("\"servers\":3"), std::string::npos);

  ASSERT_EQ(connector_->terminate(), (ExitStatus{.code = 0}));
  connector_->start();
  for (std::size_t at = 0; at < kSenders; ++at) {
    EXPECT_EQ(first_result(post_intent(at, ids[at])).at("status"), "deduped");
    EXPECT_EQ(connector_->post_webhook(inbound_to(at, "wamid." + std::to_string(at))).status, 200);
  }
  EXPECT_EQ(texts_in_feed(), kSenders);
  EXPECT_EQ(json::parse(sandbox_->get("/_sandbox/ledger").body).at("accepted"), kSenders);
}

}  // namespace
}  // namespace wac::testing
