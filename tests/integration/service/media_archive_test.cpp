// Media that is kept, with the real programs: the sandbox plays Meta and holds the files.

#include "base/encoding.h"
#include "crypto/digest.h"
#include "engines.h"
#include "support/memory.h"

#include <csignal>
#include <filesystem>
#include <fstream>

namespace wac::testing {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

std::string archived(const std::string& outcome) {
  return "whatsapp_media_archive_total{outcome=\"" + outcome + "\"}";
}

class MediaArchive : public ServiceTest {
 protected:
  void launch_with_archive(Environment more = {}) {
    Environment env = {{"MEDIA_ARCHIVE", "file://" + folder_.path()},
                       {"DELIVERY_RETRY_FIRST_MS", "20"},
                       {"DELIVERY_RETRY_MAX_MS", "200"},
                       {"DELIVERY_LEASE_MS", "1500"},
                       {"GRAPH_TIMEOUT_MS", "1000"}};
    env.insert(env.end(), more.begin(), more.end());
    launch(std::move(env));
  }

  /// Puts a file where users' files are; returns its id.
  std::string file_at_meta(const std::string& content, const std::string& type = "image/jpeg") {
    const std::string form =
        "--B\r\nContent-Disposition: form-data; name=\"messaging_product\"\r\n\r\nwhatsapp\r\n"
        "--B\r\nContent-Disposition: form-data; name=\"type\"\r\n\r\n" +
        type +
        "\r\n--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\nContent-Type: " + type +
        "\r\n\r\n" + content + "\r\n--B--\r\n";
    const HttpReply reply = http_request(
        "POST", sandbox_->url("/v25.0/" + std::string{kSender} + "/media"),
        {{"Authorization", "Bearer sandbox-token"}, {"Content-Type", "multipart/form-data; boundary=B"}},
        form);
    EXPECT_EQ(reply.status, 200) << reply.body;
    return std::string{json::parse(reply.body).at("id").as_string()};
  }
  /// A user's message with that file, by way of the sandbox.
  void user_sends(const std::string& id, const std::string& type = "image") {
    const HttpReply reply =
        sandbox_->post("/_sandbox/inbound", R"({"from":"+16505551234","type":")" + type + R"(",")" + type +
                                                R"(":{"id":")" + id + R"(","mime_type":"image/jpeg"}})");
    EXPECT_EQ(reply.status, 200) << reply.body;
  }
  /// The same as a webhook of its own, while the sandbox does not answer.
  void webhook_with(const std::string& id) {
    const std::string body =
        R"({"object":"whatsapp_business_account","entry":[{"id":"102290129340398","changes":[{"field":"messages",)"
        R"("value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550783881",)"
        R"("phone_number_id":")" +
        std::string{kSender} + R"("},"messages":[{"from":"16505551234","id":"wamid.)" + random_uuid() +
        R"(","timestamp":"1739321024","type":"image","image":{"id":")" + id +
        R"(","mime_type":"image/jpeg"}}]}}]}]})";
    EXPECT_EQ(connector_->post_webhook(body).status, 200);
  }
  bool counts(const std::string& outcome, double least, Millis timeout = Millis{20'000}) {
    return eventually([&] { return connector_->metric(archived(outcome)) >= least; }, timeout);
  }
  std::vector<fs::path> files() const {
    std::vector<fs::path> found;
    for (const auto& entry : fs::recursive_directory_iterator{folder_.path()}) {
      if (entry.is_regular_file()) found.push_back(entry.path());
    }
    return found;
  }
  void meta_forgets() { EXPECT_EQ(sandbox_->post("/_sandbox/media/expire", "").status, 200); }
  json::object archive_consumer() {
    const auto listed = json::parse(connector_->get("/v1/consumers").body);
    for (const json::value& consumer : listed.at("consumers").as_array()) {
      if (consumer.at("id") == "media-archive") return consumer.as_object();
    }
    return {};
  }
  long peak_memory() {
    std::ifstream status("/proc/" + std::to_string(connector_->process().pid()) + "/status");
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with("VmHWM:")) return std::stol(line.substr(6));
    }
    return -1;
  }

  TempDir folder_;
};

INSTANTIATE_TEST_SUITE_P(Engines, MediaArchive, ::testing::Values(Engine::kEmbedded, Engine::kRedis),
                         engine_name);

