#include "outbound/dead_letters.h"

#include <algorithm>
#include <charconv>

namespace wac::outbound {
namespace {

using store::IntentRecord;

constexpr std::size_t kStorePage = 100;
constexpr std::size_t kSmallestRead = 16;
/// How often partitions are read on for one page of ours: they may hold many of other tenants.
constexpr std::size_t kReads = 20;
/// Dead letters looked at for one redrive; those beyond are told as `more`.
constexpr std::size_t kMostExamined = 10'000;

/// The store's cursor behind this record, in whichever partition.
std::string place_of(const IntentRecord& record) {
  return std::to_string(to_millis(record.updated)) + '-' + record.key.hex();
}

bool is_place(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos || dash == 0) return false;
  std::int64_t updated = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + dash, updated);
  return error == std::errc{} && end == text.data() + dash &&
         store::IntentKey::from_hex(text.substr(dash + 1));
}

/// As the store orders them.
bool comes_before(const IntentRecord& a, const IntentRecord& b) {
  return a.updated != b.updated ? a.updated > b.updated : b.key < a.key;
}

}  // namespace

Task<Result<DeadLetterPage>> DeadLetters::read(TenantId tenant, std::string cursor, std::size_t limit) {
  if (!cursor.empty() && !is_place(cursor)) co_return fail(ErrorCode::kInvalid, "dead letter cursor");
  DeadLetterPage page;
  std::vector<Lane> lanes;
  for (const Partition partition : parts_.directory.partitions_of(tenant)) {
    lanes.push_back({partition, cursor});
  }
  if (lanes.empty()) co_return page;
  // Enough for an even spread; a partition that turns out to hold more is asked again.
  const std::size_t count = std::clamp(2 * limit / lanes.size(), kSmallestRead, kStorePage);
  const auto starves = [](const Lane& lane) { return lane.more && lane.empty(); };
  page.cursor = std::move(cursor);
  for (std::size_t reads = 0; page.records.size() < limit;) {
    if (std::ranges::any_of(lanes, starves)) {
      if (reads++ == kReads) co_return page;
      const auto refilled = co_await refill(&lanes, count);
      if (!refilled) co_return std::unexpected(refilled.error());
      continue;
    }
    Lane* newest = nullptr;
    for (Lane& lane : lanes) {
      if (lane.empty()) continue;
      const bool first =
          newest == nullptr || comes_before(lane.records[lane.next], newest->records[newest->next]);
      if (first) newest = &lane;
    }
    if (newest == nullptr) break;
    IntentRecord& record = newest->records[newest->next++];
    page.cursor = place_of(record);
    if (record.tenant == tenant) page.records.push_back(std::move(record));
  }
  const bool all = std::ranges::all_of(lanes, [](const Lane& lane) { return lane.empty() && !lane.more; });
  if (all) page.cursor.clear();
  co_return page;
}

Task<Result<void>> DeadLetters::refill(std::vector<Lane>* lanes, std::size_t count) {
  std::optional<Error> failure;
  TaskScope scope;
  for (Lane& lane : *lanes) {
    if (lane.more && lane.empty()) scope.spawn(refill_one(&lane, count, &failure));
  }
  co_await scope.join();
  if (failure) co_return std::unexpected(*failure);
  co_return Result<void>{};
}

Task<void> DeadLetters::refill_one(Lane* lane, std::size_t count, std::optional<Error>* failure) {
  auto found = co_await parts_.store.dead_letters(lane->partition, lane->cursor, count);
  if (!found) {
    *failure = found.error();
    co_return;
  }
  lane->records = std::move(found->records);
  lane->next = 0;
  lane->cursor = std::move(found->cursor);
  lane->more = !lane->cursor.empty();
}

Task<Result<RedriveResult>> DeadLetters::redrive(TenantId tenant, RedriveOrder order) {
  RedriveResult result;
  std::string cursor;
  std::size_t examined = 0;
  do {
    auto page = co_await read(tenant, std::move(cursor), kStorePage);
    if (!page) co_return std::unexpected(page.error());
    examined += page->records.size();
    for (IntentRecord& record : page->records) {
      if (order.error_code && record.error_code != *order.error_code) continue;
      if (result.matched == order.limit) {
        result.more = true;
        co_return result;
      }
      ++result.matched;
      if (order.run == RedriveOrder::Run::kDry) continue;
      const auto redriven = co_await redrive_one(std::move(record));
      if (!redriven) co_return std::unexpected(redriven.error());
      if (*redriven) ++result.redriven;
    }
    cursor = std::move(page->cursor);
    result.more = !cursor.empty();
  } while (!cursor.empty() && examined < kMostExamined);
  co_return result;
}

Task<Result<bool>> DeadLetters::redrive_one(IntentRecord record) {
  const Partition partition = Partition::of(record.sender);
  const WallTime now = parts_.loop.wall_now();
  const auto done = co_await parts_.store.command(partition, record.key, store::Command::kRedrive,
                                                  parts_.config.intent_retention, now);
  if (done) {
    parts_.wake(partition, now);
    co_return true;
  }
  const bool gone = done.error().code == ErrorCode::kConflict || done.error().code == ErrorCode::kNotFound;
  if (gone) co_return false;
  co_return std::unexpected(done.error());
}

}  // namespace wac::outbound
