#include "archive/archiver.h"

#include "support/fake_http.h"
#include "support/manual_scheduler.h"
#include "support/memory_archive.h"
#include "unit/outbound/fake_transfers.h"

#include <gtest/gtest.h>

namespace wac::archive {
namespace {

using delivery::Answer;
using delivery::Verdict;
using outbound::MediaReadFault;
using telemetry::Counter;
using testing::run_now;

constexpr const char* kRing =
    R"({"version":1,"fingerprint":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=","active":1,)"
    R"("seal":[{"id":1,"key":"ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="}]})";
constexpr const char* kInfo =
    R"({"url":"https://lookaside.fbsbx.com/x","mime_type":"image/jpeg",)"
    R"("sha256":"2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824","file_size":5})";
constexpr const char* kHelloInBase64 = "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=";

struct ArchiverTest : ::testing::Test {
  ArchiverTest() {
    config.tenants.push_back({*TenantId::parse("acme"), {}});
    config.tenants.back().senders.push_back({*SenderId::parse("106540352242922"), Secret{"token"}});
    directory.emplace(config);
    reader = std::move(*outbound::MediaReader::make(config, loop, http, transfers));
    archiver.emplace(Archiver::Parts{config, *directory, loop, *reader, archive, metrics.add_loop()});
    transfers.pages["lookaside.fbsbx.com/x"] = {.headers = {}, .body = "hello"};
  }
  Answer deliver(const std::string& message, const std::string& sender = "106540352242922") {
    const PersonalText body{R"({"source":"/whatsapp/senders/)" + sender +
                            R"(","tenantid":"acme","data":{"message":)" + message + "}}"};
    const config::ConsumerConfig consumer;
    const crypto::Fingerprint id;
    const std::string type = "whatsapp.message.received.image";
    return run_now(loop, archiver->deliver({consumer, id, type, body, id}));
  }
  Answer deliver_image(const std::string& sha256 = kHelloInBase64) {
    return deliver(R"({"type":"image","image":{"id":"77","sha256":")" + sha256 + R"("}})");
  }
  std::uint64_t count(Counter counter) const { return metrics.total(counter); }

  config::Config config;
  std::optional<config::Directory> directory;
  testing::ManualScheduler loop;
  testing::FakeHttp http;
  testing::FakeTransfers transfers;
  std::unique_ptr<outbound::MediaReader> reader;
  testing::SeededRandom random{7};
  std::shared_ptr<const crypto::Keyring> ring = crypto::Keyring::parse(Secret{kRing}).value();
  crypto::Fingerprinter fingerprints{ring->fingerprint_key()};
  crypto::Sealer sealer{ring, random};
  testing::MemoryArchive store;
  MediaArchive archive{{}, store, loop, fingerprints, sealer, random};
  telemetry::MetricsRegistry metrics;
  std::optional<Archiver> archiver;
};

TEST_F(ArchiverTest, TakesAnEventOnceItsFileIsKept) {
  http.will_answer(200, kInfo);
  EXPECT_EQ(deliver_image().verdict, Verdict::kTaken);
  EXPECT_EQ(http.requests.at(0).target, "/v25.0/77?phone_number_id=106540352242922");
  ASSERT_EQ(store.files.size(), 1U);
  EXPECT_EQ(count(Counter::kArchiveStored), 1U);
  EXPECT_EQ((*run_now(loop, archive.open(*TenantId::parse("acme"), "77")))->mime(), "image/jpeg");
  // And once more: nobody is asked.
  EXPECT_EQ(deliver_image().verdict, Verdict::kTaken);
  EXPECT_EQ(http.requests.size(), 1U);
  EXPECT_EQ(store.puts, 1U);
}

TEST_F(ArchiverTest, TakesWhatHasNoFileAtOnce) {
  EXPECT_EQ(deliver(R"({"type":"text"})").verdict, Verdict::kTaken);
  EXPECT_EQ(deliver(R"({"type":"image","errors":[{"code":131052}]})").verdict, Verdict::kTaken);
  EXPECT_TRUE(http.requests.empty());
}

TEST_F(ArchiverTest, AFileThatIsGoneIsADeadLetter) {
  http.will_answer(400, R"({"error":{"code":100,"error_subcode":33,"message":"no such object"}})");
  const Answer unknown = deliver_image();
  EXPECT_EQ(unknown.verdict, Verdict::kNever);
  EXPECT_EQ(unknown.error, "media_not_found");
  transfers.pages.clear();
  http.will_answer(200, kInfo);
  http.will_answer(200, kInfo);
  const Answer gone = deliver_image();
  EXPECT_EQ(gone.verdict, Verdict::kNever);
  EXPECT_EQ(gone.error, "media_gone");
  EXPECT_EQ(count(Counter::kArchiveGone), 2U);
}

TEST_F(ArchiverTest, WhatMayPassIsTriedAgain) {
  http.will_fail(ErrorCode::kConnectFailed);
  EXPECT_EQ(deliver_image().error, "media_unavailable");
  http.will_answer(401, R"({"error":{"code":190,"message":"expired"}})");
  EXPECT_EQ(deliver_image().error, "token_refused");
  http.will_answer(200, kInfo);
  transfers.pages["lookaside.fbsbx.com/x"].body = "hallo";
  EXPECT_EQ(deliver_image().error, "media_damaged");
  transfers.pages["lookaside.fbsbx.com/x"] = {
      .headers = {}, .body = "hel", .breaks = Error{ErrorCode::kConnectionLost, 0, "test"}};
  http.will_answer(200, kInfo);
  const Answer cut = deliver_image();
  EXPECT_EQ(cut.verdict, Verdict::kFailed);
  EXPECT_EQ(cut.error, "connection_lost");
  EXPECT_EQ(deliver(R"({"type":"image","image":{"id":"77"}})", "99999").error, "sender_not_configured");
  EXPECT_TRUE(store.files.empty());
  EXPECT_EQ(count(Counter::kArchiveFailed), 4U);
}

TEST_F(ArchiverTest, AFullOrBrokenStoreIsTriedAgain) {
  store.broken = Error{ErrorCode::kTooLarge, 28, "test"};
  EXPECT_EQ(deliver_image().error, "archive_full");
  store.broken = Error{ErrorCode::kForbidden, 403, "test"};
  EXPECT_EQ(deliver_image().error, "archive_forbidden");
  store.broken = Error{ErrorCode::kUnavailable, 5, "test"};
  const Answer answer = deliver_image();
  EXPECT_EQ(answer.verdict, Verdict::kFailed);
  EXPECT_EQ(answer.error, "archive_unavailable");
}

TEST_F(ArchiverTest, WithoutAHashOfGraphsTheWebhooksCounts) {
  const std::string info = R"({"url":"https://lookaside.fbsbx.com/x","mime_type":"image/jpeg"})";
  http.will_answer(200, info);
  EXPECT_EQ(deliver_image("SfInY0gGKTsJlUWbwxC1k+FAD0FZHvzwfpvO0zX0GUI=").error, "media_damaged");
  http.will_answer(200, info);
  EXPECT_EQ(deliver_image().verdict, Verdict::kTaken);
}

}  // namespace
}  // namespace wac::archive
