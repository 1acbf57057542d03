#include "outbound/media.h"

#include "fake_transfers.h"
#include "outbound_fixture.h"

namespace wac::outbound {
namespace {

namespace json = boost::json;
using testing::FakePage;
using Lasts = MediaFailure::Lasts;
using Supplied = std::expected<SuppliedMedia, MediaFailure>;

const std::string kJpeg = std::string("\xff\xd8\xff\xe0") + std::string(1'000, 'j');

FakePage jpeg(const std::string& body = kJpeg) {
  return {.headers = {{"Content-Type", "image/jpeg"}}, .body = body};
}

std::string text_payload_of(const std::string& type, const std::string& url, const std::string& more = "") {
  return R"({"type":")" + type + R"(",")" + type + R"(":{"mediaUrl":")" + url + "\"" + more + "}}";
}

class MediaTest : public OutboundFixture {
 protected:
  MediaTest() { rebuild(); }

  void rebuild() {
    media_ = std::move(*Media::make(
        {config_, loop_, random_, *fingerprints_, transfers_, ids_, *log_, metrics_.add_loop()}));
    outbound_ = std::make_unique<Outbound>(
        OutboundParts{config_,
                      *directory_,
                      loop_,
                      random_,
                      store_,
                      graph_,
                      *fingerprints_,
                      *sealer_,
                      *log_,
                      metrics_.add_loop(),
                      [this](Partition partition, WallTime at) { woken_.emplace_back(partition, at); },
                      nullptr,
                      nullptr,
                      {},
                      media_.get()});
  }

