#include "api/media_api.h"

#include "base/encoding.h"
#include "support/manual_scheduler.h"
#include "support/memory_archive.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace wac::api {
namespace {

/// Graph: knows a file whose hash is that of "hello".
class FakeClient final : public net::HttpClient {
 public:
  Task<net::ClientResult> send(net::ClientRequest /*request*/) override {
    net::ClientResponse response;
    response.status = 200;
    response.body =
        R"({"url":"https://lookaside.fbsbx.com/x","mime_type":"image/jpeg",)"
        R"("sha256":"2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824","file_size":5})";
    co_return response;
  }
  Task<void> stop() override { co_return; }
};

/// One piece, then its end.
class FakeFile final : public net::Download {
 public:
  FakeFile(std::string content, std::optional<Error> breaks) : content_(std::move(content)), breaks_(breaks) {
    head_.status = 200;
  }
  const net::ClientResponse& head() const override { return head_; }
  std::optional<std::uint64_t> length() const override { return std::nullopt; }
  Task<Result<std::string_view>> read() override {
    if (!std::exchange(read_, true)) co_return std::string_view{content_};
    if (breaks_) co_return std::unexpected(*breaks_);
    co_return std::string_view{};
  }
  void close() override {}

 private:
  net::ClientResponse head_;
  std::string content_;
  std::optional<Error> breaks_;
  bool read_ = false;
};

class FakeTransfers final : public net::HttpTransfers {
 public:
  std::string content = "hello";
  std::optional<Error> breaks;
  Task<net::DownloadResult> download(net::ClientRequest, net::TransferRules) override {
    co_return std::make_unique<FakeFile>(content, breaks);
  }
  Task<net::ClientResult> upload(net::ClientRequest, net::BodySource&, net::TransferRules) override {
    co_return net::ClientResponse{};
  }
  void stop() override {}
};

class FakeWriter final : public net::BodyWriter {
 public:
  std::string written;
  bool gave_up = false;
  Task<bool> write(std::string_view bytes) override {
    written += bytes;
    co_return true;
  }
  void give_up() override { gave_up = true; }
  bool draining() const override { return false; }
};

class MediaApiTest : public ::testing::Test {
 protected:
  MediaApiTest() {
    config_.tenants.push_back({*TenantId::parse("acme"), {}});
    config_.tenants.back().senders.push_back({*SenderId::parse("106540352242922"), Secret{"token"}});
    config_.api_keys.push_back({*TenantId::parse("acme"), config::api_key_digest("key")});
    directory_.emplace(config_);
    auth_.emplace(config_, *directory_);
    reader_ = std::move(*outbound::MediaReader::make(config_, loop_, client_, transfers_));
    api_.emplace(MediaApi::Parts{*directory_, *auth_, reader_.get(), metrics_.add_loop()});
  }

  /// The answer's body as the writer got it.
  FakeWriter read(std::string_view key = "Bearer key") {
    net::HttpRequest request;
    request.method = net::Method::kGet;
    request.headers = {{"Authorization", key}};
    net::HttpResponse response = testing::run_now(loop_, api_->handle(request, "77"));
    status_ = response.status;
    FakeWriter writer;
    if (response.stream) testing::run_now(loop_, drain(&response.stream, &writer));
    return writer;
  }
  static Task<int> drain(net::BodyStream* stream, FakeWriter* writer) {
    co_await (*stream)(*writer);
    co_return 0;
  }

  config::Config config_;
  std::optional<config::Directory> directory_;
  std::optional<Authenticator> auth_;
  testing::ManualScheduler loop_;
  FakeClient client_;
  FakeTransfers transfers_;
  std::unique_ptr<outbound::MediaReader> reader_;
  telemetry::MetricsRegistry metrics_;
  std::optional<MediaApi> api_;
  int status_ = 0;
};

TEST_F(MediaApiTest, PassesAFileOn) {
  const FakeWriter writer = read();
  EXPECT_EQ(status_, 200);
  EXPECT_EQ(writer.written, "hello");
  EXPECT_FALSE(writer.gave_up);
}

TEST_F(MediaApiTest, AFileThatIsNotWhatMetaHashedDoesNotLookWhole) {
  transfers_.content = "hallo";
  EXPECT_TRUE(read().gave_up);
}

TEST_F(MediaApiTest, AFileCutInTheMiddleDoesNotLookWhole) {
  transfers_.breaks = Error{ErrorCode::kConnectionLost, 0, "test"};
  EXPECT_TRUE(read().gave_up);
}

/// With an archive that holds "hello, archive" as the file 77.
class ArchivedMediaApiTest : public MediaApiTest {
 protected:
  ArchivedMediaApiTest() {
    api_.emplace(MediaApi::Parts{*directory_, *auth_, reader_.get(), counters_, &archive_});
    FakeFile content{"hello, archive", std::nullopt};
    EXPECT_TRUE(
        testing::run_now(loop_, archive_.keep(*TenantId::parse("acme"), "77", {"image/png", {}}, content)));
  }
  FakeWriter ask(net::Method method, std::string_view range = "", std::string_view key = "Bearer key") {
    net::HttpRequest request;
    request.method = method;
    request.headers = {{"Authorization", key}};
    if (!range.empty()) request.headers.push_back({"Range", range});
    answer_ = testing::run_now(loop_, api_->handle(request, "77"));
    FakeWriter writer;
    if (answer_.stream) testing::run_now(loop_, drain(&answer_.stream, &writer));
    return writer;
  }
  std::string header(std::string_view name) const {
    for (const auto& [key, value] : answer_.headers) {
      if (key == name) return value;
    }
    return {};
  }

