#include "delivery/consumer_records.h"

#include "base/expose.h"
#include "config/snapshot.h"

namespace wac::delivery {
namespace {

constexpr store::RecordKind kState{"consumer"};
constexpr store::RecordKind kLetters{"deadletters"};
constexpr store::RecordKind kOrders{"orders"};

/// Twice as long as an event can be kept: what a consumer that is gone from the configuration left behind
/// ends.
constexpr Millis kLifetime{60LL * 86'400'000};
constexpr int kOrderTries = 5;

std::string context_of(const store::RecordKey& key) {
  return std::string{key.kind.name} + "|" + key.id.hex();
}

}  // namespace

store::RecordKey ConsumerRecords::key(const ConsumerName& name, store::RecordKind kind) {
  return {config::home_partition(name.tenant), kind,
          fingerprints_.of(crypto::Domain::kConsumer, {name.tenant.str(), name.consumer.str()})};
}

crypto::SealedBlob ConsumerRecords::seal(const store::RecordKey& key, std::string_view text) {
  return sealer_.seal(text, context_of(key));
}

Result<PersonalText> ConsumerRecords::open(const store::RecordKey& key, const store::Record& record) {
  return sealer_.open(record.value, context_of(key));
}

Task<Result<ConsumerRecords::Loaded>> ConsumerRecords::load(ConsumerName name) {
  const std::vector<store::RecordKey> keys{key(name, kState), key(name, kOrders)};
  const auto found = co_await records_.get(keys, loop_.wall_now());
  if (!found) co_return std::unexpected(found.error());
  Loaded loaded;
  if (const auto& record = found->front()) {
    const auto text = open(keys.front(), *record);
    if (!text) co_return std::unexpected(text.error());
    auto state = decode_state(expose(*text, Purpose::kValidate));
    if (!state) co_return std::unexpected(state.error());
    loaded.state = std::move(*state);
    loaded.version = record->version;
  }
  if (const auto& record = found->back()) {
    const auto text = open(keys.back(), *record);
    if (!text) co_return std::unexpected(text.error());
    const auto orders = decode_orders(expose(*text, Purpose::kValidate));
    if (!orders) co_return std::unexpected(orders.error());
    loaded.orders = *orders;
    loaded.orders_version = record->version;
  }
  co_return loaded;
}

Task<Result<std::uint64_t>> ConsumerRecords::save(ConsumerName name, ConsumerState state,
                                                  std::uint64_t expected) {
  const store::RecordKey at = key(name, kState);
  crypto::SealedBlob blob = seal(at, encode(state));
  co_return co_await records_.put(at, std::move(blob), expected, kLifetime, loop_.wall_now());
}

Task<Result<std::vector<DeadLetter>>> ConsumerRecords::letters(ConsumerName name) {
  const std::vector<store::RecordKey> keys{key(name, kLetters)};
  const auto found = co_await records_.get(keys, loop_.wall_now());
  if (!found) co_return std::unexpected(found.error());
  if (!found->front()) co_return std::vector<DeadLetter>{};
  const auto text = open(keys.front(), *found->front());
  if (!text) co_return std::unexpected(text.error());
  co_return decode_letters(expose(*text, Purpose::kValidate));
}

Task<Result<void>> ConsumerRecords::save_letters(ConsumerName name, std::vector<DeadLetter> letters) {
  const store::RecordKey at = key(name, kLetters);
  crypto::SealedBlob blob = seal(at, encode(letters));
  const auto saved = co_await records_.set(at, std::move(blob), kLifetime, loop_.wall_now());
  if (!saved) co_return std::unexpected(saved.error());
  co_return Result<void>{};
}

Task<Result<void>> ConsumerRecords::order(ConsumerName name, Orders orders) {
  const store::RecordKey at = key(name, kOrders);
  for (int i = 0; i < kOrderTries; ++i) {
    const auto loaded = co_await load(name);
    if (!loaded) co_return std::unexpected(loaded.error());
    Orders both = loaded->orders;
    both.resume |= orders.resume;
    both.redrive |= orders.redrive;
    if (orders.replay) both.replay = orders.replay;
    crypto::SealedBlob blob = seal(at, encode(both));
    const auto saved =
        co_await records_.put(at, std::move(blob), loaded->orders_version, kLifetime, loop_.wall_now());
    if (saved) co_return Result<void>{};
    if (saved.error().code != ErrorCode::kConflict) co_return std::unexpected(saved.error());
  }
  co_return fail(ErrorCode::kOverloaded, "orders of a consumer");
}

Task<Result<void>> ConsumerRecords::take_orders(ConsumerName name, std::uint64_t expected) {
  const store::RecordKey at = key(name, kOrders);
  crypto::SealedBlob blob = seal(at, encode(Orders{}));
  const auto saved = co_await records_.put(at, std::move(blob), expected, kLifetime, loop_.wall_now());
  if (!saved) co_return std::unexpected(saved.error());
  co_return Result<void>{};
}

}  // namespace wac::delivery
