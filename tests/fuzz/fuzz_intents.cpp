// Any body of POST /v1/intents: either every broken rule is named by JSON pointer, or every intent is whole
// and its stored content reads back.

#include "api/intent_json.h"
#include "fuzz/fuzz.h"
#include "outbound/content.h"

namespace {

using namespace wac;

struct World {
  config::Config config;
  std::unique_ptr<config::Directory> directory;
  api::IntentDefaults defaults;

  World() {
    config.tenants.push_back({*TenantId::parse("acme"), {}});
    config.tenants.back().senders.push_back({*SenderId::parse("106540352242922"), Secret{"token"}});
    directory = std::make_unique<config::Directory>(config);
    defaults.tenant = *TenantId::parse("acme");
    defaults.correlation = *CorrelationId::parse("fuzz");
    defaults.now = from_millis(1'790'000'000'000);
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const World world;
  const auto request = api::parse_intents(testing::fuzz_text(data, size), world.defaults, *world.directory);
  for (const auto& error : request.errors) {
    testing::must(error.pointer.empty() || error.pointer.starts_with('/'));
    testing::must(!error.rule.empty());
  }
  if (!request.errors.empty()) return 0;
  testing::must(!request.intents.empty() && request.intents.size() <= api::kMaxIntents);
  for (const auto& parsed : request.intents) {
    const auto* intent = std::get_if<outbound::Intent>(&parsed);
    if (intent == nullptr) continue;
    const auto content = outbound::read_content(intent->content);
    testing::must(content.has_value());
    testing::must(content->recipient.has_value() || intent->type == outbound::MessageType::kMarkRead);
  }
  return 0;
}