const std::string kJpeg = std::string("\xff\xd8\xff\xe0") + std::string(300'000, 'j') + "end";

TEST_P(MediaArchive, AFileOutlivesMetasRetention) {
  launch_with_archive();
  const std::string id = file_at_meta(kJpeg);
  user_sends(id);
  ASSERT_TRUE(counts("stored", 1));
  meta_forgets();
  const HttpReply whole = connector_->get("/v1/media/" + id);
  EXPECT_EQ(whole.status, 200) << whole.body;
  EXPECT_TRUE(whole.body == kJpeg);
  EXPECT_EQ(whole.header("content-type"), "image/jpeg");
  EXPECT_EQ(whole.header("x-media-sha256"), to_hex(crypto::sha256(kJpeg)));
  EXPECT_EQ(whole.header("x-media-size"), std::to_string(kJpeg.size()));
  const HttpReply part = connector_->get("/v1/media/" + id, {{"Range", "bytes=65530-65545"}});
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.body, kJpeg.substr(65'530, 16));
  EXPECT_EQ(part.header("content-range"), "bytes 65530-65545/" + std::to_string(kJpeg.size()));
  EXPECT_EQ(connector_->get("/v1/media/" + id, {{"Range", "bytes=-3"}}).body, "end");
  EXPECT_EQ(connector_->get("/v1/media/" + id, {{"Range", "bytes=900000-"}}).status, 416);
  EXPECT_EQ(http_request("GET", connector_->url("/v1/media/" + id)).status, 401);
  // The consumer is one like any other.
  EXPECT_EQ(archive_consumer().at("state"), "running");
  // Neither id nor content is on the disk.
  ASSERT_EQ(files().size(), 1U);
  EXPECT_EQ(files()[0].string().find(id), std::string::npos);
  EXPECT_EQ(read_file(files()[0].string()).find("jjjjjjjj"), std::string::npos);
  // And a restart finds it again.
  connector_->kill();
  connector_->start();
  EXPECT_TRUE(connector_->get("/v1/media/" + id).body == kJpeg);
}

TEST_P(MediaArchive, ADamagedFileIsRefusedAndADeletedOneIsGone) {
  launch_with_archive();
  const std::string id = file_at_meta(kJpeg);
  user_sends(id);
  ASSERT_TRUE(counts("stored", 1));
  const std::string path = files().at(0).string();
  fs::resize_file(path, fs::file_size(path) - 100);
  const HttpReply damaged = connector_->get("/v1/media/" + id);
  EXPECT_EQ(damaged.status, 500);
  EXPECT_NE(damaged.body.find("media_corrupt"), std::string::npos) << damaged.body;
  EXPECT_EQ(connector_->metric(archived("corrupt")), 1);
  const HttpReply deleted = http_request("DELETE", connector_->url("/v1/media/" + id),
                                         {{"Authorization", "Bearer " + connector_->api_key()}});
  EXPECT_EQ(deleted.status, 204) << deleted.body;
  EXPECT_EQ(connector_->get("/v1/media/" + id).status, 410);
  EXPECT_EQ(fs::file_size(path), 0U);
  // The same file in another message: it stays deleted.
  user_sends(id);
  EXPECT_TRUE(
      eventually([&] { return connector_->metric("whatsapp_delivery_total{outcome=\"delivered\"}") >= 2; }));
  EXPECT_EQ(connector_->get("/v1/media/" + id).status, 410);
}

TEST_P(MediaArchive, WhileMetaIsOutFilesWaitAndNothingIsLost) {
  launch_with_archive();
  const std::string id = file_at_meta(kJpeg);
  sandbox_->process().signal(SIGSTOP);
  webhook_with(id);
  EXPECT_TRUE(counts("failed", 1));
  EXPECT_TRUE(files().empty());
  sandbox_->process().signal(SIGCONT);
  EXPECT_TRUE(counts("stored", 1));
  EXPECT_TRUE(connector_->get("/v1/media/" + id).body == kJpeg);
}

TEST_P(MediaArchive, AFileThatMetaHasLostIsADeadLetter) {
  launch_with_archive();
  const std::string id = file_at_meta(kJpeg);
  meta_forgets();
  webhook_with(id);
  EXPECT_TRUE(counts("gone", 1));
  EXPECT_TRUE(eventually([&] {
    const json::object consumer = archive_consumer();
    return consumer.contains("deadLetters") && consumer.at("deadLetters").to_number<int>() == 1;
  })) << connector_->get("/v1/consumers").body;
  // Others are not held up.
  const std::string other = file_at_meta(kJpeg);
  webhook_with(other);
  EXPECT_TRUE(counts("stored", 1));
}

TEST_P(MediaArchive, ACrashInTheMiddleLeavesNoHalfFile) {
  launch_with_archive({{"GRAPH_TIMEOUT_MS", "20000"}});
  const std::string big = "%PDF-1.7\n" + std::string(60U << 20U, 'p');
  const std::string id = file_at_meta(big, "application/pdf");
  user_sends(id, "document");
  // Killed while the file is being written.
  ASSERT_TRUE(eventually(
      [&] {
        const auto found = files();
        return !found.empty() && fs::file_size(found[0]) > 1'000'000;
      },
      Millis{20'000}));
  connector_->kill();
  const auto left = files();
  ASSERT_EQ(left.size(), 1U);
  EXPECT_TRUE(left[0].filename().string().starts_with(".tmp-")) << "the file came through before the crash";
  connector_->start();
  EXPECT_TRUE(counts("stored", 1, Millis{60'000}));
  meta_forgets();
  const HttpReply whole = connector_->get("/v1/media/" + id);
  EXPECT_EQ(whole.status, 200);
  EXPECT_TRUE(whole.body == big);
}

TEST_P(MediaArchive, StoppingDoesNotWaitForAFile) {
  launch_with_archive({{"GRAPH_TIMEOUT_MS", "20000"}});
  const std::string big = "%PDF-1.7\n" + std::string(60U << 20U, 'p');
  const std::string id = file_at_meta(big, "application/pdf");
  user_sends(id, "document");
  ASSERT_TRUE(eventually([&] { return !files().empty(); }, Millis{20'000}));
  // Meta goes silent in the middle.
  sandbox_->process().signal(SIGSTOP);
  const auto ended = connector_->terminate(Millis{8'000});
  sandbox_->process().signal(SIGCONT);
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->code, 0);
  const auto left = files();
  ASSERT_TRUE(left.empty() || !left[0].filename().string().starts_with(".tmp-")) << "half a file stayed";
  connector_->start();
  EXPECT_TRUE(counts("stored", left.empty() ? 1 : 0, Millis{60'000}));
  EXPECT_TRUE(connector_->get("/v1/media/" + id).body == big);
}

TEST_P(MediaArchive, ADocumentOf100MegabytesPassesInConstantMemory) {
  launch_with_archive({{"GRAPH_TIMEOUT_MS", "20000"}});
  const std::string small = file_at_meta(kJpeg);
  user_sends(small);
  ASSERT_TRUE(counts("stored", 1));
  EXPECT_EQ(connector_->get("/v1/media/" + small).status, 200);
  const std::string big = "%PDF-1.7\n" + std::string((100U << 20U) - 9, 'p');
  const std::string id = file_at_meta(big, "application/pdf");
  const long before = peak_memory();
  user_sends(id, "document");
  ASSERT_TRUE(counts("stored", 2, Millis{90'000}));
  meta_forgets();
  const HttpReply whole = connector_->get("/v1/media/" + id);
  EXPECT_TRUE(whole.body == big);
  const long after = peak_memory();
  ASSERT_GT(before, 0);
  if (kMemoryCounts) {
    EXPECT_LT(after - before, 20 * 1024);
  }
  RecordProperty("rss_growth_kb", static_cast<int>(after - before));
}

TEST_P(MediaArchive, AFullDiskIsTriedAgainAndLosesNothing) {
  launch_with_archive({{"MEDIA_ARCHIVE_MIN_FREE_BYTES", "1099511627776"}});
  const std::string id = file_at_meta(kJpeg);
  user_sends(id);
  EXPECT_TRUE(counts("failed", 2));
  EXPECT_TRUE(eventually([&] {
    return connector_->get("/v1/consumers").body.find("archive_full") != std::string::npos;
  })) << connector_->get("/v1/consumers").body;
  EXPECT_TRUE(connector_->get("/v1/media/" + id).body == kJpeg) << "Meta still has it";
}

TEST_P(MediaArchive, AFolderThatIsNotThereStopsTheStart) {
  ASSERT_TRUE(fs::remove(folder_.path()));
  EXPECT_THROW(launch_with_archive(), std::exception);
  EXPECT_NE(connector_->output().find("MEDIA_ARCHIVE is not a folder"), std::string::npos);
}

}  // namespace
}  // namespace wac::testing
