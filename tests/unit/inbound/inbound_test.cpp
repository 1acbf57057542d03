#include "inbound/inbound.h"

#include "base/encoding.h"
#include "base/expose.h"
#include "store/attempt_id.h"
#include "support/manual_scheduler.h"
#include "support/memory_contacts.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <set>

namespace wac::inbound {
namespace {

using telemetry::Counter;

/// Keeps what it is given; can be switched off.
class MemoryEventLog final : public store::EventLog {
 public:
  std::map<Partition, std::vector<store::NewEvent>> appended;
  std::set<crypto::Fingerprint> seen;
  std::optional<Partition> broken;
  bool down = false;
  store::Ingested answer;  ///< for what is new
  store::EventRules rules;

  Task<Result<std::vector<store::Ingested>>> ingest(Partition partition, std::vector<store::NewEvent> events,
                                                    store::EventRules given, WallTime) override {
    rules = given;
    if (down || broken == partition) co_return fail(ErrorCode::kUnavailable, "test");
    std::vector<store::Ingested> out;
    for (auto& event : events) {
      const bool fresh = seen.insert(event.dedupe).second;
      out.push_back(fresh ? answer : store::Ingested{});
      out.back().appended = fresh;
      if (fresh) appended[partition].push_back(std::move(event));
    }
    co_return out;
  }
  Task<Result<store::EventPage>> read_after(TenantId, std::vector<Partition>, store::EventCursor,
                                            std::size_t) override {
    co_return store::EventPage{};
  }
  std::size_t count() const {
    std::size_t total = 0;
    for (const auto& [partition, events] : appended) total += events.size();
    return total;
  }
};

class InboundTest : public ::testing::Test {
 protected:
  /// Another tenant's sender that lives in the partition of the first one.
  static constexpr const char* kNeighbour = "106540352243020";

  InboundTest() {
    for (const auto& [tenant, sender] :
         {std::pair{"acme", "106540352242922"}, {"bolt", "106540352242923"}, {"cole", kNeighbour}}) {
      config_.tenants.push_back({*TenantId::parse(tenant), {}});
      config_.tenants.back().senders.push_back({*SenderId::parse(sender), Secret{"token"}});
    }
    config_.webhook_secrets.emplace_back("app-secret");
    directory_.emplace(config_);
    keyring_ = *crypto::Keyring::parse(crypto::Keyring::generate(random_));
    fingerprints_.emplace(keyring_->fingerprint_key());
    sealer_.emplace(keyring_, random_);
    log_ = telemetry::Logger::to_string(log_text_, telemetry::Severity::kDebug);
    inbound_ = std::make_unique<Inbound>(InboundParts{
        config_, *directory_, loop_, events_, *fingerprints_, *sealer_, *log_, metrics_.add_loop(),
        [this](const TenantId& tenant) { notified_.push_back(tenant); },
        [this](std::string_view account) { changed_.emplace_back(account); }, nullptr,
        [this](const SenderId& sender, const store::IntentKey& key) { refused_.emplace_back(sender, key); },
        [this](Partition partition, WallTime) { woken_.push_back(partition); }});
  }

  /// The tenants whose senders say so are on the account of notification().
  void put_on_account(std::initializer_list<std::size_t> tenants) {
    for (const std::size_t at : tenants) config_.tenants[at].senders[0].waba_id = "102290129340398";
    directory_->replace(config_);
  }
  static std::string notice() {
    return notification(R"({"field":"account_update","value":{"event":"ACCOUNT_DELETED"}})");
  }
  std::map<std::string, std::set<crypto::Fingerprint>> ids_by_tenant() const {
    std::map<std::string, std::set<crypto::Fingerprint>> ids;
    for (const auto& [partition, events] : events_.appended) {
      for (const auto& event : events) {
        EXPECT_EQ(partition, config::home_partition(event.tenant));
        ids[std::string{event.tenant.str()}].insert(event.dedupe);
      }
    }
    return ids;
  }

