#include "contacts/contacts.h"

#include "support/manual_scheduler.h"
#include "support/memory_contacts.h"

#include <gtest/gtest.h>

namespace wac::contacts {
namespace {

using whatsapp::ContactNews;
using whatsapp::MarketingChoice;

class ContactsTest : public ::testing::Test {
 protected:
  ContactsTest() {
    keyring_ = *crypto::Keyring::parse(crypto::Keyring::generate(random_));
    fingerprints_.emplace(keyring_->fingerprint_key());
    sealer_.emplace(keyring_, random_);
    contacts_.emplace(ContactsParts{log_, records_, *fingerprints_, *sealer_, Millis{1'000'000}});
  }

  static ContactNews news(const std::string& phone, const std::string& user, std::int64_t at) {
    ContactNews made;
    made.phone = Phone{phone};
    made.user = UserId{user};
    made.at = from_millis(at);
    return made;
  }
  static ContactNews wrote(const std::string& phone, const std::string& user, std::int64_t at) {
    ContactNews made = news(phone, user, at);
    made.wrote = true;
    return made;
  }
  static ContactNews word(const std::string& phone, const std::string& user, MarketingChoice choice,
                          std::int64_t at) {
    ContactNews made = news(phone, user, at);
    made.marketing = choice;
    return made;
  }
  Result<void> learn(const ContactNews& one) {
    Lesson lesson = contacts_->lesson(sender_, partition_, one, now_);
    if (const auto touch = contacts_->touch(lesson, now_)) log_.note(partition_, *touch);
    return testing::run_now(loop_, contacts_->learn({std::move(lesson)}, now_));
  }
  Known known(const std::string& phone) { return look_up(contacts_->id_of(sender_, Phone{phone})); }
  Known known_user(const std::string& user) { return look_up(contacts_->id_of(sender_, UserId{user})); }
  Known look_up(crypto::Fingerprint id) {
    return testing::run_now(loop_, contacts_->look_up(partition_, id, now_));
  }

