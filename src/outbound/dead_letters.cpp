#include "outbound/dead_letters.h"

#include <algorithm>
#include <charconv>

namespace wac::outbound {
namespace {

using store::IntentRecord;

constexpr std::size_t kStorePage = 100;
/// Pages of the store looked at for one page of ours: a partition may hold many of other tenants.
constexpr std::size_t kPagesARead = 20;
/// Dead letters looked at for one redrive; those beyond are told as `more`.
constexpr std::size_t kMostExamined = 10'000;

/// "<partition>.<the store's cursor>".
struct Position {
  Partition partition;
  std::string within;
};

std::optional<Position> parse_position(const std::string& text) {
  Position position;
  const char* end = text.data() + text.size();
  const auto [dot, error] = std::from_chars(text.data(), end, position.partition.number);
  if (error != std::errc{} || dot == end || *dot != '.' || position.partition.number >= Partition::kCount)
    return std::nullopt;
  position.within.assign(dot + 1, end);
  return position;
}

std::string format_position(const Position& position) {
  return std::to_string(position.partition.number) + "." + position.within;
}

/// The place after a page of the store: further in the partition, or the next one's start.
std::optional<Position> after(const std::vector<Partition>& partitions, Partition current,
                              std::string within) {
  if (!within.empty()) return Position{current, std::move(within)};
  const auto next = std::ranges::upper_bound(partitions, current);
  if (next == partitions.end()) return std::nullopt;
  return Position{*next, {}};
}

}  // namespace

Task<Result<DeadLetterPage>> DeadLetters::read(TenantId tenant, std::string cursor, std::size_t limit) {
  DeadLetterPage page;
  const std::vector<Partition> partitions = parts_.directory.partitions_of(tenant);
  if (partitions.empty()) co_return page;
  std::optional<Position> at = Position{partitions.front(), {}};
  if (!cursor.empty()) at = parse_position(cursor);
  if (!at || !std::ranges::binary_search(partitions, at->partition))
    co_return fail(ErrorCode::kInvalid, "dead letter cursor");
  for (std::size_t i = 0; i < kPagesARead && at && page.records.size() < limit; ++i) {
    const std::size_t wanted = std::min(limit - page.records.size(), kStorePage);
    auto found = co_await parts_.store.dead_letters(at->partition, at->within, wanted);
    if (!found) co_return std::unexpected(found.error());
    for (IntentRecord& record : found->records) {
      if (record.tenant == tenant) page.records.push_back(std::move(record));
    }
    at = after(partitions, at->partition, std::move(found->cursor));
  }
  if (at) page.cursor = format_position(*at);
  co_return page;
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