  struct Asked {
    json::object payload;
    std::optional<Supplied> result;
  };
  static Task<void> ask(Media* media, const config::SenderEntry* sender, Asked* asked, Deadline deadline,
                        const SuppliedMedia* lost) {
    asked->result.emplace(co_await media->supply(*sender, asked->payload, deadline, lost));
  }
  /// Begins to supply; the result is there when it has ended.
  std::shared_ptr<Asked> begin(const std::string& payload, const SuppliedMedia* lost = nullptr) {
    auto asked = std::make_shared<Asked>();
    asked->payload = json::parse(payload).as_object();
    asks_.push_back(asked);
    const auto sender = directory_->sender(*SenderId::parse("106540352242922"));
    scope_.spawn(ask(media_.get(), &*sender, asked.get(), Deadline{loop_.now() + Millis{20'000}}, lost));
    loop_.run_ready();
    return asked;
  }
  std::string supplied(const std::string& payload) {
    const auto asked = begin(payload);
    if (!asked->result) return "pending";
    if (!*asked->result) return whatsapp::code_text(whatsapp::code_of((*asked->result).error().code));
    return json::serialize(asked->payload);
  }
  std::string supplied_image() { return supplied(text_payload_of("image", "https://files.example/a.jpg")); }

  testing::FakeTransfers transfers_;
  MemoryMediaIds ids_;
  std::unique_ptr<Media> media_;
  std::vector<std::shared_ptr<Asked>> asks_;
};

TEST_F(MediaTest, AFileIsUploadedAsMetaWantsItAndItsIdTakesTheUrlsPlace) {
  transfers_.pages["files.example/a.jpg"] = jpeg();
  EXPECT_EQ(supplied(text_payload_of("image", "https://files.example/a.jpg", R"(,"caption":"c")")),
            R"({"type":"image","image":{"caption":"c","id":"1"}})");
  ASSERT_EQ(transfers_.uploads.size(), 1U);
  const auto& upload = transfers_.uploads[0];
  EXPECT_EQ(upload.request.target, "/v25.0/106540352242922/media");
  EXPECT_EQ(upload.length, upload.body.size());
  const std::string type = upload.request.headers[0].second;
  ASSERT_TRUE(type.starts_with("multipart/form-data; boundary="));
  const std::string boundary = "--" + type.substr(type.find('=') + 1);
  EXPECT_EQ(upload.body,
            boundary + "\r\nContent-Disposition: form-data; name=\"messaging_product\"\r\n\r\nwhatsapp\r\n" +
                boundary + "\r\nContent-Disposition: form-data; name=\"type\"\r\n\r\nimage/jpeg\r\n" +
                boundary +
                "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"file\"\r\nContent-Type: "
                "image/jpeg\r\n\r\n" +
                kJpeg + "\r\n" + boundary + "--\r\n");
}

TEST_F(MediaTest, OneUrlForManyMessagesIsFetchedOnce) {
  transfers_.pages["files.example/a.jpg"] = jpeg();
  transfers_.holds = true;
  std::vector<std::shared_ptr<Asked>> asked;
  for (int i = 0; i < 50; ++i)
    asked.push_back(begin(text_payload_of("image", "https://files.example/a.jpg")));
  transfers_.let_go();
  loop_.run_ready();
  for (const auto& one : asked) {
    ASSERT_TRUE(one->result);
    ASSERT_EQ((*one->result)->files.size(), 1U);
    EXPECT_EQ((*one->result)->files[0].id, "1");
  }
  EXPECT_EQ(supplied_image(), R"({"type":"image","image":{"id":"1"}})");
  EXPECT_EQ(transfers_.downloads.size(), 1U);
  EXPECT_EQ(transfers_.uploads.size(), 1U);
}

TEST_F(MediaTest, AfterItsTimeAUrlIsAskedAgainAndA304KeepsTheId) {
  FakePage page = jpeg();
  page.headers.emplace_back("ETag", "\"v1\"");
  transfers_.pages["files.example/a.jpg"] = page;
  supplied_image();
  loop_.advance(config_.media_url_ttl);
  transfers_.pages["files.example/a.jpg"] = {.status = 304, .headers = {}, .body = {}};
  EXPECT_EQ(supplied_image(), R"({"type":"image","image":{"id":"1"}})");
  ASSERT_EQ(transfers_.downloads.size(), 2U);
  const auto& headers = transfers_.downloads[1].headers;
  EXPECT_NE(std::ranges::find(headers, std::pair<std::string_view, std::string>("If-None-Match", "\"v1\"")),
            headers.end());
  EXPECT_EQ(supplied_image(), R"({"type":"image","image":{"id":"1"}})");
  EXPECT_EQ(transfers_.downloads.size(), 2U);
  EXPECT_EQ(transfers_.uploads.size(), 1U);
}

TEST_F(MediaTest, TheSameContentElsewhereIsNotUploadedAgain) {
  transfers_.pages["files.example/a.jpg"] = jpeg();
  transfers_.pages["other.example/b"] = jpeg();
  supplied_image();
  EXPECT_EQ(supplied(text_payload_of("image", "https://other.example/b")),
            R"({"type":"image","image":{"id":"1"}})");
  EXPECT_EQ(transfers_.downloads.size(), 2U);
  EXPECT_EQ(transfers_.uploads.size(), 1U);
}

TEST_F(MediaTest, AnIdIsNotUsedLongerThanMetaKeepsTheFile) {
  transfers_.pages["files.example/a.jpg"] = jpeg();
  supplied_image();
  loop_.advance(kMediaLifetime);
  EXPECT_EQ(supplied_image(), R"({"type":"image","image":{"id":"2"}})");
}

TEST_F(MediaTest, RedirectsAreFollowedThreeTimesEachJudged) {
  const auto to = [](const std::string& location) {
    return FakePage{.status = 302, .headers = {{"Location", location}}, .body = {}};
  };
  transfers_.pages["files.example/a.jpg"] = to("/1");
  transfers_.pages["files.example/1"] = to("https://two.example/2");
  transfers_.pages["two.example/2"] = to("3");
  transfers_.pages["two.example/3"] = jpeg();
  EXPECT_EQ(supplied_image(), R"({"type":"image","image":{"id":"1"}})");
  transfers_.pages["two.example/3"] = to("4");
  transfers_.pages["two.example/4"] = jpeg();
  loop_.advance(config_.media_url_ttl);
  EXPECT_EQ(supplied_image(), "media_unreachable");
  transfers_.pages["files.example/a.jpg"] = to("http://files.example/1");
  EXPECT_EQ(supplied_image(), "media_forbidden_address");
  // Every hop is resolved under the same judge.
  for (const auto& rules : transfers_.rules) {
    EXPECT_FALSE(rules.judge(IpAddress::parse("127.0.0.1").value()));
    EXPECT_TRUE(rules.judge(IpAddress::parse("8.8.8.8").value()));
  }
}

TEST_F(MediaTest, WhatIsWrongWithAFileIsSaidAndNothingUploaded) {
  transfers_.pages["files.example/a.jpg"] = jpeg("<html>login</html>");
  EXPECT_EQ(supplied_image(), "media_type_refused");
  transfers_.pages["files.example/a.jpg"] = jpeg(kJpeg + std::string(5'300'000, 'x'));
  EXPECT_EQ(supplied_image(), "media_too_large");
  transfers_.pages["files.example/a.jpg"] = {.status = 404, .headers = {}, .body = {}};
  EXPECT_EQ(supplied_image(), "media_unreachable");
  transfers_.pages["files.example/a.jpg"].unreachable = Error{ErrorCode::kForbidden, 0, "test"};
  EXPECT_EQ(supplied_image(), "media_forbidden_address");
  EXPECT_EQ(supplied(text_payload_of("image", "http://files.example/a.jpg")), "media_forbidden_address");
  EXPECT_TRUE(transfers_.uploads.empty());
}

TEST_F(MediaTest, AVoiceNoteMustBeOpus) {
  transfers_.pages["files.example/a.mp3"] = {.headers = {{"Content-Type", "audio/mpeg"}},
                                             .body = "ID3\x04 sound"};
  EXPECT_EQ(supplied(text_payload_of("audio", "https://files.example/a.mp3", R"(,"voice":true)")),
            "media_type_refused");
  EXPECT_EQ(supplied(text_payload_of("audio", "https://files.example/a.mp3")),
            R"({"type":"audio","audio":{"id":"1"}})");
}

TEST_F(MediaTest, AFileOfUnknownLengthThatGrowsTooLongBreaksItsUpload) {
  FakePage page = jpeg(kJpeg + std::string(5'300'000, 'x'));
  page.announces_length = false;
  transfers_.pages["files.example/a.jpg"] = page;
  EXPECT_EQ(supplied_image(), "media_too_large");
  ASSERT_EQ(transfers_.uploads.size(), 1U);
  EXPECT_FALSE(transfers_.uploads[0].length);
  EXPECT_LE(transfers_.uploads[0].body.size(), 5'300'000U);
  EXPECT_EQ(transfers_.uploads[0].body.find("--\r\n", 5'000'000), std::string::npos);
}

TEST_F(MediaTest, AFileCutInTheMiddleIsTriedAgainLater) {
  FakePage page = jpeg(kJpeg + std::string(400'000, 'x'));
  page.breaks = Error{ErrorCode::kConnectionLost, 0, "test"};
  transfers_.pages["files.example/a.jpg"] = page;
  const auto asked = begin(text_payload_of("image", "https://files.example/a.jpg"));
  ASSERT_TRUE(asked->result && !*asked->result);
  EXPECT_EQ(asked->result->error().code, LocalError::kMediaUnreachable);
  EXPECT_EQ(asked->result->error().lasts, Lasts::kForNow);
  EXPECT_FALSE(asked->result->error().graph);
}

TEST_F(MediaTest, WorkGoesOnWhenWhoAskedHasNoTimeLeft) {
  transfers_.pages["files.example/a.jpg"] = jpeg();
  transfers_.holds = true;
  const auto asked = begin(text_payload_of("image", "https://files.example/a.jpg"));
  EXPECT_FALSE(asked->result);
  loop_.advance(Millis{20'000});
  ASSERT_TRUE(asked->result && !*asked->result);
  EXPECT_EQ(asked->result->error().lasts, Lasts::kUnderWay);
  transfers_.let_go();
  loop_.run_ready();
  EXPECT_EQ(supplied_image(), R"({"type":"image","image":{"id":"1"}})");
  EXPECT_EQ(transfers_.downloads.size(), 1U);
}

TEST_F(MediaTest, WhoReplacesALostFileDoesNotJoinThoseWhoUseIt) {
  transfers_.pages["files.example/a.jpg"] = jpeg();
  supplied_image();
  loop_.advance(config_.media_url_ttl);
  transfers_.holds = true;
  const SuppliedMedia lost{{{{}, "1"}}, true};
  const auto uses = begin(text_payload_of("image", "https://files.example/a.jpg"));
  const auto replaces = begin(text_payload_of("image", "https://files.example/a.jpg"), &lost);
  transfers_.let_go();
  loop_.run_ready();
  ASSERT_TRUE(uses->result && *uses->result && replaces->result && *replaces->result);
  EXPECT_EQ((*uses->result)->files.at(0).id, "1");
  EXPECT_EQ((*replaces->result)->files.at(0).id, "2");
  EXPECT_FALSE((*replaces->result)->may_be_lost);
}

TEST_F(MediaTest, AtTheEndWhoWaitsIsToldAtOnce) {
  transfers_.pages["files.example/a.jpg"] = jpeg();
  transfers_.holds = true;
  const auto before = begin(text_payload_of("image", "https://files.example/a.jpg"));
  media_->hand_back();
  loop_.run_ready();
  const auto after = begin(text_payload_of("image", "https://files.example/a.jpg"));
  for (const auto& asked : {before, after}) {
    ASSERT_TRUE(asked->result && !*asked->result);
    EXPECT_EQ(asked->result->error().lasts, Lasts::kUnderWay);
  }
  transfers_.let_go();
  loop_.run_ready();
}

TEST_F(MediaTest, OnlySoManyFilesAtOnce) {
  transfers_.holds = true;
  for (int i = 0; i < 10; ++i) begin(text_payload_of("image", "https://files.example/" + std::to_string(i)));
  EXPECT_EQ(transfers_.downloads.size(), config_.media_in_flight);
  transfers_.let_go();
  loop_.run_ready();
  EXPECT_EQ(transfers_.downloads.size(), 10U);
}

TEST_F(MediaTest, AMessageGoesOutWithTheIdOfItsFile) {
  transfers_.pages["files.example/a.jpg"] = jpeg();
  graph_.answers.push_back(accepted("wamid.A"));
  Intent made = intent();
  made.content =
      make_content(json::parse(text_payload_of("image", "https://files.example/a.jpg")).as_object(),
                   whatsapp::Recipient{Phone{"+15550001111"}}, "");
  std::optional<Result<Outcome>> out;
  submit(std::move(made), Wait::kForOutcome, &out);
  ASSERT_TRUE(out && *out);
  EXPECT_EQ((*out)->record.state, IntentState::kSent);
  ASSERT_EQ(graph_.requests.size(), 1U);
  EXPECT_NE(graph_.requests[0].body.find(R"("image":{"id":"1"})"), std::string::npos)
      << graph_.requests[0].body;
}

class MediaSend : public MediaTest {
 protected:
  std::optional<Result<Outcome>>& send_image(const std::string& id) {
    Intent made = intent(id);
    made.content =
        make_content(json::parse(text_payload_of("image", "https://files.example/a.jpg")).as_object(),
                     whatsapp::Recipient{Phone{"+15550001111"}}, "");
    outs_.emplace_back();
    submit(std::move(made), Wait::kForOutcome, &outs_.back());
    return outs_.back();
  }
  std::deque<std::optional<Result<Outcome>>> outs_;
};

TEST_F(MediaSend, AFileMetaHasLostIsUploadedOnceMore) {
  transfers_.pages["files.example/a.jpg"] = jpeg();
  supplied_image();
  graph_.answers.push_back(refused(131'053));
  graph_.answers.push_back(accepted("wamid.A"));
  const auto& out = send_image("01J9Z3NDEKTSV4RRFFQ69G5FAV");
  ASSERT_TRUE(out && *out);
  EXPECT_EQ((*out)->record.state, IntentState::kSent);
  EXPECT_EQ((*out)->record.attempt, 1U);
  ASSERT_EQ(graph_.requests.size(), 2U);
  EXPECT_NE(graph_.requests[1].body.find(R"("id":"2")"), std::string::npos);
  EXPECT_EQ(transfers_.uploads.size(), 2U);
}

TEST_F(MediaSend, UntilItsFileIsThereTheStoreKnowsThatNothingWasSent) {
  transfers_.pages["files.example/a.jpg"] = jpeg();
  transfers_.holds = true;
  const auto& out = send_image("01J9Z3NDEKTSV4RRFFQ69G5FAV");
  const store::Progress& progress = store_.only().progress;
  EXPECT_EQ(progress.state, IntentState::kSending);
  EXPECT_EQ(progress.preparation, store::Preparation::kPending);
  transfers_.let_go();
  loop_.run_ready();
  ASSERT_EQ(graph_.requests.size(), 1U);
  EXPECT_EQ(progress.preparation, store::Preparation::kDone) << "written down before the request";
  graph_.answers.push_back(accepted("wamid.A"));
  graph_.requests[0].answered.set(true);
  loop_.run_ready();
  ASSERT_TRUE(out && *out);
  EXPECT_EQ((*out)->record.state, IntentState::kSent);
}

TEST_F(MediaSend, WhatCannotBeWrittenDownAsBegunIsNotSent) {
  transfers_.pages["files.example/a.jpg"] = jpeg();
  store_.fail_starts = Error{ErrorCode::kUnavailable, 0, "test"};
  send_image("01J9Z3NDEKTSV4RRFFQ69G5FAV");
  EXPECT_TRUE(graph_.requests.empty());
  EXPECT_EQ(store_.only().progress.state, IntentState::kRetryWait);
  EXPECT_EQ(store_.only().progress.uncounted, 1U);
  loop_.advance(Millis{25'000});
}

TEST_F(MediaSend, AMessageWithoutAFileDoesNotAskTheStoreOnceMore) {
  graph_.answers.push_back(accepted("wamid.A"));
  std::optional<Result<Outcome>> out;
  submit(intent(), Wait::kForOutcome, &out);
  ASSERT_TRUE(out && *out);
  EXPECT_EQ(store_.calls, 2U) << "claim and settle";
}

TEST_F(MediaSend, ARefusalThatANewUploadDoesNotCureIsFinalAndNotRepeatedForEveryMessage) {
  transfers_.pages["files.example/a.jpg"] = jpeg();
  supplied_image();
  for (int i = 0; i < 3; ++i) graph_.answers.push_back(refused(100));
  const auto& first = send_image("01J9Z3NDEKTSV4RRFFQ69G5FAV");
  ASSERT_TRUE(first && *first);
  EXPECT_EQ((*first)->record.state, IntentState::kFailed);
  EXPECT_EQ((*first)->record.error_code, 100U);
  const auto& second = send_image("01J9Z3NDEKTSV4RRFFQ69G5FAW");
  ASSERT_TRUE(second && *second);
  EXPECT_EQ((*second)->record.state, IntentState::kFailed);
  EXPECT_EQ(graph_.requests.size(), 3U);
  EXPECT_EQ(transfers_.uploads.size(), 2U);
}

TEST_F(MediaSend, AnUploadThatFailsLeavesTheMessageUnsentAndKnown) {
  transfers_.pages["files.example/a.jpg"] = jpeg();
  transfers_.answers.push_back(lost(net::Written::kMaybe));
  const auto& out = send_image("01J9Z3NDEKTSV4RRFFQ69G5FAV");
  EXPECT_TRUE(graph_.requests.empty());
  ASSERT_EQ(store_.entries.size(), 1U);
  EXPECT_EQ(store_.entries.begin()->second.progress.state, IntentState::kRetryWait);
  loop_.advance(Millis{25'000});
  ASSERT_TRUE(out && *out);
  EXPECT_EQ((*out)->record.state, IntentState::kRetryWait);
}

}  // namespace
}  // namespace wac::outbound
