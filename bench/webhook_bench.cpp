// What the service itself spends on a webhook before the store: signature, parsing, events, sealing. Goal: at
// most 4 us an item in a batch of 1000, so that with the store it stays below 6.

#include "base/encoding.h"
#include "inbound/inbound.h"
#include "store/attempt_id.h"

#include <benchmark/benchmark.h>

#include <string>

namespace {

using namespace wac;

/// Takes everything and keeps nothing.
class Sink final : public store::EventLog {
 public:
  Task<Result<std::vector<store::Ingested>>> ingest(Partition, std::vector<store::NewEvent> events,
                                                    store::EventRules, WallTime) override {
    benchmark::DoNotOptimize(events);
    co_return std::vector<store::Ingested>(events.size(), {true, std::nullopt, false});
  }
  Task<Result<store::EventPage>> read_after(TenantId, std::vector<Partition>, store::EventCursor,
                                            std::size_t) override {
    co_return store::EventPage{};
  }
};

/// Nothing waits here, so nothing is ever scheduled.
class Clocks final : public Scheduler {
 public:
  MonoTime now() const override { return std::chrono::steady_clock::now(); }
  WallTime wall_now() const override { return from_millis(1'790'000'000'000); }
  void post(Callback callback) override { callback(); }
  TimerId call_at(MonoTime, Callback) override { return 1; }
  void cancel(TimerId) override {}
};

constexpr std::string_view kSecret = "app-secret";

std::string message(const std::string& number) {
  return R"({"from":")" + number +
         R"(","from_user_id":"US.13491208655302741918","id":"wamid.HBgLMTY1MDU1NTEyMzQVAgASGBQzQTdCNTg5RjY1MEMyRjlGMjRGNgA)" +
         number +
         R"(","timestamp":"1739321024","type":"text","text":{"body":"Does it come in another colour? I would prefer the dark green one."}})";
}

std::string status(const std::string& number) {
  return R"({"id":"wamid.HBgLMTY1MDU1NTEyMzQVAgARGBI5QTNDQTVCM0Q0Q0Q2RTY3RTcA)" + number +
         R"(","status":"delivered","timestamp":"1739321024","recipient_id":")" + number +
         R"(","recipient_user_id":"US.13491208655302741918","biz_opaque_callback_data":")" +
         store::format_attempt_id({crypto::Fingerprint{}, 1}) +
         R"(","pricing":{"billable":true,"pricing_model":"PMP","type":"regular","category":"utility"}})";
}

std::string notification(int count, const char* list, std::string (*item)(const std::string&)) {
  std::string items;
  for (int i = 0; i < count; ++i) {
    if (i != 0) items += ',';
    items += item(std::to_string(16505550000 + i));
  }
  return R"({"object":"whatsapp_business_account","entry":[{"id":"102290129340398","changes":[{"value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550783881","phone_number_id":"106540352242922"},")" +
         std::string{list} + "\":[" + items + R"(]},"field":"messages"}]}]})";
}

config::Config make_config() {
  config::Config config;
  config.tenants.push_back({*TenantId::parse("acme"), {}});
  config.tenants.back().senders.push_back({*SenderId::parse("106540352242922"), Secret{"token"}});
  config.webhook_secrets.emplace_back(std::string{kSecret});
  return config;
}

Task<void> receive(inbound::Inbound& inbound, std::string_view body, std::string_view signature,
                   bool* durable) {
  const auto receipt = co_await inbound.receive(body, signature, {});
  *durable = receipt == inbound::Receipt::kDurable;
}

void receive_webhooks(benchmark::State& state, const std::string& body) {
  const config::Config config = make_config();
  const config::Directory directory{config};
  Clocks loop;
  Sink sink;
  const auto random = make_system_random();
  const std::shared_ptr<const crypto::Keyring> keyring =
      *crypto::Keyring::parse(crypto::Keyring::generate(*random));
  crypto::Fingerprinter fingerprints{keyring->fingerprint_key()};
  crypto::Sealer sealer{keyring, *random};
  std::string log_text;
  const auto log = telemetry::Logger::to_string(log_text, telemetry::Severity::kCritical);
  telemetry::MetricsRegistry metrics;
  inbound::Inbound inbound{
      {config, directory, loop, sink, fingerprints, sealer, *log, metrics.add_loop(), {}}};
  crypto::HmacSha256 mac{kSecret};
  const std::string signature = "sha256=" + to_hex(mac.mac(body));
  for (auto _ : state) {
    bool durable = false;
    TaskScope scope;
    scope.spawn(receive(inbound, body, signature, &durable));
    if (!durable) state.SkipWithError("not durable");
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(body.size()));
}

void receive_messages(benchmark::State& state) {
  receive_webhooks(state, notification(static_cast<int>(state.range(0)), "messages", message));
}
BENCHMARK(receive_messages)->Arg(1)->Arg(1000);

void receive_statuses(benchmark::State& state) {
  receive_webhooks(state, notification(static_cast<int>(state.range(0)), "statuses", status));
}
BENCHMARK(receive_statuses)->Arg(1)->Arg(1000);

}  // namespace