  Receipt receive(const std::string& body, std::string signature = "") {
    if (signature.empty()) {
      crypto::HmacSha256 mac{std::string_view{"app-secret"}};
      signature = "sha256=" + to_hex(mac.mac(body));
    }
    return testing::run_now(loop_, inbound_->receive(body, signature, ""));
  }

  static std::string change(const std::string& sender, const std::string& items) {
    return R"({"field":"messages","value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550783881",)"
           R"("phone_number_id":")" +
           sender + "\"}," + items + "}}";
  }
  static std::string notification(const std::string& changes) {
    return R"({"object":"whatsapp_business_account","entry":[{"id":"102290129340398","changes":[)" + changes +
           "]}]}";
  }
  static std::string message(const std::string& wamid) {
    return R"("messages":[{"from":"16505551234","id":")" + wamid +
           R"(","timestamp":"1739321024","type":"text","text":{"body":"planted"}}])";
  }

  config::Config config_;
  std::optional<config::Directory> directory_;
  testing::ManualScheduler loop_;
  testing::SeededRandom random_{5};
  MemoryEventLog events_;
  std::shared_ptr<const crypto::Keyring> keyring_;
  std::optional<crypto::Fingerprinter> fingerprints_;
  std::optional<crypto::Sealer> sealer_;
  std::string log_text_;
  std::shared_ptr<telemetry::Logger> log_;
  telemetry::MetricsRegistry metrics_;
  std::vector<TenantId> notified_;
  std::vector<std::string> changed_;
  std::vector<std::pair<SenderId, store::IntentKey>> refused_;
  std::vector<Partition> woken_;
  std::unique_ptr<Inbound> inbound_;
};

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

TEST_F(InboundTest, ItemsGoToTheirSendersTenantAndPartition) {
  const std::string body = notification(change("106540352242922", message("wamid.A")) + "," +
                                        change("106540352242923", message("wamid.B")) + "," +
                                        change("999999999999999", message("wamid.C")));
  EXPECT_EQ(receive(body), Receipt::kDurable);
  EXPECT_EQ(events_.count(), 3U);
  const auto second = Partition::of(*SenderId::parse("106540352242923"));
  ASSERT_EQ(events_.appended.count(second), 1U);
  EXPECT_EQ(events_.appended.at(second).front().tenant.str(), "bolt");
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

TEST_F(InboundTest, ANoticeIsTheEventOfEveryTenantOnItsAccount) {
  put_on_account({1, 2});
  EXPECT_EQ(receive(notice()), Receipt::kDurable);
  const auto ids = ids_by_tenant();
  ASSERT_EQ(ids.size(), 2U);
  ASSERT_TRUE(ids.contains("bolt") && ids.contains("cole"));
  EXPECT_NE(*ids.at("bolt").begin(), *ids.at("cole").begin());
  EXPECT_EQ(notified_.size(), 2U);
  EXPECT_EQ(receive(notice()), Receipt::kDurable);
  EXPECT_EQ(events_.count(), 2U) << "their ids are stable";
}

TEST_F(InboundTest, ANoticeOfAnAccountOfNobodyIsTheFallbackTenants) {
  EXPECT_EQ(receive(notice()), Receipt::kDurable);
  const auto before = ids_by_tenant();
  ASSERT_EQ(before.size(), 1U);
  ASSERT_TRUE(before.contains("acme"));
  // That it is on the account, as is another one, makes no new event of what it has.
  put_on_account({0, 1});
  EXPECT_EQ(receive(notice()), Receipt::kDurable);
  const auto after = ids_by_tenant();
  EXPECT_EQ(after.at("acme"), before.at("acme"));
  ASSERT_TRUE(after.contains("bolt"));
  EXPECT_NE(*after.at("bolt").begin(), *after.at("acme").begin());
}

TEST_F(InboundTest, AMessageToASenderOfNobodyIsTheFallbackTenantsWhateverItsAccount) {
  put_on_account({1});
  EXPECT_EQ(receive(notification(change("999999999999999", message("wamid.C")))), Receipt::kDurable);
  EXPECT_TRUE(ids_by_tenant().contains("acme"));
  EXPECT_EQ(events_.count(), 1U);
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
