// event_dump FILE...: takes each file as the body of a signed webhook and prints the events it becomes, one
// line of JSON each: {"file":name,"event":…}. Everything in between is the real thing; key, time and trace
// are fixed, so that the same webhooks always give the same lines. For validate_events.py.

#include "base/encoding.h"
#include "base/expose.h"
#include "inbound/inbound.h"
#include "support/manual_scheduler.h"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

namespace {

using namespace wac;

constexpr std::string_view kSecret = "app-secret";
constexpr std::string_view kTrace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

class KeptEvents final : public store::EventLog {
 public:
  std::vector<store::NewEvent> events;

  Task<Result<std::vector<store::Ingested>>> ingest(Partition, std::vector<store::NewEvent> batch,
                                                    store::EventRules, WallTime) override {
    std::vector<store::Ingested> answers(batch.size(), store::Ingested{true, std::nullopt, false});
    std::ranges::move(batch, std::back_inserter(events));
    co_return answers;
  }
  Task<Result<store::EventPage>> read_after(TenantId, std::vector<Partition>, store::EventCursor,
                                            std::size_t) override {
    co_return store::EventPage{};
  }
};

config::Config make_config() {
  config::Config config;
  config.tenants.push_back({*TenantId::parse("acme"), {}});
  config.tenants.back().senders.push_back({*SenderId::parse("106540352242922"), Secret{"token"}});
  config.webhook_secrets.emplace_back(std::string{kSecret});
  return config;
}

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

class Dump {
 public:
  bool file(const std::filesystem::path& path) {
    const std::string body = content_of(path);
    crypto::HmacSha256 mac{kSecret};
    kept_.events.clear();
    const auto receipt =
        testing::run_now(loop_, inbound_.receive(body, "sha256=" + to_hex(mac.mac(body)), kTrace));
    if (receipt != inbound::Receipt::kDurable || kept_.events.empty()) return false;
    for (const store::NewEvent& event : kept_.events) {
      const auto opened = sealer_.open(event.body, store::event_context(event.dedupe));
      if (!opened) return false;
      std::cout << R"({"file":")" << path.stem().string() << R"(","event":)"
                << expose(*opened, Purpose::kValidate) << "}\n";
    }
    return true;
  }

 private:
  config::Config config_ = make_config();
  config::Directory directory_{config_};
  testing::ManualScheduler loop_;
  testing::SeededRandom random_{5};
  KeptEvents kept_;
  std::shared_ptr<const crypto::Keyring> keyring_ =
      *crypto::Keyring::parse(crypto::Keyring::generate(random_));
  crypto::Fingerprinter fingerprints_{keyring_->fingerprint_key()};
  crypto::Sealer sealer_{keyring_, random_};
  std::string log_text_;
  std::shared_ptr<telemetry::Logger> log_ =
      telemetry::Logger::to_string(log_text_, telemetry::Severity::kCritical);
  telemetry::MetricsRegistry metrics_;
  inbound::Inbound inbound_{
      {config_, directory_, loop_, kept_, fingerprints_, sealer_, *log_, metrics_.add_loop(), {}}};
};

}  // namespace

int main(int count, char** arguments) {
  Dump dump;
  for (int i = 1; i < count; ++i) {
    if (dump.file(arguments[i])) continue;
    std::cerr << arguments[i] << ": became no event\n";
    return 1;
  }
  return 0;
}