  testing::ManualScheduler loop_;
  testing::SeededRandom random_{3};
  testing::MemoryContactLog log_;
  testing::MemoryRecords records_;
  std::shared_ptr<const crypto::Keyring> keyring_;
  std::optional<crypto::Fingerprinter> fingerprints_;
  std::optional<crypto::Sealer> sealer_;
  std::optional<Contacts> contacts_;
  SenderId sender_ = *SenderId::parse("106540352242922");
  Partition partition_ = Partition::of(sender_);
  WallTime now_ = from_millis(1'000'000);
};

TEST_F(ContactsTest, AMessageIsRememberedUnderBothIdentities) {
  EXPECT_TRUE(learn(wrote("16505551234", "US.1349", 500)));
  EXPECT_EQ(known("+16505551234").heard_at, from_millis(500)) << "with or without the +";
  EXPECT_EQ(known("16505551234").heard_at, from_millis(500));
  EXPECT_EQ(known_user("US.1349").heard_at, from_millis(500));
  EXPECT_EQ(known("+16505551235").heard_at, std::nullopt);
  EXPECT_EQ(records_.writes, 0) << "a plain message is noted with its event";
  EXPECT_EQ(records_.gets, 4) << "only the look-ups read facts";
}

TEST_F(ContactsTest, AContactOfOneSenderIsNotOneOfAnother) {
  EXPECT_TRUE(learn(wrote("16505551234", "", 500)));
  const auto other = *SenderId::parse("106540352242923");
  EXPECT_EQ(look_up(contacts_->id_of(other, Phone{"16505551234"})).heard_at, std::nullopt);
}

TEST_F(ContactsTest, ATimeInTheFutureCountsAsNow) {
  EXPECT_TRUE(learn(wrote("16505551234", "", 9'000'000)));
  EXPECT_EQ(known("16505551234").heard_at, now_);
}

TEST_F(ContactsTest, AStopHoldsUnderBothIdentitiesUntilItIsTakenBack) {
  EXPECT_TRUE(learn(word("16505551234", "US.1349", MarketingChoice::kStop, 500)));
  EXPECT_TRUE(known("16505551234").facts.stopped());
  EXPECT_TRUE(known_user("US.1349").facts.stopped());
  for (const auto& [id, kept] : records_.kept) EXPECT_EQ(kept.lifetime, std::nullopt) << "kept for ever";
  EXPECT_TRUE(learn(word("16505551234", "US.1349", MarketingChoice::kResume, 600)));
  EXPECT_FALSE(known("16505551234").facts.stopped());
  EXPECT_FALSE(known_user("US.1349").facts.stopped());
  for (const auto& [id, kept] : records_.kept) EXPECT_EQ(kept.lifetime, Millis{1'000'000});
}

TEST_F(ContactsTest, WhatIsLearnedTwiceIsWrittenOnce) {
  EXPECT_TRUE(learn(word("16505551234", "", MarketingChoice::kStop, 500)));
  EXPECT_TRUE(learn(word("16505551234", "", MarketingChoice::kStop, 500)));
  EXPECT_EQ(records_.writes, 1);
}

TEST_F(ContactsTest, AStopThatNamesTheUserIdAloneHoldsForTheNumberToo) {
  EXPECT_TRUE(learn(wrote("16505551234", "US.1349", 400)));
  EXPECT_TRUE(learn(word("", "US.1349", MarketingChoice::kStop, 500)));
  EXPECT_TRUE(known("16505551234").facts.stopped());
  EXPECT_TRUE(known_user("US.1349").facts.stopped());
}

TEST_F(ContactsTest, AStopGoesOverToANewNumber) {
  EXPECT_TRUE(learn(word("16505551234", "US.1", MarketingChoice::kStop, 500)));
  ContactNews moved = news("16505559999", "US.2", 600);
  moved.former_phone = Phone{"16505551234"};
  moved.former_user = UserId{"US.1"};
  EXPECT_TRUE(learn(moved));
  EXPECT_TRUE(known("16505559999").facts.stopped());
  EXPECT_TRUE(known_user("US.2").facts.stopped());
  EXPECT_EQ(known("16505559999").heard_at, std::nullopt) << "changing a number is no message";
}

TEST_F(ContactsTest, AReplacedUserIdIsKnownByTheNewOne) {
  ContactNews replaced = news("16505551234", "US.2", 600);
  replaced.former_user = UserId{"US.1"};
  EXPECT_TRUE(learn(replaced));
  EXPECT_TRUE(learn(wrote("16505551234", "US.2", 700)));
  EXPECT_EQ(known_user("US.1").heard_at, from_millis(700));
}

TEST_F(ContactsTest, ANumberThatWhatsAppKnowsInAnotherFormIsLinked) {
  // Brazil, with and without the ninth digit (facts §8).
  const auto sent_to = contacts_->id_of(sender_, Phone{"+5511987654321"});
  const auto writes_as = contacts_->id_of(sender_, Phone{"551187654321"});
  EXPECT_TRUE(testing::run_now(loop_, contacts_->link(partition_, sent_to, writes_as, now_)));
  EXPECT_TRUE(learn(wrote("551187654321", "", 500)));
  EXPECT_EQ(known("+5511987654321").heard_at, from_millis(500));
  EXPECT_TRUE(learn(word("551187654321", "", MarketingChoice::kStop, 600)));
  EXPECT_TRUE(known("+5511987654321").facts.stopped());
  const int gets = records_.gets;
  EXPECT_TRUE(testing::run_now(loop_, contacts_->link(partition_, sent_to, writes_as, now_)));
  EXPECT_EQ(records_.gets, gets) << "a link known to be there is not looked at again";
}

TEST_F(ContactsTest, ChangesOfOthersAreKept) {
  records_.conflicts = 2;
  EXPECT_TRUE(learn(word("16505551234", "", MarketingChoice::kStop, 500)));
  EXPECT_TRUE(known("16505551234").facts.stopped());
}

TEST_F(ContactsTest, AStoreThatIsDownIsToldAndKnowsNobody) {
  EXPECT_TRUE(learn(wrote("16505551234", "", 500)));
  log_.down = true;
  EXPECT_EQ(known("16505551234").heard_at, std::nullopt);
  // A word under the user id alone needs the number it is known under.
  EXPECT_EQ(learn(word("", "US.1349", MarketingChoice::kStop, 500)).error().code, ErrorCode::kUnavailable);
}

TEST_F(ContactsTest, FactsThatNoKeyOpensAreAsIfNotThere) {
  EXPECT_TRUE(learn(word("16505551234", "", MarketingChoice::kStop, 500)));
  records_.kept.begin()->second.record.value.bytes.back() ^= 1;
  EXPECT_FALSE(known("16505551234").facts.stopped());
  EXPECT_TRUE(learn(word("16505551234", "", MarketingChoice::kStop, 600)));
  EXPECT_TRUE(known("16505551234").facts.stopped());
}

TEST_F(ContactsTest, NothingOfAPersonIsInTheStore) {
  EXPECT_TRUE(learn(wrote("16505551234", "US.1349planted", 400)));
  EXPECT_TRUE(learn(word("16505551234", "US.1349planted", MarketingChoice::kStop, 500)));
  ASSERT_FALSE(records_.kept.empty());
  for (const auto& [id, kept] : records_.kept) {
    const std::string all = std::string{id.raw()} + kept.record.value.bytes;
    EXPECT_EQ(all.find("16505551234"), std::string::npos);
    EXPECT_EQ(all.find("planted"), std::string::npos);
    EXPECT_EQ(all.find("stopped"), std::string::npos) << "what was said is sealed";
  }
}

}  // namespace
}  // namespace wac::contacts
