// Graph behind a server of HTTP/2 that ends its connections under load, in the orderly way of its kind.

#include "campaign.h"
#include "support/nginx_server.h"

namespace wac::testing {
namespace {

TEST(GraphHttp2Test, AServerThatReloadsUnderLoadLosesDoublesAndObscuresNothing) {
  const Certificates certificates;
  const std::uint16_t sandbox_port = free_port();
  NginxServer nginx({.certificate = &certificates.server(),
                     .http2 = true,
                     .reloads = true,
                     .server_block = "keepalive_requests 40; location / { proxy_pass http://127.0.0.1:" +
                                     std::to_string(sandbox_port) + "; }"});
  Environment env = campaign_environment();
  env.emplace_back("TLS_CA_FILE", certificates.ca_file());
  Connector connector({.graph_url = nginx.origin(), .env = std::move(env)});
  const Sandbox sandbox(connector.webhook_url(),
                        {"--webhook-retry-ms", "100", "--status-delay-ms", "5/10/15", "--reply", "never"},
                        sandbox_port);
  connector.start();
  Campaign campaign(connector, sandbox, {.intents = 400, .webhooks = 400, .threads = 16});
  campaign.start();
  for (std::size_t percent = 10; percent < 100; percent += 10) {
    ASSERT_TRUE(
        eventually([&] { return campaign.progress() >= campaign.total() * percent / 100; }, Millis{60'000}));
    nginx.reload();
  }
  campaign.verify(Millis{30'000});
  EXPECT_EQ(connector.metric("whatsapp_unknown_total{event=\"entered\"}"), 0);
  const auto requests = nginx.requests();
  EXPECT_GE(requests.size(), 400U);
  for (const auto& request : requests) EXPECT_TRUE(request.request.ends_with(" HTTP/2.0"));
}

}  // namespace
}  // namespace wac::testing
