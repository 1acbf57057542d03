#include "outbound/template_source.h"

#include "support/manual_scheduler.h"

#include <gtest/gtest.h>

namespace wac::outbound {
namespace {

/// Keeps what it was asked.
class KeepingClient final : public net::HttpClient {
 public:
  net::ClientRequest asked;

  Task<net::ClientResult> send(net::ClientRequest request) override {
    asked = std::move(request);
    net::ClientResponse response;
    response.status = 200;
    co_return response;
  }
  Task<void> stop() override { co_return; }
};

std::string header(const net::ClientRequest& request, std::string_view name) {
  for (const auto& [key, value] : request.headers) {
    if (key == name) return value;
  }
  return {};
}

TEST(TemplateSource, AsksGraphForOnePage) {
  testing::ManualScheduler loop;
  KeepingClient client;
  config::Config config;
  config.graph_url = "https://graph.example:8443";
  config.graph_version = "v25.0";
  auto source = make_template_source(config, client);
  ASSERT_TRUE(source);
  const std::string account = "102290129340398";
  const Secret token{"the-token"};
  const std::string none;
  static_cast<void>(testing::run_now(loop, (*source)->page(account, token, none, Deadline{loop.now()})));
  EXPECT_EQ(client.asked.method, "GET");
  EXPECT_EQ(client.asked.endpoint.host, "graph.example");
  EXPECT_EQ(client.asked.target,
            "/v25.0/102290129340398/message_templates"
            "?fields=name,status,category,language,components,parameter_format&limit=100");
  EXPECT_EQ(header(client.asked, "Authorization"), "Bearer the-token");
  EXPECT_EQ(client.asked.body, "");
  const std::string cursor = "QVFIU+/=&limit=9";
  static_cast<void>(testing::run_now(loop, (*source)->page(account, token, cursor, Deadline{loop.now()})));
  EXPECT_TRUE(client.asked.target.ends_with("&limit=100&after=QVFIU%2B%2F%3D%26limit%3D9"))
      << client.asked.target;
}

TEST(TemplateSource, WantsAUrl) {
  KeepingClient client;
  config::Config config;
  config.graph_url = "nonsense";
  EXPECT_FALSE(make_template_source(config, client));
}

}  // namespace
}  // namespace wac::outbound
