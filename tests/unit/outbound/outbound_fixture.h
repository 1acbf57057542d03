#pragma once
// Outbound with a store in memory, a scripted Graph and time moved by hand.

#include "base/expose.h"
#include "memory_intent_store.h"
#include "outbound/dispatcher.h"
#include "outbound/outbound.h"
#include "support/manual_scheduler.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <deque>

namespace wac::outbound {

using store::IntentState;

/// Answers as told; a request without a scripted answer waits for answer_now().
class ScriptedGraph final : public Graph {
 public:
  struct Request {
    std::string body;
    OneShot<bool> answered;
  };
  std::deque<net::ClientResult> answers;
  std::vector<Request> requests;

  Task<net::ClientResult> send(const config::SenderEntry& /*sender*/, PersonalText body,
                               Deadline /*deadline*/) override {
    requests.push_back({std::string{expose(body, Purpose::kValidate)}, {}});
    const OneShot<bool> answered = requests.back().answered;
    if (answers.empty()) co_await answered;
    net::ClientResult result = std::move(answers.front());
    answers.pop_front();
    co_return result;
  }
};

inline net::ClientResult accepted(const std::string& wamid) {
  net::ClientResponse response;
  response.status = 200;
  response.body = R"({"messaging_product":"whatsapp","messages":[{"id":")" + wamid + "\"}]}";
  return response;
}

inline net::ClientResult refused(int code) {
  net::ClientResponse response;
  response.status = 400;
  response.body = R"({"error":{"message":"m","type":"OAuthException","code":)" + std::to_string(code) + "}}";
  return response;
}

inline net::ClientResult lost(net::Written written) {
  return std::unexpected(net::ClientFailure{{ErrorCode::kTimeout, 0, "test"}, written});
}

class OutboundFixture : public ::testing::Test {
 protected:
  OutboundFixture() { parts(); }

  Intent intent(const std::string& id = "01J9Z3NDEKTSV4RRFFQ69G5FAV", const std::string& body = "hello",
                const std::string& tenant = "acme") {
    Intent made;
    made.tenant = *TenantId::parse(tenant);
    made.id = *IntentId::parse(id);
    made.correlation = *CorrelationId::parse("test");
    made.dedupe_key = PersonalText{"key-" + id};
    made.type = MessageType::kText;
    const auto payload = boost::json::parse(R"({"type":"text","text":{"body":")" + body + "\"}}").as_object();
    made.content = make_content(payload, whatsapp::Recipient{Phone{"+15550001111"}}, "");
    return made;
  }

  /// Starts a submission; its result appears in `out` when it ends.
  void submit(Intent made, Wait wait, std::optional<Result<Outcome>>* out, Millis budget = Millis{25'000}) {
    scope_.spawn(keep(outbound_->submit(std::move(made), wait, Deadline{loop_.now() + budget}), out));
    loop_.run_ready();
  }
  static Task<void> keep(Task<Result<Outcome>> task, std::optional<Result<Outcome>>* out) {
    out->emplace(co_await std::move(task));
  }

  void parts() {
    config_.tenants.push_back({*TenantId::parse("acme"), {}});
    config_.tenants.back().senders.push_back({*SenderId::parse("106540352242922"), Secret{"token"}});
    directory_.emplace(config_);
    keyring_ = *crypto::Keyring::parse(crypto::Keyring::generate(random_));
    fingerprints_.emplace(keyring_->fingerprint_key());
    sealer_.emplace(keyring_, random_);
    log_ = telemetry::Logger::to_string(log_text_, telemetry::Severity::kDebug);
    make_outbound();
  }

  /// A second tenant, whose sender lives in the same partition as the first one's.
  void add_tenant() {
    SenderId other;
    for (std::uint64_t id = 200'000'000'000'000; other.empty(); ++id) {
      const auto candidate = *SenderId::parse(std::to_string(id));
      if (Partition::of(candidate) == Partition::of(config_.tenants[0].senders[0].id)) other = candidate;
    }
    config_.tenants.push_back({*TenantId::parse("other"), {}});
    config_.tenants.back().senders.push_back({other, Secret{"token"}});
    directory_.emplace(config_);
    make_outbound();
  }

  void make_outbound() {
    outbound_ = std::make_unique<Outbound>(
        OutboundParts{config_, *directory_, loop_, random_, store_, graph_, *fingerprints_, *sealer_, *log_,
                      metrics_.add_loop(),
                      [this](Partition partition, WallTime at) { woken_.emplace_back(partition, at); }});
  }

  config::Config config_;
  std::optional<config::Directory> directory_;
  testing::ManualScheduler loop_;
  testing::SeededRandom random_{11};
  testing::MemoryIntentStore store_;
  ScriptedGraph graph_;
  std::shared_ptr<const crypto::Keyring> keyring_;
  std::optional<crypto::Fingerprinter> fingerprints_;
  std::optional<crypto::Sealer> sealer_;
  std::string log_text_;
  std::shared_ptr<telemetry::Logger> log_;
  telemetry::MetricsRegistry metrics_;
  std::vector<std::pair<Partition, WallTime>> woken_;
  std::unique_ptr<Outbound> outbound_;
  TaskScope scope_;
};

}  // namespace wac::outbound
