// Senders and dead letters in Redis, for people.

#include "store/pace_rules.h"
#include "store/redis/keys.h"
#include "store/redis/record.h"
#include "store/redis/redis_intents.h"

#include <algorithm>
#include <charconv>

namespace wac::store::redis {
namespace {

using net::RedisCommand;
using net::RedisReply;

/// A place in the set of dead intents: those of the same time are in descending order of their keys.
struct DeadPlace {
  std::int64_t died = 0;
  IntentKey key;
};

std::optional<DeadPlace> place_from(std::string_view died, std::optional<IntentKey> key) {
  DeadPlace place;
  const auto [end, error] = std::from_chars(died.data(), died.data() + died.size(), place.died);
  if (error != std::errc{} || end != died.data() + died.size() || !key) return std::nullopt;
  place.key = *key;
  return place;
}

std::string text(const DeadPlace& place) {
  return std::to_string(place.died) + '-' + place.key.hex();
}

bool comes_behind(const DeadPlace& place, const std::optional<DeadPlace>& last) {
  if (!last || place.died != last->died) return true;
  return place.key.raw() < last->key.raw();
}

std::optional<double> number_from(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// Nothing reads as zero: what is not there has no effect.
double number_or_zero(const RedisReply& answer) {
  return answer.is_nil() ? 0 : number_from(answer.text()).value_or(0);
}

Result<SenderGate> gate_from(const RedisReply& fields) {
  SenderGate gate;
  for (std::size_t at = 0; at + 1 < fields.size(); at += 2) {
    const std::string_view name = fields[at].text();
    const std::string_view value = fields[at + 1].text();
    if (name == "l") {
      const auto limits = limits_from(value);
      if (!limits) return fail(ErrorCode::kCorrupt, "redis: limits of a sender");
      gate.limits = *limits;
    } else if (name == "c") {
      gate.credential = crypto::Fingerprint::from_raw(value).value_or(crypto::Fingerprint{});
    } else if (name != "t" && name != "p" && !read_number(name, value, gate)) {
      return fail(ErrorCode::kCorrupt, "redis: field of a sender");
    }
  }
  return gate;
}

}  // namespace

Task<Result<IntentStore::ScanPage>> RedisIntents::dead_letters(Partition partition, std::string cursor,
                                                               std::size_t limit) {
  std::optional<DeadPlace> last;
  if (!cursor.empty()) {
    const std::size_t dash = cursor.find('-');
    const std::string_view key =
        dash == std::string::npos ? std::string_view{} : std::string_view{cursor}.substr(dash + 1);
    last = place_from(std::string_view{cursor}.substr(0, dash), IntentKey::from_hex(key));
    if (!last) co_return fail(ErrorCode::kInvalid, "store: not a cursor of dead letters");
  }
  const std::string prefix = partition_prefix(partition);
  const std::string from = last ? std::to_string(last->died) : "+inf";
  const std::size_t wanted = std::max<std::size_t>(limit, 1);
  ScanPage page;
  std::size_t offset = 0;
  while (page.records.size() < wanted) {
    const std::size_t count = wanted - page.records.size() + 1;
    std::vector<RedisCommand> find;
    find.emplace_back("ZREVRANGEBYSCORE")
        .arg(prefix + "dl")
        .arg(from)
        .arg("-inf")
        .arg("WITHSCORES")
        .arg("LIMIT");
    find.back().arg(static_cast<std::int64_t>(offset)).arg(static_cast<std::int64_t>(count));
    auto found = co_await session_.run_all(std::move(find));
    if (!found) co_return std::unexpected(found.error());
    const RedisReply& places = found->front();
    if (places.size() == 0) co_return page;
    offset += places.size() / 2;
    std::vector<DeadPlace> behind;
    std::vector<RedisCommand> commands;
    for (std::size_t at = 0; at + 1 < places.size(); at += 2) {
      const auto place = place_from(places[at + 1].text(), IntentKey::from_raw(places[at].text()));
      if (!place) co_return fail(ErrorCode::kCorrupt, "redis: set of dead intents");
      if (!comes_behind(*place, last)) continue;
      behind.push_back(*place);
      commands.emplace_back("HGETALL").arg(intent_key(prefix, place->key));
    }
    if (commands.empty()) continue;
    auto answers = co_await session_.run_all(std::move(commands));
    if (!answers) co_return std::unexpected(answers.error());
    for (std::size_t at = 0; at < behind.size() && page.records.size() < wanted; ++at) {
      page.cursor = text(behind[at]);
      if ((*answers)[at].size() == 0) continue;
      auto record = record_from(behind[at].key, (*answers)[at]);
      if (!record) co_return std::unexpected(record.error());
      page.records.push_back(std::move(*record));
    }
    if (places.size() / 2 < count) {
      // The set ends here, unless the page was full before.
      if (page.records.size() < wanted || page.cursor == text(behind.back())) page.cursor.clear();
      co_return page;
    }
  }
  co_return page;
}

Task<Result<std::vector<SenderPace>>> RedisIntents::senders(Partition partition, WallTime now) {
  const std::string prefix = partition_prefix(partition);
  std::vector<RedisCommand> list;
  list.emplace_back("SMEMBERS").arg(prefix + "ss");
  auto known = co_await session_.run_all(std::move(list));
  if (!known) co_return std::unexpected(known.error());

  std::vector<SenderPace> paces;
  for (std::size_t at = 0; at < known->front().size(); ++at) {
    const auto sender = SenderId::parse(known->front()[at].text());
    if (!sender) co_return fail(ErrorCode::kCorrupt, "redis: set of senders");
    paces.emplace_back().sender = *sender;
  }
  std::ranges::sort(paces, {}, &SenderPace::sender);
  std::vector<RedisCommand> commands;
  for (const SenderPace& pace : paces) {
    const std::string sender{pace.sender.str()};
    commands.emplace_back("HGETALL").arg(sender_key(prefix, sender));
    commands.emplace_back("ZCARD").arg(prefix + "h:" + sender);
    commands.emplace_back("ZCARD").arg(prefix + "r:" + sender);
  }
  auto answers = co_await session_.run_all(std::move(commands));
  if (!answers) co_return std::unexpected(answers.error());
  for (std::size_t at = 0; at < paces.size(); ++at) {
    auto gate = gate_from((*answers)[3 * at]);
    if (!gate) co_return std::unexpected(gate.error());
    SenderPace shown = show(*gate, now);
    shown.sender = paces[at].sender;
    shown.queued =
        static_cast<std::uint64_t>((*answers)[3 * at + 1].integer() + (*answers)[3 * at + 2].integer());
    paces[at] = shown;
  }
  co_return paces;
}

Task<Result<void>> RedisIntents::look_at_gates(Partition partition, IntentRecord& record, WallTime now) {
  if (record.state != IntentState::kAccepted && record.state != IntentState::kRetryWait)
    co_return Result<void>{};
  const std::string prefix = partition_prefix(partition);
  const std::string sender{record.sender.str()};
  const char* const queue = record.priority == Priority::kHigh ? "h:" : "r:";
  std::vector<RedisCommand> commands;
  commands.emplace_back("HGETALL").arg(sender_key(prefix, sender));
  commands.emplace_back("ZSCORE").arg(prefix + queue + sender).arg(record.key.raw());
  commands.emplace_back("GET").arg(prefix + "y:" + std::string{record.tenant.str()});
  commands.emplace_back("HMGET").arg(prefix + "P:" + std::string{record.recipient.raw()}).arg("a").arg("u");
  const auto answers = co_await session_.run_all(std::move(commands));
  if (!answers) co_return std::unexpected(answers.error());
  const RedisReply& score = (*answers)[1];
  // It has left the queue meanwhile.
  if (score.is_nil()) co_return Result<void>{};
  auto gate = gate_from((*answers)[0]);
  if (!gate) co_return std::unexpected(gate.error());
  const RedisReply& pace = (*answers)[3];
  if (pace.kind() != RedisReply::Kind::kArray || pace.size() != 2)
    co_return fail(ErrorCode::kCorrupt, "redis: pace of a recipient");
  const PairGate pair{number_or_zero(pace[0]), number_or_zero(pace[1])};
  show_wait(record, *gate, number_or_zero((*answers)[2]), pair, number_or_zero(score), now);
  co_return Result<void>{};
}

Task<Result<bool>> RedisIntents::adopt_credential(SenderId sender, crypto::Fingerprint credential,
                                                  WallTime now) {
  const std::string prefix = partition_prefix(Partition::of(sender));
  Session::Call call;
  call.keys = {sender_key(prefix, sender.str())};
  call.args = {prefix, std::string{sender.str()}, std::string{credential.raw()},
               std::to_string(to_millis(now))};
  const auto answer = co_await session_.eval(scripts_.adopt_credential, std::move(call));
  if (!answer) co_return std::unexpected(answer.error());
  if (answer->kind() != RedisReply::Kind::kInteger)
    co_return fail(ErrorCode::kCorrupt, "redis: answer of adopt_credential");
  co_return answer->integer() == 1;
}

Task<Result<bool>> RedisIntents::resume(SenderId sender, WallTime now) {
  const std::string prefix = partition_prefix(Partition::of(sender));
  Session::Call call;
  call.keys = {sender_key(prefix, sender.str())};
  call.args = {prefix, std::string{sender.str()}, std::to_string(to_millis(now))};
  auto answer = co_await session_.eval(scripts_.resume, std::move(call));
  if (!answer) co_return std::unexpected(answer.error());
  if (answer->kind() != RedisReply::Kind::kInteger)
    co_return fail(ErrorCode::kCorrupt, "redis: answer of resume");
  co_return answer->integer() == 1;
}

}  // namespace wac::store::redis
