#include "store/redis/redis_events.h"

#include "store/redis/keys.h"
#include "store/redis/replies.h"

#include <algorithm>

namespace wac::store::redis {
namespace {

using net::RedisCommand;
using net::RedisReply;

std::string text(Millis time) {
  return std::to_string(time.count());
}

/// What ingest.lua takes for one item.
constexpr std::size_t kSharedArguments = 8;
constexpr std::size_t kItemArguments = 12;
constexpr std::size_t kEvidenceArguments = 7;
constexpr Millis kTrimEvery{3'600'000};

/// As ingest.lua takes them: for each 16 bytes of the number, 16 of the user id (zeros: none), 13 digits of
/// the time.
std::string packed(const std::vector<ContactTouch>& touches) {
  constexpr std::size_t kSize = 2 * std::tuple_size_v<decltype(crypto::Fingerprint::bytes)> + 13;
  std::string text;
  text.reserve(touches.size() * kSize);
  for (const ContactTouch& touch : touches) {
    text += touch.phone.value_or(crypto::Fingerprint{}).raw();
    text += touch.user.value_or(crypto::Fingerprint{}).raw();
    const std::string time = std::to_string(std::max<std::int64_t>(to_millis(touch.at), 0));
    text.append(13 - std::min<std::size_t>(time.size(), 13), '0');
    text += time;
  }
  return text;
}

void append_item(std::vector<std::string>& args, NewEvent event) {
  args.emplace_back(event.dedupe.raw());
  args.emplace_back(event.tenant.str());
  args.emplace_back(event.sender.str());
  args.push_back(std::move(event.body.bytes));
  args.push_back(packed(event.touches));
  if (!event.evidence) {
    args.resize(args.size() + kEvidenceArguments);
    return;
  }
  Evidence& evidence = *event.evidence;
  args.push_back(std::to_string(static_cast<unsigned>(evidence.state)));
  args.emplace_back(evidence.by_message() ? std::string_view{} : evidence.key.raw());
  args.push_back(std::to_string(evidence.attempt));
  args.push_back(std::to_string(evidence.error_code));
  args.push_back(std::move(evidence.wamid.bytes));
  args.emplace_back(evidence.by_message() ? evidence.message.raw() : std::string_view{});
  args.push_back(std::move(evidence.pricing));
}

struct Entry {
  StreamId id;
  crypto::Fingerprint event;
  crypto::SealedBlob body;
};

/// [id, ["i", fingerprint, "b", body]]
std::optional<Entry> entry_from(const RedisReply& reply) {
  const auto id = StreamId::parse(reply[0].text());
  const RedisReply fields = reply[1];
  if (!id || fields.size() != 4 || fields[0].text() != "i" || fields[2].text() != "b") return std::nullopt;
  const auto event = crypto::Fingerprint::from_raw(fields[1].text());
  if (!event) return std::nullopt;
  return Entry{*id, *event, {std::string{fields[3].text()}}};
}

/// Sorted, without repetitions; nothing when one is no partition.
std::optional<std::vector<Partition>> proper(std::vector<Partition> partitions) {
  std::ranges::sort(partitions);
  const auto rest = std::ranges::unique(partitions);
  partitions.erase(rest.begin(), rest.end());
  if (!partitions.empty() && partitions.back().number >= Partition::kCount) return std::nullopt;
  return partitions;
}

}  // namespace

/// What was read ahead of one partition's stream.
struct RedisEvents::Lane {
  Partition partition;
  StreamId fetched;  ///< last entry fetched
  std::vector<Entry> entries = {};
  std::size_t next = 0;
  bool more = true;  ///< the stream may hold entries after `fetched`