  static constexpr const char* kRing =
      R"({"version":1,"fingerprint":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=","active":1,)"
      R"("seal":[{"id":1,"key":"ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="}]})";
  telemetry::LoopMetrics& counters_ = metrics_.add_loop();
  testing::SeededRandom random_{7};
  std::shared_ptr<const crypto::Keyring> ring_ = crypto::Keyring::parse(Secret{kRing}).value();
  crypto::Fingerprinter fingerprints_{ring_->fingerprint_key()};
  crypto::Sealer sealer_{ring_, random_};
  testing::MemoryArchive store_;
  archive::MediaArchive archive_{{}, store_, loop_, fingerprints_, sealer_, random_};
  net::HttpResponse answer_;
};

TEST_F(ArchivedMediaApiTest, TheArchiveComesFirst) {
  EXPECT_EQ(ask(net::Method::kGet).written, "hello, archive");
  EXPECT_EQ(answer_.status, 200);
  EXPECT_EQ(header("Content-Type"), "image/png");
  EXPECT_EQ(header("X-Media-Size"), "14");
  EXPECT_EQ(header("X-Media-Sha256"), to_hex(crypto::sha256("hello, archive")));
  EXPECT_EQ(header("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(metrics_.total(telemetry::Counter::kArchiveServed), 1U);
}

TEST_F(ArchivedMediaApiTest, GivesParts) {
  EXPECT_EQ(ask(net::Method::kGet, "bytes=7-9").written, "arc");
  EXPECT_EQ(answer_.status, 206);
  EXPECT_EQ(header("Content-Range"), "bytes 7-9/14");
  ask(net::Method::kGet, "bytes=14-");
  EXPECT_EQ(answer_.status, 416);
  EXPECT_EQ(header("Content-Range"), "bytes */14");
}

TEST_F(ArchivedMediaApiTest, WhatIsNotThereComesFromMeta) {
  store_.files.clear();
  EXPECT_EQ(ask(net::Method::kGet).written, "hello");
  EXPECT_EQ(answer_.status, 200);
}

TEST_F(ArchivedMediaApiTest, ADamagedFileIsNotGivenOut) {
  std::string& file = store_.files.begin()->second;
  const std::string good = file;
  file.pop_back();
  EXPECT_EQ(ask(net::Method::kGet).written, "");
  EXPECT_EQ(answer_.status, 500);
  EXPECT_NE(answer_.body.find("media_corrupt"), std::string::npos);
  // Damage behind the beginning shows while the answer is under way: it does not look whole.
  file = good;
  file[file.size() - archive::kTrailerBytes - 1] ^= 1;
  const FakeWriter cut = ask(net::Method::kGet);
  EXPECT_EQ(cut.written, "");
  EXPECT_TRUE(cut.gave_up);
  EXPECT_EQ(metrics_.total(telemetry::Counter::kArchiveCorrupt), 2U);
}

TEST_F(ArchivedMediaApiTest, AnArchiveThatIsOutIsNotTakenForAnEmptyOne) {
  store_.broken = Error{ErrorCode::kUnavailable, 5, "test"};
  ask(net::Method::kGet);
  EXPECT_EQ(answer_.status, 503);
  ask(net::Method::kDelete);
  EXPECT_EQ(answer_.status, 503);
}

TEST_F(ArchivedMediaApiTest, DeletesForGood) {
  ask(net::Method::kDelete, "", "Bearer other");
  EXPECT_EQ(answer_.status, 401);
  for (int i = 0; i < 2; ++i) {
    ask(net::Method::kDelete);
    EXPECT_EQ(answer_.status, 204);
  }
  EXPECT_EQ(ask(net::Method::kGet).written, "") << "not from Meta either";
  EXPECT_EQ(answer_.status, 410);
  ask(net::Method::kPost);
  EXPECT_EQ(answer_.status, 405);
  EXPECT_EQ(header("Allow"), "GET, DELETE");
}

TEST_F(MediaApiTest, WithoutAnArchiveNothingIsDeleted) {
  net::HttpRequest request;
  request.method = net::Method::kDelete;
  request.headers = {{"Authorization", "Bearer key"}};
  EXPECT_EQ(testing::run_now(loop_, api_->handle(request, "77")).status, 405);
}

TEST_F(MediaApiTest, NeedsAKey) {
  EXPECT_EQ(read("Bearer other").written, "");
  EXPECT_EQ(status_, 401);
}

}  // namespace
}  // namespace wac::api
