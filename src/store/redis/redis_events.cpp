#include "store/redis/redis_events.h"

#include "store/redis/keys.h"
#include "store/redis/replies.h"

#include <algorithm>

namespace wac::store::redis {
namespace {

using net::RedisCommand;
using net::RedisReply;

/// What ingest.lua takes for one item.
constexpr std::size_t kItemWords = 12;
constexpr std::size_t kEvidenceWords = 7;
/// Of an item, beside its sealed parts.
constexpr std::size_t kItemBytes = 256;
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

net::RedisWords shared_words(std::string_view prefix, const EventRules& rules, std::string_view trim,
                             WallTime now) {
  net::RedisWords words;
  words.arg(prefix).arg(to_millis(now));
  words.arg(rules.dedupe_retention.count())
      .arg(rules.event_retention.count())
      .arg(rules.intent_retention.count())
      .arg(rules.pending_retention.count());
  words.arg(rules.contact_retention.count()).arg(trim);
  return words;
}

std::size_t size_of(const NewEvent& event) {
  return kItemBytes + event.body.bytes.size() + (event.evidence ? event.evidence->wamid.bytes.size() : 0);
}

void append_item(net::RedisWords& words, const NewEvent& event) {
  words.arg(event.dedupe.raw()).arg(event.tenant.str()).arg(event.sender.str()).arg(event.body.bytes);
  words.arg(packed(event.touches));
  if (!event.evidence) {
    for (std::size_t n = 0; n < kEvidenceWords; ++n) words.arg(std::string_view{});
    return;
  }
  const Evidence& evidence = *event.evidence;
  words.arg(static_cast<std::int64_t>(evidence.state));
  words.arg(evidence.by_message() ? std::string_view{} : evidence.key.raw());
  words.arg(std::int64_t{evidence.attempt}).arg(std::int64_t{evidence.error_code}).arg(evidence.wamid.bytes);
  words.arg(evidence.by_message() ? evidence.message.raw() : std::string_view{}).arg(evidence.pricing);
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
  std::string key = queue_key(prefix, IntentState::kAccepted);
  std::string trim = trim_before(partition, events, rules, now);
  if (events.size() == 1) {
    co_return co_await ingest_single(std::move(key), shared_words(prefix, rules, trim, now),
                                     std::move(events.front()));
  }
  std::vector<net::RedisScriptInput> calls;
  for (std::size_t first = 0; first < events.size(); first += kItemsPerScript) {
    const auto end =
        events.begin() + static_cast<std::ptrdiff_t>(std::min(first + kItemsPerScript, events.size()));
    const auto begin = events.begin() + static_cast<std::ptrdiff_t>(first);
    net::RedisScriptInput& call = calls.emplace_back();
    call.keys.arg(key);
    call.args = shared_words(prefix, rules, std::exchange(trim, {}), now);
    std::size_t bytes = 0;
    for (auto event = begin; event != end; ++event) bytes += size_of(*event);
    call.args.reserve(static_cast<std::size_t>(end - begin) * kItemWords, bytes);
    for (auto event = begin; event != end; ++event) append_item(call.args, *event);
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

Task<Result<std::vector<Ingested>>> RedisEvents::ingest_single(std::string key, net::RedisWords common,
                                                               NewEvent event) {
  net::RedisWords item;
  item.reserve(kItemWords, size_of(event));
  append_item(item, event);
  const auto answer = co_await singles_.run(std::move(key), std::move(common), std::move(item));
  if (!answer) co_return std::unexpected(answer.error());
  const auto ingested = single_ingested(*answer);
  if (!ingested) co_return std::unexpected(ingested.error());
  co_return std::vector<Ingested>{*ingested};
}

Task<Result<EventPage>> RedisEvents::read_after(TenantId tenant, std::vector<Partition> partitions,
                                                EventCursor cursor, std::size_t limit) {
  auto readable = proper(std::move(partitions));
  if (!readable) co_return fail(ErrorCode::kInvalid, "not a partition");
  if (cursor.text == "$") co_return co_await position_now(std::move(tenant), std::move(*readable));
  auto position = EventPosition::parse(cursor.text);
  if (!position) co_return std::unexpected(position.error());

  const Slot turn = co_await reading_.take(Deadline::never());
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
