#include "inbound_fixture.h"

namespace wac::inbound {
namespace {

using telemetry::Counter;

TEST_F(InboundTest, ASignedMessageBecomesOneSealedEvent) {
  EXPECT_EQ(receive(notification(change("106540352242922", message("wamid.A")))), Receipt::kDurable);
  ASSERT_EQ(events_.count(), 1U);
  const auto& event = events_.appended.begin()->second.front();
  EXPECT_EQ(event.tenant.str(), "acme");
  EXPECT_EQ(event.body.bytes.find("planted"), std::string::npos);
  const auto opened = sealer_->open(event.body, store::event_context(event.dedupe));
  ASSERT_TRUE(opened);
  EXPECT_NE(expose(*opened, Purpose::kValidate).find("planted"), std::string_view::npos);
  ASSERT_EQ(notified_.size(), 1U);
}

TEST_F(InboundTest, EveryTenantOfAPartitionIsToldOfItsEvents) {
  ASSERT_EQ(Partition::of(*SenderId::parse(kNeighbour)), Partition::of(*SenderId::parse("106540352242922")));
  const std::string body =
      notification(change("106540352242922", message("wamid.A")) + "," +
                   change(kNeighbour, message("wamid.B")) + "," + change(kNeighbour, message("wamid.C")));
  EXPECT_EQ(receive(body), Receipt::kDurable);
  std::ranges::sort(notified_);
  EXPECT_EQ(notified_, (std::vector{*TenantId::parse("acme"), *TenantId::parse("cole")}));
}

TEST_F(InboundTest, ABadSignatureChangesNothing) {
  EXPECT_EQ(
      receive(notification(change("106540352242922", message("wamid.A"))), "sha256=" + std::string(64, '0')),
      Receipt::kBadSignature);
  EXPECT_EQ(events_.count(), 0U);
  EXPECT_EQ(metrics_.total(Counter::kWebhooksBadSignature), 1U);
}

TEST_F(InboundTest, ARepeatedNotificationIsAcknowledgedAndCountedAsDuplicate) {
  const std::string body = notification(change("106540352242922", message("wamid.A")));
  EXPECT_EQ(receive(body), Receipt::kDurable);
  EXPECT_EQ(receive(body), Receipt::kDurable);
  EXPECT_EQ(events_.count(), 1U);
  EXPECT_EQ(metrics_.total(Counter::kEventsDuplicate), 1U);
}

TEST_F(InboundTest, OneFailingPartitionMeansTheWholeNotificationIsRepeated) {
  events_.broken = Partition::of(*SenderId::parse("106540352242923"));
  const std::string body = notification(change("106540352242922", message("wamid.A")) + "," +
                                        change("106540352242923", message("wamid.B")));
  EXPECT_EQ(receive(body), Receipt::kUnavailable);
  events_.broken.reset();
  EXPECT_EQ(receive(body), Receipt::kDurable);
  EXPECT_EQ(events_.count(), 2U) << "what was stored the first time is not stored twice";
}

TEST_F(InboundTest, AStoreThatIsDownIsNeverAcknowledged) {
  events_.down = true;
  EXPECT_EQ(receive(notification(change("106540352242922", message("wamid.A")))), Receipt::kUnavailable);
  EXPECT_EQ(metrics_.total(Counter::kWebhooksUnavailable), 1U);
}

TEST_F(InboundTest, SilenceCountsFromWhenAWebhookWasTurnedAway) {
  receive(notification(change("106540352242922", message("wamid.A"))));
  EXPECT_EQ(flow_.silence_from(), WallTime{});
  events_.down = true;
  receive(notification(change("106540352242922", message("wamid.B"))));
  EXPECT_EQ(flow_.silence_from(), loop_.wall_now());
}

TEST_F(InboundTest, ASignedBodyThatIsNoJsonIsKeptWhole) {
  EXPECT_EQ(receive("not json at all"), Receipt::kDurable);
  ASSERT_EQ(events_.count(), 1U);
  const auto& event = events_.appended.begin()->second.front();
  const auto opened = sealer_->open(event.body, store::event_context(event.dedupe));
  ASSERT_TRUE(opened);
  EXPECT_NE(expose(*opened, Purpose::kValidate).find(to_base64("not json at all")), std::string_view::npos);
}

TEST_F(InboundTest, AStatusWithOurOpaqueIdIsEvidence) {
  const auto key = *crypto::Fingerprint::from_hex("000102030405060708090a0b0c0d0e0f");
  const std::string status = R"("statuses":[{"id":"wamid.S","status":"delivered","timestamp":"1739321024",)"
                             R"("recipient_id":"16505551234","biz_opaque_callback_data":")" +
                             store::format_attempt_id({key, 2}) + "\"}]";
  EXPECT_EQ(receive(notification(change("106540352242922", status))), Receipt::kDurable);
  const auto& event = events_.appended.begin()->second.front();
  ASSERT_TRUE(event.evidence);
  EXPECT_EQ(event.evidence->key, key);
  EXPECT_EQ(event.evidence->attempt, 2U);
  EXPECT_EQ(event.evidence->state, store::IntentState::kDelivered);
  const auto wamid = sealer_->open(event.evidence->wamid, store::outcome_context(key));
  ASSERT_TRUE(wamid);
  EXPECT_EQ(expose(*wamid, Purpose::kValidate), "wamid.S");
}

TEST_F(InboundTest, AStatusWithoutOurNameIsEvidenceByItsMessageId) {
  const std::string statuses =
      R"("statuses":[{"id":"wamid.S","status":"failed","timestamp":"1739321024","biz_opaque_callback_data":"theirs",)"
      R"("errors":[{"code":131049}],"pricing":{"billable":false,"pricing_model":"PMP","category":"marketing"}}])";
  EXPECT_EQ(receive(notification(change("106540352242922", statuses))), Receipt::kDurable);
  const auto& evidence = events_.appended.begin()->second.front().evidence;
  ASSERT_TRUE(evidence);
  EXPECT_TRUE(evidence->by_message());
  EXPECT_EQ(evidence->message, fingerprints_->of(crypto::Domain::kMessage, {"106540352242922", "wamid.S"}));
  EXPECT_EQ(evidence->state, store::IntentState::kFailed);
  EXPECT_EQ(evidence->error_code, 131049U);
  EXPECT_EQ(evidence->pricing, "marketing,,PMP,0");
  EXPECT_TRUE(evidence->wamid.empty());
}

TEST_F(InboundTest, AStatusOfAnUnknownWordIsOnlyAnEvent) {
  const std::string statuses = R"("statuses":[{"id":"wamid.T","status":"warning","timestamp":"1739321024"}])";
  EXPECT_EQ(receive(notification(change("106540352242922", statuses))), Receipt::kDurable);
  ASSERT_EQ(events_.count(), 1U);
  EXPECT_FALSE(events_.appended.begin()->second.front().evidence);
}

TEST_F(InboundTest, AnAppThatSendsNoValuesIsReported) {
  EXPECT_EQ(
      receive(R"({"object":"whatsapp_business_account","entry":[{"id":"1","changed_fields":["messages"]}]})"),
      Receipt::kDurable);
  EXPECT_EQ(events_.count(), 1U);
  EXPECT_EQ(metrics_.total(Counter::kWebhooksWithoutValues), 1U);
  EXPECT_NE(log_text_.find("Include Values"), std::string::npos);
}

TEST_F(InboundTest, AChangeOfTemplatesIsPassedOn) {
  const auto field = [](const std::string& name) {
    return notification(R"({"field":")" + name +
                        R"(","value":{"event":"APPROVED","message_template_name":"t"}})");
  };
  EXPECT_EQ(receive(field("message_template_quality_update")), Receipt::kDurable);
  EXPECT_TRUE(changed_.empty());
  for (const char* name :
       {"message_template_status_update", "message_template_components_update", "template_category_update"}) {
    changed_.clear();
    EXPECT_EQ(receive(field(name)), Receipt::kDurable);
    EXPECT_EQ(changed_, std::vector<std::string>{"102290129340398"}) << name;
  }
}

