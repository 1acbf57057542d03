#include "api/intent_json.h"

#include "base/expose.h"
#include "outbound/content.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace wac::api {
namespace {

constexpr const char* kId = "3f2b8c1e-9d4a-4c7e-8a55-0b6f1d2e3a4b";

class IntentJson : public ::testing::Test {
 protected:
  IntentJson() {
    config_.tenants.push_back({*TenantId::parse("acme"), {}});
    config_.tenants.back().senders.push_back({*SenderId::parse("106540352242922"), Secret{"token"}});
    directory_.emplace(config_);
    defaults_.tenant = *TenantId::parse("acme");
    defaults_.correlation = *CorrelationId::parse("request-1");
    defaults_.now = from_millis(1'790'000'000'000);
  }

  ParsedRequest parse(const std::string& body) { return parse_intents(body, defaults_, *directory_); }
  ParsedRequest parse_one(const std::string& fields) { return parse("{\"intents\":[{" + fields + "}]}"); }
  static std::string text_intent(const std::string& more = "") {
    return std::string{R"("intentId":")"} + kId +
           R"(","to":"+15550001111","payload":{"type":"text","text":{"body":"hi"}})" + more;
  }
  std::string only_pointer(const ParsedRequest& request) {
    return request.errors.size() == 1 ? request.errors[0].pointer
                                      : std::to_string(request.errors.size()) + " errors";
  }

  config::Config config_;
  std::optional<config::Directory> directory_;
  IntentDefaults defaults_;
};

TEST_F(IntentJson, AWholeIntentIsReadWithItsDefaults) {
  const auto request = parse_one(text_intent());
  ASSERT_TRUE(request.errors.empty()) << request.errors[0].pointer << request.errors[0].rule;
  ASSERT_EQ(request.intents.size(), 1U);
  const auto& intent = std::get<outbound::Intent>(request.intents[0]);
  EXPECT_EQ(intent.id.str(), kId);
  EXPECT_EQ(intent.tenant.str(), "acme");
  EXPECT_EQ(intent.type, outbound::MessageType::kText);
  EXPECT_EQ(intent.correlation.str(), "request-1");
  EXPECT_EQ(expose(intent.dedupe_key, Purpose::kValidate), std::string{"whatsapp:tenant:acme:intent:"} + kId);
}

TEST_F(IntentJson, WhatWasParsedIsWhatItsContentReadsBackAs) {
  const auto request = parse_one(text_intent(
      R"(,"context":{"messageId":"wamid.A"},"fallback":{"type":"template","template":{"name":"hello",)"
      R"("language":{"code":"en_US"}}})"));
  ASSERT_TRUE(request.errors.empty()) << request.errors[0].pointer << request.errors[0].rule;
  const auto& intent = std::get<outbound::Intent>(request.intents[0]);
  ASSERT_NE(intent.parsed, nullptr);
  const auto read = outbound::read_content(intent.content);
  ASSERT_TRUE(read);
  EXPECT_EQ(intent.parsed->payload, read->payload);
  EXPECT_EQ(intent.parsed->fallback, read->fallback);
  EXPECT_EQ(intent.parsed->context_message_id, read->context_message_id);
  ASSERT_TRUE(intent.parsed->recipient && read->recipient);
  EXPECT_TRUE(intent.parsed->recipient->who == read->recipient->who);
}

TEST_F(IntentJson, ATenantsPolicyDecidesWhereTheIntentDoesNotSay) {
  const auto of = [this](const std::string& more) {
    return std::get<outbound::Intent>(parse_one(text_intent(more)).intents.at(0)).on_unknown;
  };
  EXPECT_EQ(of(""), store::OnUnknown::kHold);
  config_.tenants[0].policies.resend_unknown = true;
  directory_->replace(config_);
  EXPECT_EQ(of(""), store::OnUnknown::kResend);
  EXPECT_EQ(of(R"(,"onUnknown":"hold")"), store::OnUnknown::kHold);
}

