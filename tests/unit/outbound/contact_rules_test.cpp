// What is known of the recipient decides before anything is spent, and Meta's answers add to it.

#include "outbound_fixture.h"
#include "support/memory_contacts.h"

namespace wac::outbound {
namespace {

constexpr Millis kHour{3'600'000};

class ContactRulesTest : public OutboundFixture {
 protected:
  ContactRulesTest() {
    contacts_.emplace(
        contacts::ContactsParts{contact_log_, records_, *fingerprints_, *sealer_, Millis{1'000'000'000}});
    OutboundParts parts{config_,
                        *directory_,
                        loop_,
                        random_,
                        store_,
                        graph_,
                        *fingerprints_,
                        *sealer_,
                        *log_,
                        metrics_.add_loop(),
                        [](Partition, WallTime) {}};
    parts.contacts = &*contacts_;
    parts.is_marketing = [](const config::SenderEntry&, std::string_view name, std::string_view) {
      return name == "promo";
    };
    outbound_ = std::make_unique<Outbound>(std::move(parts));
  }

  crypto::Fingerprint id(const std::string& phone = "+15550001111") {
    return contacts_->id_of(sender_, Phone{phone});
  }
  void user_wrote(Millis ago) { contact_log_.heard[{partition_, id()}] = loop_.wall_now() - ago; }
  Intent template_intent(const std::string& name) {
    Intent made = intent();
    made.type = MessageType::kTemplate;
    made.content = make_content(payload(name), whatsapp::Recipient{Phone{"+15550001111"}}, "");
    return made;
  }
  Intent with_fallback() {
    Intent made = intent();
    const auto text = boost::json::parse(R"({"type":"text","text":{"body":"hello"}})").as_object();
    const auto fallback = payload("hello_world");
    made.content = make_content(text, whatsapp::Recipient{Phone{"+15550001111"}}, "", &fallback);
    return made;
  }
  static boost::json::object payload(const std::string& name) {
    return boost::json::parse(R"({"type":"template","template":{"name":")" + name +
                              R"(","language":{"code":"en_US"}}})")
        .as_object();
  }
  store::IntentRecord sent(Intent made) {
    std::optional<Result<Outcome>> out;
    submit(std::move(made), Wait::kForOutcome, &out);
    EXPECT_TRUE(out && *out);
    return out && *out ? std::move((*out)->record) : store::IntentRecord{};
  }

