// Graph behind a server of HTTP/2 that ends its connections under load, in the orderly way of its kind.

#include "campaign.h"
#include "support/nginx_server.h"

namespace wac::testing {
namespace {

class GraphHttp2Test : public ::testing::Test {
 protected:
  /// A connector, a sandbox, and between them an nginx that speaks HTTP/2.
  void launch(const std::string& directives, Environment more = {}) {
    const std::uint16_t sandbox_port = free_port();
    nginx_.emplace(NginxOptions{.certificate = &certificates_.server(),
                                .http2 = true,
                                .reloads = true,
                                .server_block = directives + "location / { proxy_pass http://127.0.0.1:" +
                                                std::to_string(sandbox_port) + "; }"});
    Environment env = campaign_environment();
    env.emplace_back("TLS_CA_FILE", certificates_.ca_file());
    env.insert(env.end(), more.begin(), more.end());
    connector_.emplace(ConnectorOptions{.graph_url = nginx_->origin(), .env = std::move(env)});
    sandbox_.emplace(connector_->webhook_url(),
                     std::vector<std::string>{"--webhook-retry-ms", "100", "--status-delay-ms", "5/10/15",
                                              "--reply", "never"},
                     sandbox_port);
    connector_->start();
  }
  void expect_all(const std::string& version) {
    for (const auto& request : nginx_->requests()) {
      EXPECT_TRUE(request.request.ends_with(version)) << request.request;
    }
  }

  Certificates certificates_;
  std::optional<NginxServer> nginx_;
  std::optional<Connector> connector_;
  std::optional<Sandbox> sandbox_;
};

TEST_F(GraphHttp2Test, AServerThatReloadsUnderLoadLosesDoublesAndObscuresNothing) {
  launch("keepalive_requests 40; ");
  Campaign campaign(*connector_, *sandbox_, {.intents = 400, .webhooks = 400, .threads = 16});
  campaign.start();
  for (std::size_t percent = 10; percent < 100; percent += 10) {
    ASSERT_TRUE(
        eventually([&] { return campaign.progress() >= campaign.total() * percent / 100; }, Millis{60'000}));
    nginx_->reload();
  }
  campaign.verify(Millis{30'000});
  EXPECT_EQ(connector_->metric("whatsapp_unknown_total{event=\"entered\"}"), 0);
  EXPECT_GE(nginx_->requests().size(), 400U);
  expect_all(" HTTP/2.0");
}

TEST_F(GraphHttp2Test, TurnedOffItIsNotOffered) {
  launch("", {{"GRAPH_HTTP2", "0"}});
  ASSERT_EQ(connector_->post("/v1/intents", text_intent(random_uuid())).status, 200);
  ASSERT_TRUE(eventually([&] { return !nginx_->requests().empty(); }));
  expect_all(" HTTP/1.1");
}

}  // namespace
}  // namespace wac::testing
