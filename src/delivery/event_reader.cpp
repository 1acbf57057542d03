#include "delivery/event_reader.h"

namespace wac::delivery {
namespace {

using telemetry::Field;
using telemetry::Severity;

/// Others may have been appended in front of an event since its cursor was taken, by hosts whose clocks
/// differ.
constexpr std::size_t kFindWithin = 200;

}  // namespace

Task<Result<store::EventPage>> EventReader::page(TenantId tenant, std::string cursor, std::size_t limit) {
  std::vector<Partition> partitions = directory_.partitions_of(tenant);
  co_return co_await log_.read_after(std::move(tenant), std::move(partitions), {std::move(cursor)}, limit);
}

std::optional<std::pair<PersonalText, EventView>> EventReader::open(const TenantId& tenant,
                                                                    const store::StoredEvent& event) {
  auto text = sealer_.open(event.body, store::event_context(event.id));
  if (!text) {
    // It stays in the log; who reads on must not be stopped by it.
    logger_.log(Severity::kCritical, "stored event cannot be opened", Field{"eventId", event.id},
                Field{"tenantId", tenant}, Field{"error", text.error()});
    return std::nullopt;
  }
  auto view = view_event(*text, fingerprints_);
  if (!view) {
    logger_.log(Severity::kCritical, "stored event is no event", Field{"eventId", event.id},
                Field{"tenantId", tenant});
    return std::nullopt;
  }
  return std::pair(std::move(*text), std::move(*view));
}

Task<Result<std::size_t>> EventReader::fill(Window& window, const config::ConsumerEntry& consumer,
                                            const std::optional<ReplayRange>& range, std::size_t limit) {
  auto read = co_await page(consumer.tenant, window.end(), limit);
  if (!read) co_return std::unexpected(read.error());
  for (store::StoredEvent& event : read->events) {
    auto opened = open(consumer.tenant, event);
    const bool wanted =
        opened && wants(consumer.config, opened->second) && (!range || range->contains(opened->second.time));
    if (!wanted) {
      window.skip(event.id, std::move(event.cursor.text));
      continue;
    }
    PendingEvent pending;
    pending.id = event.id;
    pending.before = window.end();
    pending.after = std::move(event.cursor.text);
    pending.body = std::move(opened->first);
    pending.type = std::move(opened->second.type);
    pending.conversation = opened->second.conversation;
    pending.time = opened->second.time;
    window.add(std::move(pending), loop_.now());
  }
  window.read_to(std::move(read->cursor.text));
  if (read->events.empty()) window.caught_up();
  co_return read->events.size();
}

Task<Result<std::optional<std::pair<PersonalText, EventView>>>> EventReader::find(TenantId tenant,
                                                                                  std::string before,
                                                                                  crypto::Fingerprint id) {
  std::optional<std::pair<PersonalText, EventView>> found;
  auto read = co_await page(tenant, std::move(before), kFindWithin);
  if (!read) co_return std::unexpected(read.error());
  for (const store::StoredEvent& event : read->events) {
    if (event.id != id) continue;
    found = open(tenant, event);
    break;
  }
  co_return found;
}

Task<Result<std::string>> EventReader::now(TenantId tenant) {
  auto read = co_await page(std::move(tenant), "$", 1);
  if (!read) co_return std::unexpected(read.error());
  co_return std::move(read->cursor.text);
}

}  // namespace wac::delivery