  SenderId sender_ = *SenderId::parse("106540352242922");
  Partition partition_ = Partition::of(sender_);
  testing::MemoryContactLog contact_log_;
  testing::MemoryRecords records_;
  std::optional<contacts::Contacts> contacts_;
};

TEST_F(ContactRulesTest, AClosedWindowRefusesBeforeAnythingIsSpent) {
  user_wrote(25 * kHour);
  const auto record = sent(intent());
  EXPECT_EQ(record.state, IntentState::kFailed);
  EXPECT_EQ(record.error_code, whatsapp::code_of(whatsapp::LocalError::kWindowClosed));
  EXPECT_TRUE(graph_.requests.empty());
  EXPECT_EQ(store_.only().progress.state, IntentState::kFailed);
  EXPECT_EQ(store_.only().progress.error_code, whatsapp::code_of(whatsapp::LocalError::kWindowClosed));
}

TEST_F(ContactRulesTest, AnOpenAndAnUnknownWindowLetEverythingPass) {
  graph_.answers.push_back(accepted("wamid.A"));
  EXPECT_EQ(sent(intent()).state, IntentState::kSent);
  user_wrote(23 * kHour);
  graph_.answers.push_back(accepted("wamid.B"));
  EXPECT_EQ(sent(intent("01J9Z3NDEKTSV4RRFFQ69G5FAW")).state, IntentState::kSent);
}

TEST_F(ContactRulesTest, WhatCannotBeLookedUpIsMetasToDecide) {
  user_wrote(25 * kHour);
  contact_log_.down = true;
  graph_.answers.push_back(accepted("wamid.A"));
  EXPECT_EQ(sent(intent()).state, IntentState::kSent);
}

TEST_F(ContactRulesTest, AClosedWindowTakesTheFallback) {
  user_wrote(25 * kHour);
  graph_.answers.push_back(accepted("wamid.A"));
  const auto record = sent(with_fallback());
  EXPECT_EQ(record.state, IntentState::kSent);
  EXPECT_EQ(record.error_code, 0U);
  EXPECT_TRUE(record.alternative);
  ASSERT_EQ(graph_.requests.size(), 1U);
  const auto body = boost::json::parse(graph_.requests[0].body).as_object();
  EXPECT_EQ(body.at("type"), "template");
  EXPECT_FALSE(body.contains("text"));
  EXPECT_FALSE(body.contains("fallback"));
  EXPECT_TRUE(store_.only().progress.alternative);
}

TEST_F(ContactRulesTest, AWindowThatOnlyMetaKnowsToBeClosedTakesTheFallbackToo) {
  graph_.answers.push_back(refused(131047));
  graph_.answers.push_back(accepted("wamid.A"));
  const auto record = sent(with_fallback());
  EXPECT_EQ(record.state, IntentState::kSent);
  EXPECT_EQ(record.error_code, 0U);
  EXPECT_EQ(record.attempt, 1U);
  EXPECT_TRUE(record.alternative);
  ASSERT_EQ(graph_.requests.size(), 2U);
  EXPECT_EQ(boost::json::parse(graph_.requests[0].body).at("type"), "text");
  EXPECT_EQ(boost::json::parse(graph_.requests[1].body).at("type"), "template");
}

TEST_F(ContactRulesTest, MetasWordOnAFallbackAndOnWhatHasNoneIsTheLast) {
  graph_.answers.push_back(refused(131047));
  EXPECT_EQ(sent(intent()).error_code, 131047U);
  graph_.answers.push_back(refused(131047));
  graph_.answers.push_back(refused(131047));
  Intent made = with_fallback();
  made.id = *IntentId::parse("01J9Z3NDEKTSV4RRFFQ69G5FAW");
  made.dedupe_key = PersonalText{"another"};
  EXPECT_EQ(sent(std::move(made)).state, IntentState::kFailed);
  EXPECT_EQ(graph_.requests.size(), 3U);
}

TEST_F(ContactRulesTest, AFallbackThatComesTooLateForTheLeaseWaitsForAnother) {
  std::optional<Result<Outcome>> out;
  submit(with_fallback(), Wait::kForOutcome, &out, Millis{1});
  loop_.advance(config_.lease - config_.graph_timeout);
  graph_.answers.push_back(refused(131047));
  graph_.requests.at(0).answered.set(true);
  loop_.run_ready();
  EXPECT_EQ(graph_.requests.size(), 1U);
  EXPECT_EQ(store_.only().progress.state, IntentState::kRetryWait);
  EXPECT_EQ(store_.only().progress.uncounted, 0U) << "or it could go on like this for ever";
}

TEST_F(ContactRulesTest, WhatWaitsHasTakenNoFallback) {
  user_wrote(25 * kHour);
  config_.redis_wait = 1;
  store_.fail_starts = Error{ErrorCode::kUnavailable, 0, "test"};
  std::optional<Result<Outcome>> out;
  submit(with_fallback(), Wait::kForOutcome, &out, Millis{100});
  loop_.advance(Millis{100});
  EXPECT_EQ(store_.only().progress.state, IntentState::kRetryWait);
  EXPECT_TRUE(graph_.requests.empty());
  EXPECT_FALSE(store_.only().progress.alternative);
}

TEST_F(ContactRulesTest, AnOpenWindowLeavesTheFallback) {
  user_wrote(kHour);
  graph_.answers.push_back(accepted("wamid.A"));
  const auto record = sent(with_fallback());
  EXPECT_FALSE(record.alternative);
  EXPECT_EQ(boost::json::parse(graph_.requests.at(0).body).at("type"), "text");
}

TEST_F(ContactRulesTest, AFallbackThatMetaRefusesIsStillSaidToHaveBeenTheFallback) {
  user_wrote(25 * kHour);
  graph_.answers.push_back(refused(132001));
  const auto record = sent(with_fallback());
  EXPECT_EQ(record.state, IntentState::kFailed);
  EXPECT_EQ(record.error_code, 132001U);
  EXPECT_TRUE(record.alternative);
}

TEST_F(ContactRulesTest, OfAGroupNothingIsAskedAndNothingIsLearnt) {
  user_wrote(25 * kHour);
  Intent made = intent();
  const auto payload = boost::json::parse(R"({"type":"text","text":{"body":"hello"}})").as_object();
  made.content = make_content(payload, whatsapp::Recipient{whatsapp::GroupId{"Y2FwaV9ncm91cDox"}}, "");
  contact_log_.down = true;
  graph_.answers.push_back(accepted("wamid.A"));
  EXPECT_EQ(sent(std::move(made)).state, IntentState::kSent);
  const auto body = boost::json::parse(graph_.requests.at(0).body).as_object();
  EXPECT_EQ(body.at("recipient_type"), "group");
  EXPECT_EQ(body.at("to"), "Y2FwaV9ncm91cDox");
}

TEST_F(ContactRulesTest, AQueuedIntentIsHeldToItToo) {
  user_wrote(25 * kHour);
  std::optional<Result<Outcome>> out;
  submit(intent(), Wait::kForRecord, &out);
  ASSERT_TRUE(out && *out);
  EXPECT_EQ((*out)->record.state, IntentState::kAccepted);
  auto batch =
      testing::run_now(loop_, store_.take_due(partition_, 10, outbound_->due_rules(), loop_.wall_now()));
  ASSERT_TRUE(batch);
  ASSERT_EQ(batch->items.size(), 1U);
  scope_.spawn(outbound_->process(std::move(batch->items[0]), Slot{}));
  loop_.run_ready();
  EXPECT_EQ(store_.only().progress.state, IntentState::kFailed);
  EXPECT_TRUE(graph_.requests.empty());
}

TEST_F(ContactRulesTest, ATemplateAsksForNothingUnlessItIsMarketing) {
  user_wrote(25 * kHour);
  const int before = contact_log_.calls;
  graph_.answers.push_back(accepted("wamid.A"));
  EXPECT_EQ(sent(template_intent("hello_world")).state, IntentState::kSent);
  EXPECT_EQ(contact_log_.calls, before);
}

TEST_F(ContactRulesTest, AStopThatMetaTellsRefusesTheNextMarketing) {
  graph_.answers.push_back(refused(131050));
  EXPECT_EQ(sent(template_intent("promo")).state, IntentState::kFailed);
  EXPECT_EQ(graph_.requests.size(), 1U);
  Intent second = template_intent("promo");
  second.id = *IntentId::parse("01J9Z3NDEKTSV4RRFFQ69G5FAW");
  second.dedupe_key = PersonalText{"second"};
  const auto record = sent(std::move(second));
  EXPECT_EQ(record.error_code, whatsapp::code_of(whatsapp::LocalError::kOptedOut));
  EXPECT_EQ(graph_.requests.size(), 1U);
  Intent third = template_intent("hello_world");
  third.id = *IntentId::parse("01J9Z3NDEKTSV4RRFFQ69G5FAX");
  third.dedupe_key = PersonalText{"third"};
  graph_.answers.push_back(accepted("wamid.A"));
  EXPECT_EQ(sent(std::move(third)).state, IntentState::kSent) << "other categories may go";
}

TEST_F(ContactRulesTest, TheNumberAsWhatsAppKnowsItIsLearnedFromTheAnswer) {
  net::ClientResponse response;
  response.status = 200;
  response.body = R"({"messaging_product":"whatsapp","contacts":[{"input":"+15550001111","wa_id":"15559"}],)"
                  R"("messages":[{"id":"wamid.A"}]})";
  graph_.answers.emplace_back(std::move(response));
  EXPECT_EQ(sent(intent()).state, IntentState::kSent);
  EXPECT_EQ(records_.writes, 1);
  contact_log_.heard[{partition_, id("15559")}] = loop_.wall_now() - 25 * kHour;
  EXPECT_EQ(sent(intent("01J9Z3NDEKTSV4RRFFQ69G5FAW")).error_code,
            whatsapp::code_of(whatsapp::LocalError::kWindowClosed));
}

TEST_F(ContactRulesTest, TheUsualAnswerIsNothingNew) {
  net::ClientResponse response;
  response.status = 200;
  response.body =
      R"({"messaging_product":"whatsapp","contacts":[{"input":"+15550001111","wa_id":"15550001111"}],)"
      R"("messages":[{"id":"wamid.A"}]})";
  graph_.answers.emplace_back(std::move(response));
  EXPECT_EQ(sent(intent()).state, IntentState::kSent);
  EXPECT_EQ(records_.writes, 0);
  EXPECT_EQ(store_.calls, 2U) << "one claim, one settle";
}

}  // namespace
}  // namespace wac::outbound
