// Media that uploads itself, with the real programs: nginx holds the files, the sandbox plays Meta.

#include "engines.h"
#include "support/memory.h"
#include "support/nginx_server.h"
#include "support/scripted_peer.h"

#include <filesystem>
#include <fstream>

namespace wac::testing {
namespace {

namespace json = boost::json;

class MediaTest : public ServiceTest {
 protected:
  /// A connector that may fetch from `networks`, and a server of files on localhost.
  void launch_with_files(const std::string& networks = "127.0.0.0/8,::1",
                         const std::string& more_locations = "", Environment more = {}) {
    nginx_.emplace(NginxOptions{.certificate = &certificates_.server(),
                                .server_block = "location / { root " + files_.path() +
                                                "; types { image/jpeg jpg; application/pdf pdf; } }" +
                                                more_locations});
    Environment env = {{"TLS_CA_FILE", certificates_.ca_file()},
                       {"MEDIA_ALLOWED_PORTS", std::to_string(nginx_->port())}};
    if (!networks.empty()) env.emplace_back("MEDIA_ALLOWED_NETWORKS", networks);
    env.insert(env.end(), more.begin(), more.end());
    launch(std::move(env));
  }

  std::string intent(const std::string& id, const std::string& type, const std::string& path) {
    return R"({"intentId":")" + id + R"(","to":"+16505551234","payload":{"type":")" + type + R"(",")" + type +
           R"(":{"mediaUrl":")" + nginx_->origin() + path + R"("}}})";
  }
  json::object send(const std::string& type, const std::string& path) {
    const HttpReply reply =
        connector_->post("/v1/intents", R"({"intents":[)" + intent(random_uuid(), type, path) + "]}");
    EXPECT_EQ(reply.status, 200) << reply.body;
    return first_result(reply);
  }
  double media(const std::string& outcome) {
    return connector_->metric("whatsapp_media_total{outcome=\"" + outcome + "\"}");
  }
  std::size_t fetches() { return nginx_->requests().size(); }
  /// The most memory the connector ever had, in kB.
  long peak_memory() {
    std::ifstream status("/proc/" + std::to_string(connector_->process().pid()) + "/status");
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with("VmHWM:")) return std::stol(line.substr(6));
    }
    return -1;
  }

  TempDir files_;
  BlackholePort hole_;
  std::optional<NginxServer> nginx_;
};

INSTANTIATE_TEST_SUITE_P(Engines, MediaTest, ::testing::Values(Engine::kEmbedded, Engine::kRedis),
                         engine_name);

