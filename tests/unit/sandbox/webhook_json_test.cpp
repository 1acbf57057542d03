#include "sandbox/webhook_json.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace wac::sandbox {
namespace {

std::shared_ptr<SentMessage> message() {
  auto sent = std::make_shared<SentMessage>();
  sent->party = {.phone_number_id = "106540352242922",
                 .display_phone_number = "15550783881",
                 .wa_id = "16505551234",
                 .user_id = "US.1",
                 .group_id = "",
                 .profile_name = ""};
  sent->wamid = "wamid.HBgL+A==";
  sent->opaque = "attempt-1";
  sent->category = "utility";
  return sent;
}

Update update(std::shared_ptr<const SentMessage> sent, Status status) {
  Update one;
  one.message = std::move(sent);
  one.status = status;
  one.at = from_millis(1'739'321'024'999);
  return one;
}

TEST(WebhookJson, OfASentStatusIsMetas) {
  const std::vector<Update> updates{update(message(), Status::kSent)};
  EXPECT_EQ(boost::json::parse(webhook_body(updates, "102290129340398")), boost::json::parse(R"({
    "object":"whatsapp_business_account","entry":[{"id":"102290129340398","changes":[{"field":"messages","value":{
      "messaging_product":"whatsapp",
      "metadata":{"display_phone_number":"15550783881","phone_number_id":"106540352242922"},
      "contacts":[{"wa_id":"16505551234","user_id":"US.1"}],
      "statuses":[{"id":"wamid.HBgL+A==","status":"sent","timestamp":"1739321024","recipient_id":"16505551234",
        "recipient_user_id":"US.1","biz_opaque_callback_data":"attempt-1",
        "pricing":{"billable":true,"pricing_model":"PMP","type":"regular","category":"utility"}}]}}]}]})"));
}

TEST(WebhookJson, OfAFailedStatusCarriesTheErrorAndNoContact) {
  Update failed = update(message(), Status::kFailed);
  failed.error_code = 131026;
  const auto body = boost::json::parse(webhook_body(std::span(&failed, 1), "w"));
  const auto& value = body.at("entry").at(0).at("changes").at(0).at("value").as_object();
  EXPECT_FALSE(value.contains("contacts"));
  const auto& status = value.at("statuses").at(0).as_object();
  EXPECT_EQ(status.at("errors").at(0).at("code"), 131026);
  EXPECT_EQ(status.at("errors").at(0).at("title"), "Message undeliverable");
  EXPECT_FALSE(status.contains("pricing"));
  EXPECT_EQ(status.at("biz_opaque_callback_data"), "attempt-1");
}

TEST(WebhookJson, OfAnOldVersionHasAConversation) {
  auto sent = message();
  sent->with_conversation = true;
  const Update one = update(sent, Status::kSent);
  const auto body = boost::json::parse(webhook_body(std::span(&one, 1), "w"));
  const auto& status = body.at("entry").at(0).at("changes").at(0).at("value").at("statuses").at(0);
  EXPECT_EQ(status.at("conversation").at("origin").at("type"), "utility");
  EXPECT_EQ(status.at("conversation").at("expiration_timestamp"), "1739407424");
}

TEST(WebhookJson, OfAGroupNamesTheParticipant) {
  auto sent = message();
  sent->party.group_id = "Y2FwaQ";
  const Update one = update(sent, Status::kDelivered);
  const auto body = boost::json::parse(webhook_body(std::span(&one, 1), "w"));
  const auto& status = body.at("entry").at(0).at("changes").at(0).at("value").at("statuses").at(0);
  EXPECT_EQ(status.at("recipient_id"), "Y2FwaQ");
  EXPECT_EQ(status.at("recipient_type"), "group");
  EXPECT_EQ(status.at("recipient_participant_id"), "16505551234");
}

TEST(WebhookJson, JoinsNeighboursOfOneSenderAndKind) {
  auto other = message();
  other->party.phone_number_id = "2";
  Update raw;
  raw.kind = Update::Kind::kOther;
  raw.field = "account_update";
  raw.json = R"({"event":"ACCOUNT_RESTRICTION"})";
  Update inbound;
  inbound.kind = Update::Kind::kInbound;
  inbound.from = std::make_shared<Party>(message()->party);
  inbound.json = R"({"id":"wamid.x","type":"text"})";
  const std::vector<Update> updates{update(message(), Status::kSent), update(message(), Status::kRead),
                                    inbound, raw, update(other, Status::kSent)};
  const auto body = boost::json::parse(webhook_body(updates, "w"));
  const auto& changes = body.at("entry").at(0).at("changes").as_array();
  ASSERT_EQ(changes.size(), 4U);
  EXPECT_EQ(changes[0].at("value").at("statuses").as_array().size(), 2U);
  EXPECT_EQ(changes[0].at("value").at("contacts").as_array().size(), 1U);
  EXPECT_EQ(changes[1].at("value").at("messages").at(0).at("type"), "text");
  EXPECT_EQ(changes[2].at("field"), "account_update");
  EXPECT_EQ(changes[2].at("value").at("event"), "ACCOUNT_RESTRICTION");
  EXPECT_EQ(changes[3].at("value").at("metadata").at("phone_number_id"), "2");
}

TEST(WebhookJson, IsEscapedAsMetaDoes) {
  EXPECT_EQ(escape_like_meta(R"({"a":"äöå / 😀 €"})"),
            R"({"a":"\u00e4\u00f6\u00e5 \/ \ud83d\ude00 \u20ac"})");
  const std::string original = R"({"a":"Grüße 漢字 😀 \" \\ \n /"})";
  EXPECT_EQ(boost::json::parse(escape_like_meta(original)), boost::json::parse(original));
}

TEST(UserIds, AreStableAndHaveTheCountry) {
  EXPECT_EQ(user_id_of("16505551234"), user_id_of("16505551234"));
  EXPECT_NE(user_id_of("16505551234"), user_id_of("16505551235"));
  EXPECT_TRUE(user_id_of("16505551234").starts_with("US."));
  EXPECT_TRUE(user_id_of("4915112345678").starts_with("DE."));
  EXPECT_EQ(user_id_of("1").size(), 23U);
}

}  // namespace
}  // namespace wac::sandbox
