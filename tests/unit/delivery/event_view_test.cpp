#include "delivery/event_view.h"

#include <gtest/gtest.h>

namespace wac::delivery {
namespace {

std::optional<EventView> view(const std::string& json) {
  static crypto::Fingerprinter fingerprints{Secret{std::string(32, 'k')}};
  return view_event(PersonalText{json}, fingerprints);
}

std::string event(const std::string& type, const std::string& data,
                  const std::string& source = "/whatsapp/senders/106540352242922") {
  return R"({"specversion":"1.0","id":"00","source":")" + source + R"(","type":")" + type +
         R"(","time":"2026-11-23T22:45:00.123Z","data":)" + data + "}";
}

crypto::Fingerprint conversation(const std::string& data,
                                 const std::string& type = "whatsapp.message.received.text") {
  return view(event(type, data)).value().conversation;
}

TEST(EventView, ReadsTheEnvelope) {
  const auto seen = view(event("whatsapp.message.received.text", "{}"));
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->type, "whatsapp.message.received.text");
  EXPECT_EQ(seen->sender->str(), "106540352242922");
  EXPECT_EQ(to_millis(seen->time), 1'795'473'900'123);
  EXPECT_FALSE(view("not json"));
  EXPECT_FALSE(view("[]"));
}

TEST(EventView, MessagesAndStatusesOfOnePersonAreOneConversation) {
  const auto message = conversation(R"({"message":{"from":"16505551234","fromUserId":"US.1"}})");
  EXPECT_EQ(message,
            conversation(R"({"status":{"recipientId":"16505551234"}})", "whatsapp.message.status.read"));
  EXPECT_NE(message, conversation(R"({"message":{"from":"16505551235"}})"));
  EXPECT_NE(message,
            view(event("x", R"({"message":{"from":"16505551234"}})", "/whatsapp/senders/106540352242923"))
                .value()
                .conversation)
      << "of another sender";
}

TEST(EventView, AGroupIsOneConversationWhoeverWrites) {
  EXPECT_EQ(conversation(R"({"message":{"from":"16505551234","groupId":"g1"}})"),
            conversation(R"({"message":{"from":"16505551235","groupId":"g1"}})"));
}

TEST(EventView, EventsOfNobodyAreOrderedByType) {
  EXPECT_EQ(conversation("{}", "whatsapp.account.x"), conversation(R"({"value":{}})", "whatsapp.account.x"));
  EXPECT_NE(conversation("{}", "whatsapp.account.x"), conversation("{}", "whatsapp.account.y"));
}

TEST(Wants, FiltersByPrefixAndSender) {
  const auto seen = view(event("whatsapp.message.received.text", "{}")).value();
  const auto account = view(event("whatsapp.account.alert", "{}", "/whatsapp/accounts/1")).value();
  config::ConsumerConfig consumer;
  EXPECT_TRUE(wants(consumer, seen));
  EXPECT_TRUE(wants(consumer, account));
  consumer.types = {"whatsapp.message.status.", "whatsapp.message.received."};
  EXPECT_TRUE(wants(consumer, seen));
  EXPECT_FALSE(wants(consumer, account));
  consumer.types = {};
  consumer.senders = {SenderId::parse("106540352242922").value()};
  EXPECT_TRUE(wants(consumer, seen));
  EXPECT_FALSE(wants(consumer, account)) << "of no sender";
  consumer.senders = {SenderId::parse("106540352242923").value()};
  EXPECT_FALSE(wants(consumer, seen));
}

}  // namespace
}  // namespace wac::delivery