const std::string kJpeg = std::string("\xff\xd8\xff\xe0") + std::string(300'000, 'j');

TEST_P(MediaTest, AFileIsFetchedUploadedAndSentAndOnlyOnceForMany) {
  write_file(files_.file("a.jpg"), kJpeg);
  launch_with_files();
  std::string batch;
  for (int i = 0; i < 30; ++i) batch += (i == 0 ? "" : ",") + intent(random_uuid(), "image", "/a.jpg");
  const HttpReply reply = connector_->post("/v1/intents", R"({"intents":[)" + batch + "]}");
  ASSERT_EQ(reply.status, 200) << reply.body;
  const auto summary = json::parse(reply.body).at("result").at("summary");
  EXPECT_EQ(summary.at("sent").to_number<int>(), 30) << reply.body;
  EXPECT_EQ(accepted(), 30);
  // One fetch and one upload per loop that took part.
  const double loops = media("uploaded");
  EXPECT_GE(loops, 1);
  EXPECT_LE(loops, 16);
  EXPECT_TRUE(eventually([&] { return fetches() >= 1; }));
  EXPECT_EQ(static_cast<double>(fetches()), loops);
}

TEST_P(MediaTest, AFileMetaHasLostIsUploadedOnceMore) {
  write_file(files_.file("a.jpg"), kJpeg);
  launch_with_files();
  EXPECT_EQ(send("image", "/a.jpg").at("status"), "sent");
  EXPECT_EQ(sandbox_->post("/_sandbox/media/expire", "").status, 200);
  const json::object again = send("image", "/a.jpg");
  EXPECT_EQ(again.at("status"), "sent") << json::serialize(again);
  EXPECT_EQ(again.at("attempts"), 1);
  EXPECT_EQ(accepted(), 2);
  EXPECT_EQ(media("uploaded"), 2);
}

TEST_P(MediaTest, AFileMetaCouldNotUseAfterAllIsUploadedAnewForTheNextMessage) {
  write_file(files_.file("a.jpg"), kJpeg);
  launch_with_files("127.0.0.0/8,::1", "", {{"THREADS", "1"}});
  EXPECT_EQ(send("image", "/a.jpg").at("status"), "sent");
  sandbox_->set_faults(R"([{"kind":"failed_status","code":131053,"next":1}])");
  const std::string id{send("image", "/a.jpg").at("intentId").as_string()};
  EXPECT_EQ(media("uploaded"), 1);
  json::object shown;
  ASSERT_TRUE(eventually([&] {
    shown = json::parse(connector_->get("/v1/intents/" + id).body).as_object();
    return shown.at("state") == "failed";
  })) << json::serialize(shown);
  EXPECT_EQ(shown.at("errorCode"), "131053");
  EXPECT_FALSE(shown.at("advice").as_string().empty());
  EXPECT_EQ(shown.at("attempts"), 1) << "it is not sent again by itself";
  EXPECT_TRUE(eventually([&] {
    EXPECT_EQ(send("image", "/a.jpg").at("status"), "sent");
    return media("uploaded") == 2;
  }));
}

TEST_P(MediaTest, ARestartRemembersWhatWasUploaded) {
  write_file(files_.file("a.jpg"), kJpeg);
  launch_with_files();
  EXPECT_EQ(send("image", "/a.jpg").at("status"), "sent");
  connector_->kill();
  connector_->start();
  EXPECT_EQ(send("image", "/a.jpg").at("status"), "sent");
  EXPECT_EQ(media("uploaded"), 0);
  EXPECT_EQ(media("reused"), 1);
  EXPECT_EQ(fetches(), 1U);
}

TEST_P(MediaTest, AMessageWhoseFileTakesLongWaitsInTheQueueAndSurvivesACrash) {
  // Whoever connects to the server behind /slow waits for ever.
  launch_with_files("127.0.0.0/8,::1",
                    "location /slow { proxy_pass http://127.0.0.1:" + std::to_string(hole_.port()) + "; }");
  const std::string id = random_uuid();
  const HttpReply reply = connector_->post(
      "/v1/intents", R"({"intents":[)" + intent(id, "image", "/slow") + "]}", {{"Prefer", "respond-async"}});
  ASSERT_EQ(reply.status, 202) << reply.body;
  EXPECT_TRUE(reaches(id, "retry_wait")) << state_of(id);
  connector_->kill();
  connector_->start();
  EXPECT_EQ(state_of(id), "retry_wait");
  EXPECT_EQ(accepted(), 0);
  // Shutting down does not wait for the file.
  const auto ended = connector_->terminate(Millis{8'000});
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->code, 0);
}

TEST_P(MediaTest, ACrashWhileTheFileIsFetchedLeavesNoUnknownOutcome) {
  launch_with_files("127.0.0.0/8,::1",
                    "location /slow { proxy_pass http://127.0.0.1:" + std::to_string(hole_.port()) + "; }",
                    {{"LEASE_MS", "3000"}, {"GRAPH_TIMEOUT_MS", "1000"}});
  const std::string id = random_uuid();
  const HttpReply reply = connector_->post(
      "/v1/intents", R"({"intents":[)" + intent(id, "image", "/slow") + "]}", {{"Prefer", "respond-async"}});
  ASSERT_EQ(reply.status, 202) << reply.body;
  ASSERT_TRUE(eventually([&] { return state_of(id) == "sending"; }));
  connector_->kill();
  connector_->start();
  EXPECT_TRUE(reaches(id, "retry_wait", Millis{10'000})) << state_of(id);
  const auto shown = json::parse(connector_->get("/v1/intents/" + id).body);
  for (const auto& entry : shown.at("timeline").as_array()) EXPECT_NE(entry.at("state"), "unknown");
  EXPECT_EQ(accepted(), 0);
}

TEST_P(MediaTest, AFileThatIsNotThereYetIsTriedAgain) {
  launch_with_files("127.0.0.0/8,::1", "location = /late.jpg { root " + files_.path() +
                                           "; if (!-f $request_filename) { return 503; } }");
  const std::string id = random_uuid();
  const HttpReply reply =
      connector_->post("/v1/intents", R"({"intents":[)" + intent(id, "image", "/late.jpg") + "]}",
                       {{"Prefer", "respond-async"}});
  ASSERT_EQ(reply.status, 202) << reply.body;
  EXPECT_TRUE(reaches(id, "retry_wait")) << state_of(id);
  const auto shown = json::parse(connector_->get("/v1/intents/" + id).body);
  EXPECT_EQ(shown.at("errorCode"), "media_unreachable");
  write_file(files_.file("late.jpg"), kJpeg);
  EXPECT_TRUE(reaches(id, "read", Millis{20'000})) << state_of(id);
  EXPECT_EQ(accepted(), 1);
}

TEST_P(MediaTest, LoopbackIsRefusedUnlessAllowed) {
  write_file(files_.file("a.jpg"), kJpeg);
  launch_with_files("");
  const json::object result = send("image", "/a.jpg");
  EXPECT_EQ(result.at("status"), "failed");
  EXPECT_EQ(result.at("errorCode"), "media_forbidden_address") << json::serialize(result);
  EXPECT_TRUE(result.contains("advice"));
  EXPECT_EQ(fetches(), 0U);
  EXPECT_EQ(accepted(), 0);
}

TEST_P(MediaTest, ARedirectToAForbiddenAddressIsRefused) {
  launch_with_files("127.0.0.1,::1",
                    "location /away { return 302 https://127.0.0.2:$server_port/a.jpg; }"
                    "location /meta { return 302 https://169.254.169.254:$server_port/latest; }"
                    "location /plain { return 302 http://localhost:$server_port/a.jpg; }");
  for (const char* path : {"/away", "/meta", "/plain"}) {
    const json::object result = send("image", path);
    EXPECT_EQ(result.at("status"), "failed") << path;
    EXPECT_EQ(result.at("errorCode"), "media_forbidden_address") << path << json::serialize(result);
  }
  EXPECT_EQ(accepted(), 0);
}

TEST_P(MediaTest, WhatIsWrongWithAFileIsSaid) {
  write_file(files_.file("fake.jpg"), "%PDF-1.7 not a picture");
  write_file(files_.file("big.jpg"), kJpeg + std::string(5 << 20, 'x'));
  launch_with_files();
  EXPECT_EQ(send("image", "/fake.jpg").at("errorCode"), "media_type_refused");
  EXPECT_EQ(send("image", "/big.jpg").at("errorCode"), "media_too_large");
  EXPECT_EQ(send("image", "/missing.jpg").at("errorCode"), "media_unreachable");
  EXPECT_EQ(accepted(), 0);
  EXPECT_EQ(media("uploaded"), 0);
}

/// Puts a file into the sandbox, as if a user had sent it; returns its id.
std::string sandbox_file(const Sandbox& sandbox, const std::string& content) {
  const std::string form =
      "--B\r\nContent-Disposition: form-data; name=\"messaging_product\"\r\n\r\nwhatsapp\r\n"
      "--B\r\nContent-Disposition: form-data; name=\"type\"\r\n\r\nimage/jpeg\r\n"
      "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\nContent-Type: "
      "image/jpeg\r\n\r\n" +
      content + "\r\n--B--\r\n";
  const HttpReply reply = http_request(
      "POST", sandbox.url("/v25.0/" + std::string{kSender} + "/media"),
      {{"Authorization", "Bearer sandbox-token"}, {"Content-Type", "multipart/form-data; boundary=B"}}, form);
  EXPECT_EQ(reply.status, 200) << reply.body;
  return std::string{json::parse(reply.body).at("id").as_string()};
}

TEST_P(MediaTest, WhatAUserSentIsStreamedToItsTenant) {
  launch_with_files();
  const std::string id = sandbox_file(*sandbox_, kJpeg);
  const HttpReply whole = connector_->get("/v1/media/" + id);
  EXPECT_EQ(whole.status, 200) << whole.failure;
  EXPECT_TRUE(whole.body == kJpeg);
  EXPECT_EQ(whole.header("content-type"), "image/jpeg");
  EXPECT_EQ(whole.header("x-content-type-options"), "nosniff");
  EXPECT_EQ(whole.header("x-media-size"), std::to_string(kJpeg.size()));
  EXPECT_EQ(whole.header("x-media-sha256").size(), 64U);
  const HttpReply part = connector_->get("/v1/media/" + id, {{"Range", "bytes=4-13"}});
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.body, kJpeg.substr(4, 10));
  EXPECT_EQ(part.header("content-range"), "bytes 4-13/" + std::to_string(kJpeg.size()));
  EXPECT_EQ(connector_->get("/v1/media/" + id, {{"Range", "bytes=900000-"}}).status, 416);
}

TEST_P(MediaTest, WhatIsNotThereOrNotAllowedIsNotStreamed) {
  launch_with_files();
  const std::string id = sandbox_file(*sandbox_, kJpeg);
  EXPECT_EQ(connector_->get("/v1/media/123456").status, 404);
  EXPECT_EQ(connector_->get("/v1/media/../x").status, 404);
  EXPECT_EQ(connector_->get("/v1/media/" + id + "?senderId=99999").status, 404);
  EXPECT_EQ(http_request("GET", connector_->url("/v1/media/" + id)).status, 401);
  EXPECT_EQ(connector_->output().find("sandbox-token"), std::string::npos);
}

TEST_P(MediaTest, ADocumentOf100MegabytesPassesInConstantMemory) {
  write_file(files_.file("big.pdf"), "%PDF-1.7\n");
  std::filesystem::resize_file(files_.file("big.pdf"), 100U << 20U);
  write_file(files_.file("small.pdf"), "%PDF-1.7\n%small");
  launch_with_files();
  EXPECT_EQ(send("document", "/small.pdf").at("status"), "sent");
  const long before = peak_memory();
  const json::object result = send("document", "/big.pdf");
  EXPECT_EQ(result.at("status"), "sent") << json::serialize(result);
  const long after = peak_memory();
  ASSERT_GT(before, 0);
  if (kMemoryCounts) {
    EXPECT_LT(after - before, 20 * 1024);
  }
  RecordProperty("rss_growth_kb", static_cast<int>(after - before));
}

}  // namespace
}  // namespace wac::testing
