// The contact log, for every engine.

#include "integration/store/store_conformance.h"

namespace wac::testing {
namespace {

using store::ContactTouch;

constexpr Millis kKept{3'600'000};

struct ContactCalls {
  store::Store& store;
  LoopThread& thread;
  Partition partition;

  void touch(std::vector<ContactTouch> touches, WallTime now) {
    EXPECT_TRUE(ingest(event(std::move(touches)), now).appended);
  }
  /// Of an item that never was before.
  static store::NewEvent event(std::vector<ContactTouch> touches) {
    static std::uint8_t count = 0;
    store::NewEvent made;
    made.dedupe.bytes = {0xc0, ++count};
    made.tenant = *TenantId::parse("acme");
    made.body.bytes = "sealed";
    made.touches = std::move(touches);
    return made;
  }
  store::Ingested ingest(store::NewEvent event, WallTime now) {
    store::EventRules rules;
    rules.contact_retention = kKept;
    return run_on<Result<std::vector<store::Ingested>>>(
               thread, [&] { return store.events().ingest(partition, {event}, rules, now); })
        .value()
        .at(0);
  }
  std::optional<WallTime> heard(crypto::Fingerprint contact) {
    return run_on<Result<std::optional<WallTime>>>(
               thread, [&] { return store.contacts().last_heard(partition, contact); })
        .value();
  }
  std::optional<crypto::Fingerprint> phone_of(crypto::Fingerprint user) {
    return run_on<Result<std::optional<crypto::Fingerprint>>>(
               thread, [&] { return store.contacts().phone_of(partition, user); })
        .value();
  }
};

TEST_P(StoreConformance, AContactIsUnknownUntilItWrites) {
  ContactCalls contacts{store(), *thread_, partition_};
  const auto phone = fingerprint();
  EXPECT_EQ(contacts.heard(phone), std::nullopt);
  contacts.touch({{phone, std::nullopt, at(5)}}, at(10));
  EXPECT_EQ(contacts.heard(phone), at(5));
  EXPECT_EQ(contacts.heard(fingerprint()), std::nullopt);
}

TEST_P(StoreConformance, TheLatestTimeOfAContactStaysInWhateverOrderItComes) {
  ContactCalls contacts{store(), *thread_, partition_};
  const auto phone = fingerprint();
  contacts.touch({{phone, std::nullopt, at(7)}, {phone, std::nullopt, at(5)}}, at(10));
  contacts.touch({{phone, std::nullopt, at(3)}}, at(11));
  EXPECT_EQ(contacts.heard(phone), at(7));
  contacts.touch({{phone, std::nullopt, at(9)}}, at(12));
  EXPECT_EQ(contacts.heard(phone), at(9));
}

TEST_P(StoreConformance, AContactIsKnownUnderBothIdentities) {
  ContactCalls contacts{store(), *thread_, partition_};
  const auto phone = fingerprint();
  const auto user = fingerprint();
  contacts.touch({{std::nullopt, user, at(1)}}, at(1));
  EXPECT_EQ(contacts.phone_of(user), std::nullopt);
  contacts.touch({{phone, user, at(2)}}, at(2));
  EXPECT_EQ(contacts.heard(phone), at(2));
  EXPECT_EQ(contacts.heard(user), at(2));
  EXPECT_EQ(contacts.phone_of(user), phone);
  contacts.touch({{std::nullopt, user, at(3)}}, at(3));
  EXPECT_EQ(contacts.phone_of(user), phone) << "a message without the number does not undo it";
}

TEST_P(StoreConformance, ContactsOfPartitionsAreApart) {
  ContactCalls contacts{store(), *thread_, partition_};
  const auto phone = fingerprint();
  contacts.touch({{phone, std::nullopt, at(1)}}, at(1));
  ContactCalls elsewhere{store(), *thread_, Partition{0}};
  EXPECT_EQ(elsewhere.heard(phone), std::nullopt);
}

TEST_P(StoreConformance, AContactIsForgottenAfterItsRetention) {
  ContactCalls contacts{store(), *thread_, partition_};
  const auto old = fingerprint();
  const auto fresh = fingerprint();
  contacts.touch({{old, std::nullopt, at(0)}}, at(0));
  const WallTime later = at(2 * kKept.count());
  contacts.touch({{fresh, std::nullopt, later}}, later);
  EXPECT_TRUE(run<Result<std::size_t>>([&] { return store().purge(later); }));
  EXPECT_EQ(contacts.heard(old), std::nullopt);
  EXPECT_EQ(contacts.heard(fresh), later);
}

TEST_P(StoreConformance, ContactsSurviveARestart) {
  const auto phone = fingerprint();
  ContactCalls{store(), *thread_, partition_}.touch({{phone, std::nullopt, at(5)}}, at(5));
  restart();
  EXPECT_EQ((ContactCalls{store(), *thread_, partition_}.heard(phone)), at(5));
}

TEST_P(StoreConformance, AWebhookTellsOfManyContactsAndRepeatedTellsNothing) {
  ContactCalls contacts{store(), *thread_, partition_};
  std::vector<ContactTouch> touches(1'500);
  for (ContactTouch& touch : touches) touch = {fingerprint(), fingerprint(), at(3)};
  store::NewEvent event = ContactCalls::event(touches);
  EXPECT_TRUE(contacts.ingest(event, at(4)).appended);
  for (const std::size_t n : {std::size_t{0}, std::size_t{700}, touches.size() - 1}) {
    EXPECT_EQ(contacts.heard(*touches[n].phone), at(3));
    EXPECT_EQ(contacts.heard(*touches[n].user), at(3));
    EXPECT_EQ(contacts.phone_of(*touches[n].user), touches[n].phone);
  }
  event.touches = {{touches[0].phone, std::nullopt, at(9)}};
  EXPECT_FALSE(contacts.ingest(event, at(10)).appended);
  EXPECT_EQ(contacts.heard(*touches[0].phone), at(3));
}

}  // namespace
}  // namespace wac::testing
