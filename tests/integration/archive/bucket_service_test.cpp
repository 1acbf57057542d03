// The whole program with an archive in a bucket: TLS, and a token from the metadata server.

#include "support/certificates.h"
#include "support/connector.h"
#include "support/fake_cloud_storage.h"
#include "support/loop_thread.h"
#include "support/nginx_server.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace wac::testing {
namespace {

namespace json = boost::json;

class BucketService : public ::testing::Test {
 protected:
  BucketService() {
    plain_ = std::move(*net::HttpServer::listen("127.0.0.1", 0, {{&loop_.loop(), &storage_}}, {}));
    nginx_.emplace(NginxOptions{
        .certificate = &certificates_.server(),
        .server_block =
            "client_max_body_size 8m; location / { proxy_http_version 1.1; proxy_pass http://127.0.0.1:" +
            std::to_string(plain_->port()) + "; }"});
    const std::uint16_t graph_port = free_port();
    connector_.emplace(
        ConnectorOptions{.graph_url = "http://127.0.0.1:" + std::to_string(graph_port),
                         .env = {{"MEDIA_ARCHIVE", "gs://my-bucket/whatsapp"},
                                 {"GCS_ENDPOINT", nginx_->origin()},
                                 {"GCE_METADATA_HOST", "127.0.0.1:" + std::to_string(plain_->port())},
                                 {"TLS_CA_FILE", certificates_.ca_file()},
                                 {"DELIVERY_RETRY_FIRST_MS", "20"},
                                 {"DELIVERY_RETRY_MAX_MS", "200"}}});
    sandbox_.emplace(connector_->webhook_url(), std::vector<std::string>{"--webhook-retry-ms", "100"},
                     graph_port);
    connector_->start();
  }
  ~BucketService() override {
    connector_->kill();
    loop_.await(plain_->drain(loop_.loop(), {std::chrono::steady_clock::now() + std::chrono::seconds{5}}));
  }

  std::string file_at_meta(const std::string& content) {
    const std::string form =
        "--B\r\nContent-Disposition: form-data; name=\"messaging_product\"\r\n\r\nwhatsapp\r\n"
        "--B\r\nContent-Disposition: form-data; name=\"type\"\r\n\r\nimage/jpeg\r\n"
        "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\nContent-Type: "
        "image/jpeg\r\n\r\n" +
        content + "\r\n--B--\r\n";
    const HttpReply reply = http_request(
        "POST", sandbox_->url("/v25.0/" + std::string{kSender} + "/media"),
        {{"Authorization", "Bearer sandbox-token"}, {"Content-Type", "multipart/form-data; boundary=B"}},
        form);
    EXPECT_EQ(reply.status, 200) << reply.body;
    return std::string{json::parse(reply.body).at("id").as_string()};
  }

  Certificates certificates_;
  FakeCloudStorage storage_;
  LoopThread loop_;
  std::unique_ptr<net::HttpServer> plain_;
  std::optional<NginxServer> nginx_;
  std::optional<Connector> connector_;
  std::optional<Sandbox> sandbox_;
};

TEST_F(BucketService, KeepsReadsAndErases) {
  storage_.failures = {503, 503};
  const std::string jpeg = std::string("\xff\xd8\xff\xe0") + std::string(300'000, 'j') + "end";
  const std::string id = file_at_meta(jpeg);
  EXPECT_EQ(sandbox_
                ->post("/_sandbox/inbound", R"({"from":"+16505551234","type":"image","image":{"id":")" + id +
                                                R"(","mime_type":"image/jpeg"}})")
                .status,
            200);
  ASSERT_TRUE(
      eventually([&] { return connector_->metric("whatsapp_media_archive_total{outcome=\"stored\"}") == 1; },
                 Millis{20'000}))
      << connector_->get("/v1/consumers").body;
  EXPECT_EQ(sandbox_->post("/_sandbox/media/expire", "").status, 200);
  EXPECT_TRUE(connector_->get("/v1/media/" + id).body == jpeg);
  EXPECT_EQ(connector_->get("/v1/media/" + id, {{"Range", "bytes=65530-65545"}}).body,
            jpeg.substr(65'530, 16));
  {
    const std::scoped_lock lock(storage_.mutex);
    ASSERT_EQ(storage_.objects.size(), 1U);
    const auto& [name, object] = *storage_.objects.begin();
    EXPECT_TRUE(name.starts_with("whatsapp/")) << name;
    EXPECT_EQ(name.find(id), std::string::npos);
    EXPECT_EQ(object.content.find("jjjjjjjj"), std::string::npos);
    EXPECT_EQ(storage_.unauthorized, 0U);
  }
  const HttpReply deleted = http_request("DELETE", connector_->url("/v1/media/" + id),
                                         {{"Authorization", "Bearer " + connector_->api_key()}});
  EXPECT_EQ(deleted.status, 204) << deleted.body;
  EXPECT_EQ(connector_->get("/v1/media/" + id).status, 410);
}

}  // namespace
}  // namespace wac::testing