TEST_F(IntentJson, EveryFieldOfTheContractIsAccepted) {
  const auto request = parse_one(text_intent(
      R"(,"tenantId":"acme","provider":"whatsapp","senderId":"106540352242922","dedupeKey":"order-1",)"
      R"("correlationId":"c-1","createdAt":"2026-11-23T10:00:00Z","expiresAt":"2030-01-01T00:00:00Z",)"
      R"("sendAt":"2029-01-01T00:00:00Z","onUnknown":"resend","priority":"high","whenPaused":"refuse","context":{"messageId":"wamid.A"})"));
  ASSERT_TRUE(request.errors.empty()) << request.errors[0].pointer << request.errors[0].rule;
  const auto& intent = std::get<outbound::Intent>(request.intents[0]);
  EXPECT_EQ(intent.on_unknown, store::OnUnknown::kResend);
  EXPECT_TRUE(intent.send_at && intent.expires_at);
  EXPECT_EQ(intent.priority, store::Priority::kHigh);
  EXPECT_EQ(intent.when_paused, outbound::WhenPaused::kRefuse);
  EXPECT_NE(expose(intent.content, Purpose::kValidate).find("wamid.A"), std::string_view::npos);
}

constexpr const char* kGroup = R"("recipientType":"group","to":"Y2FwaV9ncm91cDoxNzA1NTU1MDEzOTox")";

std::string to_group(const std::string& payload, const std::string& more = "") {
  return std::string{R"("intentId":")"} + kId + "\"," + kGroup + R"(,"payload":)" + payload + more;
}

constexpr const char* kText = R"({"type":"text","text":{"body":"hi"}})";
constexpr const char* kPin =
    R"({"type":"pin","pin":{"type":"pin","message_id":"wamid.A","expiration_days":7}})";

TEST_F(IntentJson, AGroupIsARecipient) {
  for (const char* payload : {kText, kPin}) {
    const auto request = parse_one(to_group(payload));
    ASSERT_TRUE(request.errors.empty()) << request.errors[0].pointer << request.errors[0].rule;
    const auto& intent = std::get<outbound::Intent>(request.intents.at(0));
    const auto content = outbound::read_content(intent.content);
    ASSERT_TRUE(content && content->recipient);
    EXPECT_TRUE(content->recipient->is_group());
  }
  EXPECT_TRUE(parse_one(text_intent(R"(,"recipientType":"individual")")).errors.empty());
}

TEST_F(IntentJson, WhatDoesNotBelongToAGroupIsRefused) {
  const std::string interactive =
      R"({"type":"interactive","interactive":{"type":"location_request_message","body":{"text":"b"},)"
      R"("action":{"name":"send_location"}}})";
  EXPECT_EQ(only_pointer(parse_one(to_group(interactive))), "/intents/0/payload");
  EXPECT_EQ(only_pointer(parse_one(to_group(kText, R"(,"recipient":"US.1")"))), "/intents/0/recipient");
  EXPECT_EQ(only_pointer(parse_one(text_intent(R"(,"recipientType":"all")"))), "/intents/0/recipientType");
  EXPECT_EQ(only_pointer(parse_one(to_group(kPin, R"(,"context":{"messageId":"wamid.A"})"))),
            "/intents/0/context");
  EXPECT_EQ(
      only_pointer(parse_one(to_group(
          kText, R"(,"fallback":{"type":"template","template":{"name":"a","language":{"code":"en"}}})"))),
      "/intents/0/fallback");
  const std::string id = std::string{R"("intentId":")"} + kId + "\",";
  EXPECT_EQ(only_pointer(parse_one(id + R"("to":"+15550001111","payload":)" + kPin)),
            "/intents/0/recipientType");
  EXPECT_EQ(only_pointer(parse_one(id + R"("recipientType":"group","payload":)" + kText)), "/intents/0/to");
  EXPECT_EQ(only_pointer(parse_one(id + R"("recipientType":"group","payload":{"type":"mark_read",)"
                                        R"("mark_read":{"message_id":"wamid.A"}})")),
            "/intents/0/recipientType");
}

TEST_F(IntentJson, ABadGroupIdFailsItsIntentAlone) {
  const auto request = parse_one(std::string{R"("intentId":")"} + kId +
                                 R"(","recipientType":"group","to":"+15550001111","payload":)" + kText);
  ASSERT_TRUE(request.errors.empty());
  const auto& rejected = std::get<RejectedIntent>(request.intents.at(0));
  EXPECT_EQ(rejected.code, "invalid_recipient");
  EXPECT_EQ(rejected.field, "to");
}

constexpr const char* kTemplate =
    R"({"type":"template","template":{"name":"hello_world","language":{"code":"en_US"}}})";

