// The bucket store against a server that is as strict as Cloud Storage.

#include "archive/bucket_store.h"

#include "support/fake_cloud_storage.h"
#include "support/loop_thread.h"
#include "support/memory_archive.h"

#include <gtest/gtest.h>

namespace wac::archive {
namespace {

using testing::MemoryBody;

/// Hands out token-1, and after it was refused token-2.
class FakeTokens final : public google::TokenSource {
 public:
  Task<Result<Secret>> token(Deadline) override { co_return Secret{"token-" + std::to_string(number)}; }
  void refuse(const Secret&) override { ++number; }
  int number = 1;
};

class BucketStoreTest : public ::testing::Test {
 protected:
  BucketStoreTest() {
    server_ = std::move(*net::HttpServer::listen("127.0.0.1", 0, {{&loop_.loop(), &storage}}, {}));
    config::ArchiveConfig config;
    config.bucket = "my-bucket";
    config.prefix = "whatsapp/media";
    config.endpoint = "http://127.0.0.1:" + std::to_string(server_->port());
    loop_.call([&] {
      http_ = net::HttpClient::make(loop_.loop(), *tls_, {});
      transfers_ = net::HttpTransfers::make(loop_.loop(), *tls_);
      store_ =
          std::move(*BucketStore::make(config, {loop_.loop(), *http_, *transfers_, tokens, Millis{20'000}}));
    });
  }
  ~BucketStoreTest() override {
    loop_.call([&] { transfers_->stop(); });
    loop_.await(http_->stop());
    loop_.await(server_->drain(loop_.loop(), {std::chrono::steady_clock::now() + std::chrono::seconds{5}}));
    loop_.call([&] {
      store_.reset();
      transfers_.reset();
      http_.reset();
    });
  }

  ErrorCode code_of(const Result<void>& result) {
    return result ? ErrorCode::kInternal : result.error().code;
  }
  Result<void> put(const std::string& text) {
    MemoryBody body{text};
    return loop_.await(store_->put(name, body));
  }
  static Task<std::string> read_range(BucketStore* store, crypto::Fingerprint name, std::uint64_t from,
                                      std::uint64_t length) {
    const auto file = co_await store->open(name);
    if (!file) co_return "error: " + std::string{wac::name(file.error().code)};
    if (length == 0) co_return std::to_string((*file)->size());
    const auto body = (*file)->read(from, length);
    co_return co_await testing::text_of_body(*body);
  }
  std::string read(std::uint64_t from, std::uint64_t length) {
    return loop_.await(read_range(store_.get(), name, from, length));
  }

  testing::FakeCloudStorage storage;
  std::shared_ptr<FakeTokens> tokens = std::make_shared<FakeTokens>();
  crypto::Fingerprint name = *crypto::Fingerprint::from_hex("ab0102030405060708090a0b0c0d0e0f");
  std::unique_ptr<net::TlsContext> tls_ = std::move(*net::TlsContext::make(""));
  testing::LoopThread loop_;
  std::unique_ptr<net::HttpServer> server_;
  std::unique_ptr<net::HttpClient> http_;
  std::unique_ptr<net::HttpTransfers> transfers_;
  std::unique_ptr<BucketStore> store_;
};

TEST_F(BucketStoreTest, AnObjectIsWrittenAndReadInRanges) {
  EXPECT_EQ(read(0, 0), "error: not_found");
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += std::to_string(i);
  ASSERT_TRUE(put(text));
  EXPECT_EQ(storage.objects.at("whatsapp/media/ab0102030405060708090a0b0c0d0e0f").content, text);
  EXPECT_EQ(read(0, 0), std::to_string(text.size()));
  EXPECT_EQ(read(0, text.size()), text);
  EXPECT_EQ(read(250'000, 77), text.substr(250'000, 77));
}

TEST_F(BucketStoreTest, TheFirstOneStaysAndAnEmptyOneReplacesIt) {
  ASSERT_TRUE(put("first"));
  ASSERT_TRUE(put("second")) << "412 says that it is there";
  EXPECT_EQ(read(0, 5), "first");
  ASSERT_TRUE(loop_.await(store_->put_empty(name)));
  EXPECT_EQ(read(0, 0), "0");
  ASSERT_TRUE(put("third"));
  EXPECT_EQ(read(0, 0), "0");
}

TEST_F(BucketStoreTest, ARefusedTokenIsReplaced) {
  storage.valid_token = "token-2";
  EXPECT_EQ(code_of(put("text")), ErrorCode::kUnauthorized);
  EXPECT_TRUE(put("text"));
  EXPECT_EQ(storage.unauthorized, 1U);
}

/// Ends with an error.
class Broken final : public net::BodySource {
 public:
  std::optional<std::uint64_t> length() const override { return std::nullopt; }
  Task<Result<std::string_view>> next() override {
    if (!std::exchange(begun_, true)) co_return std::string_view{"half"};
    co_return fail(ErrorCode::kCorrupt, "test");
  }

 private:
  bool begun_ = false;
};

TEST_F(BucketStoreTest, HalfAFileIsNoObject) {
  Broken body;
  EXPECT_EQ(code_of(loop_.await(store_->put(name, body))), ErrorCode::kCorrupt);
  EXPECT_EQ(read(0, 0), "error: not_found");
}

TEST_F(BucketStoreTest, WhatStorageAnswersIsSaid) {
  storage.failures = {503, 429, 403, 404};
  EXPECT_EQ(code_of(put("text")), ErrorCode::kUnavailable);
  EXPECT_EQ(code_of(put("text")), ErrorCode::kUnavailable);
  EXPECT_EQ(code_of(put("text")), ErrorCode::kForbidden);
  EXPECT_EQ(code_of(put("text")), ErrorCode::kNotFound) << "there is no such bucket";
  EXPECT_TRUE(storage.objects.empty());
}

TEST_F(BucketStoreTest, ADownloadThatBreaksOffOrIsAnotherRangeIsNotTakenForIt) {
  ASSERT_TRUE(put(std::string(200'000, 'x')));
  storage.cut_downloads_at = 1'000;
  EXPECT_TRUE(read(0, 200'000).starts_with("error: "));
  storage.cut_downloads_at = SIZE_MAX;
  storage.ignores_ranges = true;
  EXPECT_TRUE(read(5, 10).starts_with("error: "));
}

}  // namespace
}  // namespace wac::archive
