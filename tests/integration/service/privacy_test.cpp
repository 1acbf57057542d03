// Plants personal data and secrets in every field that can hold some, then searches everything that leaves.

#include "engines.h"

#include <filesystem>

namespace wac::testing {
namespace {

class PrivacyTest : public ServiceTest {
 protected:
  void search(const std::string& where, const std::string& text) {
    for (const std::string& planted : planted_) {
      EXPECT_EQ(text.find(planted), std::string::npos) << planted << " in " << where;
    }
  }

  static std::vector<std::string> lines(const std::string& text) {
    std::vector<std::string> out;
    for (std::size_t from = 0; from < text.size();) {
      const std::size_t end = std::min(text.find('\n', from), text.size());
      out.push_back(text.substr(from, end - from));
      from = end + 1;
    }
    return out;
  }
  /// Every value of the Redis, whatever its kind, as redis-cli prints it.
  std::string values() {
    std::string out;
    for (const std::string& key : lines(redis_->cli({"--scan"}))) {
      const std::string kind = redis_->cli({"TYPE", key});
      if (kind == "string") out += redis_->cli({"GET", key});
      if (kind == "hash") out += redis_->cli({"HGETALL", key});
      if (kind == "zset") out += redis_->cli({"ZRANGE", key, "0", "-1"});
      if (kind == "stream") out += redis_->cli({"XRANGE", key, "-", "+"});
    }
    EXPECT_FALSE(out.empty());
    return out;
  }

  const std::vector<std::string> planted_ = {"16505550143",
                                             "Planted Text",
                                             "Planted Name",
                                             "wamid.PLANTED",
                                             "planted-dedupe",
                                             "planted-query",
                                             "sandbox-token",
                                             std::string{kAppSecret},
                                             std::string{kVerifyToken},
                                             std::string{kStagingToken},
                                             "planted-bad-token"};
};
INSTANTIATE_TEST_SUITE_P(Engines, PrivacyTest, ::testing::Values(Engine::kEmbedded, Engine::kRedis),
                         engine_name);

TEST_P(PrivacyTest, NothingPlantedLeavesInLogsMetricsOrTheStore) {
  launch({{"GRAPH_TIMEOUT_MS", "400"}, {"LEASE_MS", "2000"}});
  const std::string more = R"(,"dedupeKey":"planted-dedupe-16505550143")";
  const std::string quoting = R"(,"context":{"messageId":"wamid.PLANTED"})";
  const std::string id = random_uuid();
  const HttpReply sent =
      connector_->post("/v1/intents?x=planted-query", text_intent(id, "+16505550143", "Planted Text", more),
                       {{"X-Correlation-Id", "call-16505550143"}});
  ASSERT_EQ(sent.status, 200);
  const std::string wamid{first_result(sent).at("wamid").as_string()};
  connector_->post("/v1/intents", text_intent(random_uuid(), "+16505550143", "Planted Text", quoting));
  connector_->post("/v1/intents", text_intent(random_uuid(), "16505550143", "Planted Text"));
  connector_->post("/v1/intents", R"({"intents":[{"16505550143":"Planted Text"}]})");
  connector_->post("/v1/intents", "Planted Text 16505550143");
  connector_->get("/v1/intents/16505550143");
  connector_->get("/webhook?hub.mode=subscribe&hub.challenge=16505550143&hub.verify_token=planted-bad-token");
  http_request("POST", connector_->url("/__staging/outbound"), {{"X-Staging-Token", "planted-bad-token"}},
               "Planted Text");
  http_request("POST", connector_->webhook_url(), {{"X-Hub-Signature-256", "planted-bad-token"}},
               "Planted Text");
  std::string inbound = inbound_text("wamid.PLANTED", "Planted Text", "16505550143");
  inbound.replace(inbound.find("Sheena Nelson"), 13, "Planted Name ");
  EXPECT_EQ(connector_->post_webhook(inbound).status, 200);
  EXPECT_EQ(connector_->post_webhook("Planted Text, no JSON, 16505550143").status, 200);
  sandbox_->set_faults(R"([{"kind":"accept_then_no_answer","next":1}])");
  connector_->post("/v1/intents", text_intent(random_uuid(), "+16505550143", "Planted Text"));
  sandbox_->set_faults(R"([{"kind":"html","next":1},{"kind":"error","code":131026,"next":1}])");
  connector_->post("/v1/intents", text_intent(random_uuid(), "+16505550143", "Planted Text"),
                   {{"Prefer", "respond-async"}});
  connector_->post("/v1/intents", text_intent(random_uuid(), "+16505550143", "Planted Text"),
                   {{"Prefer", "respond-async"}});
  EXPECT_TRUE(reaches(id, "read"));

  search("metrics", connector_->get_admin("/metrics").body);
  search("health", connector_->get_admin("/health").body);
  search("ledger", connector_->get_admin("/admin/ledger").body);
  if (redis_) {
    for (std::size_t at = 0; const std::string& key : lines(redis_->cli({"--scan"}))) {
      search("redis key", key);
      EXPECT_EQ(key.find(wamid), std::string::npos) << "redis key " << at++;
    }
    const std::string dump = values();
    search("redis values", dump);
    EXPECT_EQ(dump.find(wamid), std::string::npos);
  }
  const auto ended = connector_->terminate();
  ASSERT_TRUE(ended);
  search("output", connector_->output());
  EXPECT_EQ(connector_->output().find(wamid), std::string::npos);
  EXPECT_NE(connector_->output().find(id), std::string::npos) << "the log was searched, not missed";
  if (GetParam() == Engine::kEmbedded) {
    for (const auto& file : std::filesystem::directory_iterator(connector_->data_dir())) {
      if (!file.path().filename().string().starts_with("connector.db")) continue;
      const std::string content = read_file(file.path());
      search(file.path(), content);
      EXPECT_EQ(content.find(wamid), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace wac::testing