TEST_F(IntentJson, AFallbackIsPartOfTheContent) {
  const auto request = parse_one(text_intent(R"(,"fallback":)" + std::string{kTemplate}));
  ASSERT_TRUE(request.errors.empty()) << request.errors[0].pointer << request.errors[0].rule;
  const auto& intent = std::get<outbound::Intent>(request.intents[0]);
  const auto content = outbound::read_content(intent.content);
  ASSERT_TRUE(content && content->fallback);
  EXPECT_EQ(content->fallback->at("type"), "template");
  EXPECT_EQ(content->payload.at("type"), "text");
}

TEST_F(IntentJson, AFallbackIsATemplateThatPassesTheLinter) {
  EXPECT_EQ(only_pointer(parse_one(text_intent(R"(,"fallback":{"type":"text","text":{"body":"x"}})"))),
            "/intents/0/fallback");
  EXPECT_EQ(only_pointer(parse_one(
                text_intent(R"(,"fallback":{"type":"template","template":{"language":{"code":"en_US"}}})"))),
            "/intents/0/fallback/template/name");
  EXPECT_EQ(only_pointer(parse_one(text_intent(R"(,"fallback":7)"))), "/intents/0/fallback");
}

TEST_F(IntentJson, ATemplateHasNoFallback) {
  EXPECT_EQ(
      only_pointer(parse_one(std::string{R"("intentId":")"} + kId + R"(","to":"+15550001111","payload":)" +
                             kTemplate + R"(,"fallback":)" + kTemplate)),
      "/intents/0/fallback");
}

TEST_F(IntentJson, ABadPhoneFailsThatIntentAlone) {
  const std::string bad = std::string{R"({"intentId":")"} + kId +
                          R"(","to":"15550001111","payload":{"type":"text","text":{"body":"hi"}}})";
  const auto request = parse("{\"intents\":[" + bad + ",{" + text_intent() + "}]}");
  EXPECT_TRUE(request.errors.empty());
  ASSERT_EQ(request.intents.size(), 2U);
  EXPECT_TRUE(std::holds_alternative<RejectedIntent>(request.intents[0]));
  EXPECT_TRUE(std::holds_alternative<outbound::Intent>(request.intents[1]));
}

TEST_F(IntentJson, BrokenRulesAreNamedByPointer) {
  const std::pair<const char*, const char*> cases[] = {
      {R"(,"tenantId":"other")", "/intents/0/tenantId"},
      {R"(,"provider":"sms")", "/intents/0/provider"},
      {R"(,"senderId":"999999")", "/intents/0/senderId"},
      {R"(,"dedupeKey":"")", "/intents/0/dedupeKey"},
      {R"(,"correlationId":"call +55 11 99999 8888")", "/intents/0/correlationId"},
      {R"(,"sendAt":"soon")", "/intents/0/sendAt"},
      {R"(,"expiresAt":"2020-01-01T00:00:00Z")", "/intents/0/expiresAt"},
      {R"(,"onUnknown":"maybe")", "/intents/0/onUnknown"},
      {R"(,"priority":"urgent")", "/intents/0/priority"},
      {R"(,"whenPaused":"maybe")", "/intents/0/whenPaused"},
      {R"(,"recipient":"US.1")", "/intents/0/recipient"},
      {R"(,"context":{"messageId":"x"})", "/intents/0/context/messageId"},
      {R"(,"context":{"messageId":"wamid.A","extra":1})", "/intents/0/context/extra"},
      {R"(,"unexpected":true)", "/intents/0/unexpected"},
  };
  for (const auto& [more, pointer] : cases)
    EXPECT_EQ(only_pointer(parse_one(text_intent(more))), pointer) << more;
}

TEST_F(IntentJson, AReactionCannotQuote) {
  const auto request =
      parse_one(std::string{R"("intentId":")"} + kId +
                R"(","to":"+15550001111","context":{"messageId":"wamid.A"},)"
                R"("payload":{"type":"reaction","reaction":{"message_id":"wamid.B","emoji":"👍"}})");
  EXPECT_EQ(only_pointer(request), "/intents/0/context");
}