TEST_F(InboundTest, EvidenceThatLetsTheNextGoWakesItsPartition) {
  const std::string body = notification(change("106540352242922", message("wamid.A")));
  EXPECT_EQ(receive(body), Receipt::kDurable);
  EXPECT_TRUE(woken_.empty());
  events_.answer.follower_due = true;
  EXPECT_EQ(receive(notification(change("106540352242922", message("wamid.B")))), Receipt::kDurable);
  EXPECT_EQ(woken_, std::vector{Partition::of(*SenderId::parse("106540352242922"))});
  events_.answer = {};
  events_.answer.breaker_closed = true;
  EXPECT_EQ(receive(notification(change("106540352242922", message("wamid.C")))), Receipt::kDurable);
  EXPECT_EQ(woken_.size(), 2U);
}

TEST_F(InboundTest, EvidenceWaitsForItsIntentAsLongAsAnAttemptCanLast) {
  EXPECT_EQ(receive(notification(change("106540352242922", message("wamid.A")))), Receipt::kDurable);
  EXPECT_EQ(events_.rules.pending_retention, 2 * config_.lease);
}

TEST_F(InboundTest, AFileThatMetaCouldNotUseIsPassedOnOnceThatIsDurable) {
  const auto key = *crypto::Fingerprint::from_hex("000102030405060708090a0b0c0d0e0f");
  const auto failed = [&](const char* wamid, int code) {
    return notification(change(
        "106540352242922",
        std::string{R"("statuses":[{"id":")"} + wamid +
            R"(","status":"failed","timestamp":"1739321024","biz_opaque_callback_data":")" +
            store::format_attempt_id({key, 1}) + R"(","errors":[{"code":)" + std::to_string(code) + "}]}]"));
  };
  EXPECT_EQ(receive(failed("wamid.S", 131026)), Receipt::kDurable);
  EXPECT_TRUE(refused_.empty());
  events_.down = true;
  EXPECT_EQ(receive(failed("wamid.T", 131053)), Receipt::kUnavailable);
  EXPECT_TRUE(refused_.empty());
  events_.down = false;
  EXPECT_EQ(receive(failed("wamid.T", 131053)), Receipt::kDurable);
  EXPECT_EQ(refused_, (std::vector{std::pair(*SenderId::parse("106540352242922"), key)}));
}

TEST_F(InboundTest, LogsCarryNoPersonalData) {
  receive(notification(change("106540352242922", message("wamid.A"))));
  receive(notification(change("106540352242922", message("wamid.A"))), "sha256=" + std::string(64, '0'));
  receive("not json, 16505551234");
  events_.down = true;
  receive(notification(change("106540352242922", message("wamid.B"))));
  EXPECT_FALSE(log_text_.empty());
  for (const char* planted : {"16505551234", "planted", "wamid.", "app-secret"}) {
    EXPECT_EQ(log_text_.find(planted), std::string::npos) << planted;
  }
}

}  // namespace
}  // namespace wac::inbound
