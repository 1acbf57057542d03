#include "store/sqlite/intent_columns.h"

#include "store/sqlite/timeline.h"

namespace wac::store::sqlite {
namespace {

constexpr std::string_view kProgress =
    "row, on_unknown, age_from, expires_at, state, attempt, token, updated, due, forget_at, "
    "error_code, upstream_status, duplicates, message_attempt, counted, timeline, pricing, hold, uncounted, "
    "alternative, preparation, key, tenant, sender, recipient, priority, ready, lane";
constexpr std::string_view kIdentity = ", body, id, correlation, created, wamid";

constexpr int kFirstPlace = 21;
constexpr int kFirstIdentity = kFirstPlace + 7;
constexpr int kWamid = kFirstIdentity + 4;

std::uint32_t small(const Query& query, int column) {
  return static_cast<std::uint32_t>(query.integer(column));
}

std::optional<std::int64_t> optional_integer(const Query& query, int column) {
  if (query.is_null(column)) return std::nullopt;
  return query.integer(column);
}

bool read_progress(const Query& query, Progress& progress) {
  progress.on_unknown = query.integer(1) == 0 ? OnUnknown::kHold : OnUnknown::kResend;
  progress.age_from = query.time(2);
  progress.expires_at = query.optional_time(3);
  const auto state = intent_state_from(static_cast<std::uint8_t>(query.integer(4)));
  progress.attempt = small(query, 5);
  progress.token = static_cast<std::uint64_t>(query.integer(6));
  progress.updated = query.time(7);
  progress.due = query.time(8);
  progress.forget_at = query.optional_time(9);
  progress.error_code = small(query, 10);
  progress.upstream_status = small(query, 11);
  progress.duplicates = small(query, 12);
  progress.message_attempt = small(query, 13);
  progress.counted = static_cast<std::uint64_t>(query.integer(14));
  auto timeline = decode_timeline(query.bytes(15));
  progress.pricing = query.bytes(16);
  const auto hold = hold_from(static_cast<std::uint8_t>(query.integer(17)));
  progress.uncounted = small(query, 18);
  progress.alternative = query.integer(19) != 0;
  const auto preparation = preparation_from(static_cast<std::uint8_t>(query.integer(20)));
  if (!state || !timeline || !hold || !preparation) return false;
  progress.preparation = *preparation;
  progress.state = *state;
  progress.timeline = std::move(*timeline);
  progress.hold = *hold;
  return true;
}

bool read_place(const Query& query, Place& place) {
  const auto key = IntentKey::from_raw(query.bytes(kFirstPlace));
  const auto tenant = TenantId::parse(query.bytes(kFirstPlace + 1));
  if (!key || !tenant) return false;
  place.key = *key;
  place.tenant = *tenant;
  // This one may be empty, which is not a value that parses.
  place.sender = SenderId::parse(query.bytes(kFirstPlace + 2)).value_or(SenderId{});
  if (!query.is_null(kFirstPlace + 3)) {
    const auto recipient = crypto::Fingerprint::from_raw(query.bytes(kFirstPlace + 3));
    if (!recipient) return false;
    place.recipient = *recipient;
  }
  place.priority = query.integer(kFirstPlace + 4) == 0 ? Priority::kNormal : Priority::kHigh;
  place.ready = optional_integer(query, kFirstPlace + 5);
  place.lane = optional_integer(query, kFirstPlace + 6);
  return true;
}

bool read_identity(const Query& query, const Place& place, IntentRecord& out) {
  const auto body = crypto::Fingerprint::from_raw(query.bytes(kFirstIdentity));
  const auto id = IntentId::parse(query.bytes(kFirstIdentity + 1));
  if (!body || !id) return false;
  out.key = place.key;
  out.body = *body;
  out.tenant = place.tenant;
  out.id = *id;
  out.sender = place.sender;
  out.recipient = place.recipient;
  out.priority = place.priority;
  // This one may be empty, which is not a value that parses.
  out.correlation = CorrelationId::parse(query.bytes(kFirstIdentity + 2)).value_or(CorrelationId{});
  out.created = query.time(kFirstIdentity + 3);
  out.wamid.bytes = query.bytes(kWamid);
  return true;
}

bool read_base(const Query& query, IntentRow& row) {
  row.row = query.integer(0);
  return read_progress(query, row.progress) && read_place(query, row.place);
}

}  // namespace

const int kAfterIdentity = kWamid + 1;

std::string select_progress(std::string_view rest) {
  return std::string{"SELECT "}.append(kProgress).append(rest);
}

std::string select_full(std::string_view rest) {
  return std::string{"SELECT "}.append(kProgress).append(kIdentity).append(rest);
}

std::optional<IntentRow> read_row(Connection& connection, const Query& query) {
  IntentRow row;
  if (read_base(query, row)) return row;
  connection.note_corrupt("sqlite: an intent's row");
  return std::nullopt;
}

std::optional<FullIntentRow> read_full(Connection& connection, const Query& query) {
  FullIntentRow full;
  if (!read_base(query, full) || !read_identity(query, full.place, full.record)) {
    connection.note_corrupt("sqlite: an intent's row");
    return std::nullopt;
  }
  show(full.progress, full.record);
  return full;
}

}  // namespace wac::store::sqlite
