// What webhooks tell about contacts, from whole notifications.

#include "base/expose.h"
#include "whatsapp/webhook.h"

#include <gtest/gtest.h>

namespace wac::whatsapp {
namespace {

std::vector<ContactNews> news_of(const std::string& field, const std::string& members) {
  const std::string body =
      R"({"object":"whatsapp_business_account","entry":[{"id":"1","time":1739321024,"changes":[{"field":")" +
      field +
      R"(","value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550783881",)"
      R"("phone_number_id":"106540352242922"},)" +
      members + "}}]}]}";
  std::vector<ContactNews> all;
  auto parsed = parse_webhook(body);
  if (!parsed) return all;
  for (WebhookItem& item : parsed->items) {
    for (ContactNews& one : item.news) all.push_back(std::move(one));
  }
  return all;
}

std::string_view text(const Phone& phone) {
  return expose(phone, Purpose::kValidate);
}
std::string_view text(const UserId& user) {
  return expose(user, Purpose::kValidate);
}

TEST(ContactNews, AMessageTellsThatItsSenderWrote) {
  const auto news = news_of("messages", R"("contacts":[{"wa_id":"16505551234","user_id":"US.1349"}],
      "messages":[{"from":"16505551234","id":"wamid.A","timestamp":"1739321024","type":"text",
                   "text":{"body":"x"}}])");
  ASSERT_EQ(news.size(), 1U);
  EXPECT_EQ(text(news[0].phone), "16505551234");
  EXPECT_EQ(text(news[0].user), "US.1349");
  EXPECT_TRUE(news[0].wrote);
  EXPECT_EQ(news[0].at, from_millis(1'739'321'024'000));
  EXPECT_FALSE(news[0].marketing);
}

TEST(ContactNews, AMessageWithoutANumberTellsItsUserId) {
  const auto news = news_of("messages", R"("messages":[{"from_user_id":"US.1349","id":"wamid.A",
      "timestamp":"1739321024","type":"text","text":{"body":"x"}}])");
  ASSERT_EQ(news.size(), 1U);
  EXPECT_TRUE(news[0].phone.empty());
  EXPECT_EQ(text(news[0].user), "US.1349");
}

TEST(ContactNews, AGroupMessageOpensNoWindow) {
  EXPECT_TRUE(news_of("messages", R"("messages":[{"from":"16505551234","group_id":"g","id":"wamid.A",
      "timestamp":"1739321024","type":"text","text":{"body":"x"}}])")
                  .empty());
}

TEST(ContactNews, AMessageOfNobodyTellsNothing) {
  EXPECT_TRUE(
      news_of("messages", R"("messages":[{"id":"wamid.A","type":"text","text":{"body":"x"}}])").empty());
}

TEST(ContactNews, ANewNumberIsTold) {
  const auto news = news_of("messages", R"("messages":[{"from":"16505551234","id":"wamid.A",
      "timestamp":"1739321024","type":"system","system":{"body":"b","type":"user_changed_number",
      "wa_id":"16505559999","user_id":"US.2","previous_user_id":"US.1"}}])");
  ASSERT_EQ(news.size(), 1U);
  EXPECT_EQ(text(news[0].phone), "16505559999");
  EXPECT_EQ(text(news[0].former_phone), "16505551234");
  EXPECT_EQ(text(news[0].user), "US.2");
  EXPECT_EQ(text(news[0].former_user), "US.1");
  EXPECT_FALSE(news[0].wrote);
}

TEST(ContactNews, ANewUserIdIsToldWithoutAFormerNumber) {
  const auto news = news_of("messages", R"("messages":[{"from":"16505551234","id":"wamid.A",
      "timestamp":"1739321024","type":"system","system":{"body":"b","type":"user_changed_user_id",
      "user_id":"US.2","previous_user_id":"US.1"}}])");
  ASSERT_EQ(news.size(), 1U);
  EXPECT_EQ(text(news[0].phone), "16505551234");
  EXPECT_TRUE(news[0].former_phone.empty());
  EXPECT_EQ(text(news[0].former_user), "US.1");
}

TEST(ContactNews, APreferenceIsTold) {
  const auto news = news_of("user_preferences", R"("user_preferences":[
      {"wa_id":"16505551234","user_id":"US.1","detail":"d","category":"marketing_messages","value":"stop",
       "timestamp":1739321024},
      {"user_id":"US.2","category":"marketing_messages","value":"resume","timestamp":1739321025},
      {"user_id":"US.3","category":"another","value":"stop"},
      {"user_id":"US.4","category":"marketing_messages","value":"another"},
      7])");
  ASSERT_EQ(news.size(), 2U);
  EXPECT_EQ(news[0].marketing, MarketingChoice::kStop);
  EXPECT_EQ(text(news[0].phone), "16505551234");
  EXPECT_EQ(news[0].at, from_millis(1'739'321'024'000));
  EXPECT_FALSE(news[0].wrote);
  EXPECT_EQ(news[1].marketing, MarketingChoice::kResume);
  EXPECT_EQ(text(news[1].user), "US.2");
}

TEST(ContactNews, ACallOfTheUserCountsAsAMessage) {
  const auto news = news_of("calls", R"("calls":[
      {"id":"c1","from":"16505551234","event":"connect","direction":"USER_INITIATED","timestamp":"1739321024"},
      {"id":"c2","from":"15550783881","event":"connect","direction":"BUSINESS_INITIATED"}])");
  ASSERT_EQ(news.size(), 1U);
  EXPECT_EQ(text(news[0].phone), "16505551234");
  EXPECT_TRUE(news[0].wrote);
}

TEST(ContactNews, AFailureBecauseOfAStopTellsOfIt) {
  const std::string status = R"("statuses":[{"id":"wamid.A","status":"failed","timestamp":"1739321024",
      "recipient_id":"16505551234","errors":[{"code":)";
  const auto news = news_of("messages", status + "131050}]}]");
  ASSERT_EQ(news.size(), 1U);
  EXPECT_EQ(news[0].marketing, MarketingChoice::kStop);
  EXPECT_EQ(text(news[0].phone), "16505551234");
  EXPECT_TRUE(news_of("messages", status + "131026}]}]").empty());
}

TEST(ContactNews, StatusesAndOtherFieldsTellNothing) {
  EXPECT_TRUE(news_of("messages", R"("statuses":[{"id":"wamid.A","status":"read","timestamp":"1739321024",
      "recipient_id":"16505551234"}])")
                  .empty());
  EXPECT_TRUE(news_of("account_update", R"("event":"DISABLED")").empty());
}

}  // namespace
}  // namespace wac::whatsapp
