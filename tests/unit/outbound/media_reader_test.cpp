#include "outbound/media_reader.h"

#include "fake_transfers.h"
#include "support/manual_scheduler.h"

#include <gtest/gtest.h>

namespace wac::outbound {
namespace {

/// Graph: answers in order.
class FakeClient final : public net::HttpClient {
 public:
  std::deque<net::ClientResult> answers;
  std::vector<net::ClientRequest> requests;
  Task<net::ClientResult> send(net::ClientRequest request) override {
    requests.push_back(std::move(request));
    net::ClientResult answer = std::move(answers.front());
    answers.pop_front();
    co_return answer;
  }
  Task<void> stop() override { co_return; }
};

net::ClientResult told(int status, std::string body) {
  net::ClientResponse response;
  response.status = status;
  response.body = std::move(body);
  return response;
}
net::ClientResult file_at(const std::string& url) {
  return told(
      200,
      R"({"messaging_product":"whatsapp","id":"77","url":")" + url +
          R"(","mime_type":"image/jpeg","sha256":"LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=","file_size":5})");
}

bool has_token(const net::ClientRequest& request) {
  return std::ranges::any_of(request.headers,
                             [](const auto& header) { return header.first == "Authorization"; });
}

class MediaReaderTest : public ::testing::Test {
 protected:
  MediaReaderTest() {
    config_.graph_url = "https://graph.example";
    config_.tenants.push_back({*TenantId::parse("acme"), {}});
    config_.tenants.back().senders.push_back({*SenderId::parse("106540352242922"), Secret{"token"}});
    directory_.emplace(config_);
    reader_ = std::move(*MediaReader::make(config_, loop_, client_, transfers_));
  }
  MediaReader::Opened open(const std::string& range = "") {
    return run_now(loop_,
                   reader_->open(*directory_->sender(*SenderId::parse("106540352242922")), "77", range));
  }
  MediaReadFault fault() {
    const auto opened = open();
    EXPECT_FALSE(opened);
    return opened ? MediaReadFault::kBusy : opened.error();
  }

  testing::ManualScheduler loop_;
  config::Config config_;
  std::optional<config::Directory> directory_;
  FakeClient client_;
  testing::FakeTransfers transfers_;
  std::unique_ptr<MediaReader> reader_;
};

TEST_F(MediaReaderTest, FindsTheFileAndReadsItWithTheTokenAndTheRange) {
  client_.answers.push_back(file_at("https://lookaside.fbsbx.com/x?mid=77"));
  transfers_.pages["lookaside.fbsbx.com/x?mid=77"] = {
      .status = 206, .headers = {{"Content-Range", "bytes 0-1/5"}}, .body = "he"};
  const auto opened = open("bytes=0-1");
  ASSERT_TRUE(opened);
  EXPECT_EQ(client_.requests[0].target, "/v25.0/77?phone_number_id=106540352242922");
  EXPECT_EQ(opened->status, 206);
  EXPECT_EQ(opened->content_range, "bytes 0-1/5");
  EXPECT_EQ(opened->info.mime, "image/jpeg");
  EXPECT_EQ(opened->info.size, 5U);
  EXPECT_EQ(opened->info.sha256, crypto::sha256("hello"));
  ASSERT_EQ(transfers_.downloads.size(), 1U);
  EXPECT_TRUE(has_token(transfers_.downloads[0]));
  EXPECT_TRUE(std::ranges::count(transfers_.downloads[0].headers,
                                 std::pair<std::string_view, std::string>("Range", "bytes=0-1")));
  EXPECT_FALSE(transfers_.rules[0].judge(IpAddress::parse("10.0.0.1").value()));
}

TEST_F(MediaReaderTest, TheTokenGoesToNoHostThatIsNotConfigured) {
  for (const char* url : {"https://evil.example/x", "http://lookaside.fbsbx.com/x",
                          "https://lookaside.fbsbx.com:8443/x", "https://lookaside.fbsbx.com.evil.example/x",
                          "https://lookaside.fbsbx.com@evil.example/x", "file:///etc/passwd"}) {
    client_.answers.push_back(file_at(url));
    EXPECT_EQ(fault(), MediaReadFault::kForbiddenHost) << url;
  }
  EXPECT_TRUE(transfers_.downloads.empty());
}

TEST_F(MediaReaderTest, AUrlThatHasEndedIsAskedForOnceMore) {
  client_.answers.push_back(file_at("https://lookaside.fbsbx.com/old"));
  client_.answers.push_back(file_at("https://lookaside.fbsbx.com/new"));
  transfers_.pages["lookaside.fbsbx.com/new"] = {.headers = {}, .body = "hello"};
  EXPECT_TRUE(open());
  client_.answers.push_back(file_at("https://lookaside.fbsbx.com/old"));
  client_.answers.push_back(file_at("https://lookaside.fbsbx.com/old"));
  EXPECT_EQ(fault(), MediaReadFault::kGone);
}

TEST_F(MediaReaderTest, SaysWhyThereIsNoFile) {
  client_.answers.push_back(told(400, R"({"error":{"code":100,"error_subcode":33}})"));
  EXPECT_EQ(fault(), MediaReadFault::kNotFound);
  client_.answers.push_back(told(401, R"({"error":{"code":190}})"));
  EXPECT_EQ(fault(), MediaReadFault::kTokenRefused);
  client_.answers.push_back(told(500, "<html>"));
  EXPECT_EQ(fault(), MediaReadFault::kUnavailable);
  client_.answers.push_back(told(200, "{}"));
  EXPECT_EQ(fault(), MediaReadFault::kUnavailable);
  client_.answers.push_back(file_at("https://lookaside.fbsbx.com/x"));
  transfers_.pages["lookaside.fbsbx.com/x"] = {.status = 416, .headers = {}, .body = {}};
  EXPECT_EQ(fault(), MediaReadFault::kRange);
}

TEST(MediaInfo, IsReadWithCare) {
  const auto odd =
      parse_media_info(R"({"url":"u","mime_type":"text/html\r\nX: y","sha256":"zz","file_size":-1})");
  ASSERT_TRUE(odd);
  EXPECT_EQ(odd->mime, "application/octet-stream");
  EXPECT_FALSE(odd->sha256);
  EXPECT_FALSE(odd->size);
  EXPECT_EQ(parse_media_info(R"({"url":"u","mime_type":"audio/ogg; codecs=opus"})")->mime, "audio/ogg");
  EXPECT_TRUE(
      parse_media_info(
          R"({"url":"u","sha256":"2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"})")
          ->sha256);
  EXPECT_FALSE(parse_media_info(R"({"mime_type":"image/png"})"));
  EXPECT_TRUE(is_media_id("1234567890"));
  for (const char* id : {"", "12a", "1/2", "1?x", "123456789012345678901234567890123"})
    EXPECT_FALSE(is_media_id(id)) << id;
}

}  // namespace
}  // namespace wac::outbound
