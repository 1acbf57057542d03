#pragma once
// An Inbound over an event log in memory, and notifications to give it.

#include "base/encoding.h"
#include "base/expose.h"
#include "inbound/inbound.h"
#include "store/attempt_id.h"
#include "support/manual_scheduler.h"
#include "support/memory_contacts.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <set>

namespace wac::inbound {

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
        [this](Partition partition, WallTime) { woken_.push_back(partition); }, &flow_});
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
  store::EvidenceFlow flow_{WallTime{}};
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

}  // namespace wac::inbound