  bool empty() const { return next == entries.size(); }
};

/// Now and then, when contacts are written anyway: the time before which they are forgotten. Else empty.
std::string RedisEvents::trim_before(Partition partition, const std::vector<NewEvent>& events,
                                     const EventRules& rules, WallTime now) {
  const bool touches =
      std::ranges::any_of(events, [](const NewEvent& event) { return !event.touches.empty(); });
  WallTime& next = next_trim_.at(partition.number);
  if (!touches || now < next) return {};
  next = now + kTrimEvery;
  return std::to_string(to_millis(now - rules.contact_retention));
}

Task<Result<std::vector<Ingested>>> RedisEvents::ingest(Partition partition, std::vector<NewEvent> events,
                                                        EventRules rules, WallTime now) {
  const std::string prefix = partition_prefix(partition);
  std::string trim = trim_before(partition, events, rules, now);
  std::vector<Session::Call> calls;
  for (std::size_t first = 0; first < events.size(); first += kItemsPerScript) {
    Session::Call call;
    call.keys = {queue_key(prefix, IntentState::kAccepted)};
    const std::size_t end = std::min(first + kItemsPerScript, events.size());
    call.args.reserve(kSharedArguments + (end - first) * kItemArguments);
    call.args.push_back(prefix);
    call.args.push_back(std::to_string(to_millis(now)));
    for (const Millis time :
         {rules.dedupe_retention, rules.event_retention, rules.intent_retention, rules.pending_retention,
          rules.contact_retention}) {
      call.args.push_back(text(time));
    }
    call.args.push_back(std::exchange(trim, {}));
    for (std::size_t at = first; at < end; ++at) append_item(call.args, std::move(events[at]));
    calls.push_back(std::move(call));
  }
  auto answers = co_await session_.eval_all(scripts_.ingest, std::move(calls));
  if (!answers) co_return std::unexpected(answers.error());
  std::vector<Ingested> ingested;
  ingested.reserve(events.size());
  for (const RedisReply& answer : *answers) {
    const std::size_t items = std::min(kItemsPerScript, events.size() - ingested.size());
    const auto appended = append_ingested(answer, items, ingested);
    if (!appended) co_return std::unexpected(appended.error());
  }
  co_return ingested;
}

Task<Result<EventPage>> RedisEvents::read_after(TenantId tenant, std::vector<Partition> partitions,
                                                EventCursor cursor, std::size_t limit) {
  auto readable = proper(std::move(partitions));
  if (!readable) co_return fail(ErrorCode::kInvalid, "not a partition");
  if (cursor.text == "$") co_return co_await position_now(std::move(tenant), std::move(*readable));
  auto position = EventPosition::parse(cursor.text);
  if (!position) co_return std::unexpected(position.error());

  std::vector<Lane> lanes;
  for (const Partition partition : *readable) lanes.emplace_back(partition, (*position)[partition]);
  const std::size_t wanted = std::min(limit, kEventsPerPage);
  // Enough for an even spread; a partition that turns out to hold more is asked again.
  std::size_t count = std::min(wanted, 2 * wanted / std::max<std::size_t>(lanes.size(), 1) + 8);
  EventPage page;
  while (page.events.size() < wanted) {
    const auto starved = [](const Lane& lane) { return lane.more && lane.empty(); };
    if (std::ranges::any_of(lanes, starved)) {
      const auto refilled = co_await refill(tenant, lanes, count);
      if (!refilled) co_return std::unexpected(refilled.error());
      count = std::min(wanted, count * 2);
    }
    Lane* oldest = nullptr;
    for (Lane& lane : lanes) {
      if (lane.empty()) continue;
      if (oldest == nullptr || lane.entries[lane.next].id < oldest->entries[oldest->next].id) oldest = &lane;
    }
    if (oldest == nullptr) break;
    Entry& entry = oldest->entries[oldest->next++];
    (*position)[oldest->partition] = entry.id;
    page.events.push_back({entry.event, std::move(entry.body), {position->text()}});
  }
  page.cursor.text = position->text();
  co_return page;
}

Task<Result<void>> RedisEvents::refill(const TenantId& tenant, std::vector<Lane>& lanes, std::size_t count) {
  std::vector<RedisCommand> commands;
  std::vector<Lane*> asked;
  for (Lane& lane : lanes) {
    if (!lane.more || !lane.empty()) continue;
    commands.emplace_back("XRANGE").arg(stream_key(partition_prefix(lane.partition), tenant));
    commands.back()
        .arg("(" + lane.fetched.text())
        .arg("+")
        .arg("COUNT")
        .arg(static_cast<std::int64_t>(count));
    asked.push_back(&lane);
  }
  auto answers = co_await session_.run_all(std::move(commands));
  if (!answers) co_return std::unexpected(answers.error());
  for (std::size_t at = 0; at < asked.size(); ++at) {
    Lane& lane = *asked[at];
    const RedisReply& answer = (*answers)[at];
    if (answer.kind() != RedisReply::Kind::kArray)
      co_return fail(ErrorCode::kCorrupt, "redis: answer of XRANGE");
    lane.entries.clear();
    lane.next = 0;
    lane.more = answer.size() >= count;
    for (std::size_t n = 0; n < answer.size(); ++n) {
      auto entry = entry_from(answer[n]);
      if (!entry) co_return fail(ErrorCode::kCorrupt, "redis: entry of a stream");
      lane.fetched = entry->id;
      lane.entries.push_back(std::move(*entry));
    }
  }
  co_return Result<void>{};
}

Task<Result<EventPage>> RedisEvents::position_now(TenantId tenant, std::vector<Partition> partitions) {
  std::vector<RedisCommand> commands;
  for (const Partition partition : partitions) {
    commands.emplace_back("XREVRANGE").arg(stream_key(partition_prefix(partition), tenant));
    commands.back().arg("+").arg("-").arg("COUNT").arg(std::int64_t{1});
  }
  auto answers = co_await session_.run_all(std::move(commands));
  if (!answers) co_return std::unexpected(answers.error());
  EventPosition position;
  for (std::size_t at = 0; at < partitions.size(); ++at) {
    const RedisReply& answer = (*answers)[at];
    if (answer.size() == 0) continue;
    const auto id = StreamId::parse(answer[0][0].text());
    if (!id) co_return fail(ErrorCode::kCorrupt, "redis: entry of a stream");
    position[partitions[at]] = *id;
  }
  co_return EventPage{.events = {}, .cursor = {position.text()}};
}

}  // namespace wac::store::redis
