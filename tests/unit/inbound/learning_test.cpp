// What webhooks teach about contacts.

#include "inbound_fixture.h"

namespace wac::inbound {
namespace {

class LearningTest : public InboundTest {
 protected:
  LearningTest() {
    contacts_.emplace(contacts::ContactsParts{log_of_contacts_, records_, *fingerprints_, *sealer_,
                                              Millis{100'000'000'000}});
    InboundParts parts{config_, *directory_,         loop_, events_, *fingerprints_, *sealer_,
                       *log_,   metrics_.add_loop(), {}};
    parts.contacts = &*contacts_;
    inbound_ = std::make_unique<Inbound>(std::move(parts));
  }
  /// When the person wrote, by what goes with the events.
  std::optional<WallTime> heard(const char* sender, const char* phone) {
    const auto id = *SenderId::parse(sender);
    for (const store::NewEvent& event : events_.appended[Partition::of(id)]) {
      for (const store::ContactTouch& touch : event.touches) {
        if (touch.phone == contacts_->id_of(id, Phone{phone})) return touch.at;
      }
    }
    return std::nullopt;
  }
  static std::string stop() {
    return R"({"field":"user_preferences","value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":)"
           R"("15550783881","phone_number_id":"106540352242922"},"user_preferences":[{"wa_id":"16505551234","category":)"
           R"("marketing_messages","value":"stop","timestamp":1739321024}]}})";
  }

  testing::MemoryContactLog log_of_contacts_;
  testing::MemoryRecords records_;
  std::optional<contacts::Contacts> contacts_;
};

TEST_F(LearningTest, AMessageTellsWhenItsSenderWrote) {
  EXPECT_EQ(receive(notification(change("106540352242922", message("wamid.A")))), Receipt::kDurable);
  EXPECT_EQ(heard("106540352242922", "+16505551234"), from_millis(1'739'321'024'000));
  EXPECT_EQ(heard("106540352242923", "+16505551234"), std::nullopt);
  EXPECT_EQ(log_of_contacts_.calls, 0);
  EXPECT_EQ(records_.gets, 0) << "nothing is read or written beside the event";
}

TEST_F(LearningTest, AWebhookWhoseNewsAreNotKeptIsNotAcknowledged) {
  records_.conflicts = 1'000;
  EXPECT_EQ(receive(notification(stop())), Receipt::kUnavailable);
  records_.conflicts = 0;
  EXPECT_EQ(receive(notification(stop())), Receipt::kDurable);
  EXPECT_EQ(events_.count(), 1U) << "the event was stored the first time";
  EXPECT_EQ(records_.writes, 1);
}

TEST_F(LearningTest, MessagesToSendersOfNobodyTeachNothing) {
  EXPECT_EQ(receive(notification(change("999999999999999", message("wamid.A")))), Receipt::kDurable);
  EXPECT_EQ(heard("999999999999999", "16505551234"), std::nullopt);
}

}  // namespace
}  // namespace wac::inbound