TEST_F(IntentJson, MissingFieldsAndBrokenPayloadsAreAllListed) {
  const auto request = parse_one(R"("payload":{"type":"text","text":{"body":""}})");
  std::vector<std::string> pointers;
  for (const auto& error : request.errors) pointers.push_back(error.pointer);
  EXPECT_NE(std::ranges::find(pointers, "/intents/0/intentId"), pointers.end());
  EXPECT_NE(std::ranges::find(pointers, "/intents/0/to"), pointers.end());
  EXPECT_NE(std::ranges::find(pointers, "/intents/0/payload/text/body"), pointers.end());
  EXPECT_TRUE(request.intents.empty());
}

TEST_F(IntentJson, AQuoteNamesAMessageOfMetas) {
  const auto quoting = [&](const std::string& id) {
    return parse_one(text_intent(R"(,"context":{"messageId":")" + id + R"("})"));
  };
  EXPECT_TRUE(quoting("wamid.HBgL=").errors.empty());
  for (const char* id : {"HBgL", "wamid.", "wamid.a b", "wamid.\u00e9"})
    EXPECT_EQ(only_pointer(quoting(id)), "/intents/0/context/messageId") << id;
}

TEST_F(IntentJson, AMistypedFieldIsNamedOnce) {
  const std::string payload = R"("payload":{"type":"text","text":{"body":"hi"}})";
  EXPECT_EQ(only_pointer(parse_one(R"("intentId":1,"to":"+15550001111",)" + payload)), "/intents/0/intentId");
  EXPECT_EQ(only_pointer(parse_one(R"("intentId":"","to":"+15550001111",)" + payload)),
            "/intents/0/intentId");
  const std::string id = std::string{R"("intentId":")"} + kId + "\",";
  EXPECT_EQ(only_pointer(parse_one(id + R"("to":null,)" + payload)), "/intents/0/to");
  EXPECT_EQ(only_pointer(parse_one(id + R"("recipientType":"group","to":7,)" + payload)), "/intents/0/to");
}

TEST_F(IntentJson, WhatIsNoRequestIsRefusedWhole) {
  for (const char* body : {"", "{", "[]", "1", R"({"intents":{}})", R"({"intents":[]})", R"({"intents":[1]})",
                           R"({"intent":[]})", "{\"intents\":[\"\xff\"]}"}) {
    EXPECT_FALSE(parse(body).errors.empty()) << body;
  }
  EXPECT_FALSE(parse(std::string(40, '[') + std::string(40, ']')).errors.empty()) << "too deep";
}

TEST_F(IntentJson, AHundredIntentsAreTakenAndOneMoreIsNot) {
  std::string list;
  for (std::size_t i = 0; i < kMaxIntents; ++i) list += (i == 0 ? "{" : ",{") + text_intent() + "}";
  EXPECT_TRUE(parse("{\"intents\":[" + list + "]}").errors.empty());
  EXPECT_EQ(only_pointer(parse("{\"intents\":[" + list + ",{" + text_intent() + "}]}")), "/intents");
}

TEST_F(IntentJson, TheStagingEndpointMayNameAnyConfiguredTenant) {
  defaults_.tenant = TenantId{};
  EXPECT_TRUE(parse_one(text_intent(R"(,"tenantId":"acme")")).errors.empty());
  EXPECT_FALSE(parse_one(text_intent(R"(,"tenantId":"nobody")")).errors.empty());
}

TEST_F(IntentJson, EqualIntentsHaveEqualContentWhateverTheirOrder) {
  const auto one = parse_one(text_intent());
  const auto two = parse_one(
      std::string{R"("payload":{"text":{"body":"hi"},"type":"text"},"to":"+15550001111","intentId":")"} +
      kId + "\"");
  ASSERT_TRUE(two.errors.empty());
  EXPECT_EQ(std::get<outbound::Intent>(one.intents[0]).content,
            std::get<outbound::Intent>(two.intents[0]).content);
}

TEST(Resolution, KnowsThreeWords) {
  EXPECT_EQ(parse_resolution(R"({"as":"sent"})"), store::Command::kResolveSent);
  EXPECT_EQ(parse_resolution(R"({"as":"failed"})"), store::Command::kResolveFailed);
  EXPECT_EQ(parse_resolution(R"({"as":"resend"})"), store::Command::kResolveResend);
  for (const char* body : {"", "{}", R"({"as":1})", R"({"as":"SENT"})", R"({"as":"sent","x":1})"}) {
    EXPECT_FALSE(parse_resolution(body)) << body;
  }
}

}  // namespace
}  // namespace wac::api
