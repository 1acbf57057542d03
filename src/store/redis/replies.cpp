#include "store/redis/replies.h"

#include "store/redis/record.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace wac::store::redis {
namespace {

using net::RedisReply;
using Kind = RedisReply::Kind;

/// Error answers of a server that works but cannot take the command.
constexpr std::array<std::string_view, 9> kNotNow{
    "OOM", "READONLY", "LOADING", "MASTERDOWN", "NOREPLICAS", "CLUSTERDOWN", "MISCONF", "BUSY", "TRYAGAIN"};

std::unexpected<Error> wrong_shape(const char* where) {
  return fail(ErrorCode::kCorrupt, where);
}

bool is_array(const RedisReply& reply, std::size_t size) {
  return reply.kind() == Kind::kArray && reply.size() == size;
}

std::optional<IntentState> state_from(std::string_view text) {
  std::uint8_t number = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (ec != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return intent_state_from(number);
}

std::optional<WallTime> time_from(std::string_view text) {
  std::int64_t ms = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), ms);
  if (ec != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return from_millis(ms);
}

std::optional<std::uint32_t> code_from(std::string_view text) {
  std::uint32_t code = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), code);
  if (ec != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return code;
}

std::optional<ClaimOutcome> conflict_from(std::string_view text) {
  if (text == "known") return ClaimOutcome::kDuplicate;
  if (text == "body") return ClaimOutcome::kBodyConflict;
  if (text == "id") return ClaimOutcome::kIdConflict;
  return std::nullopt;
}

std::optional<DueAction> action_from(std::string_view text) {
  if (text == "send") return DueAction::kSend;
  if (text == "now_unknown") return DueAction::kNowUnknown;
  if (text == "waits_again") return DueAction::kWaitsAgain;
  if (text == "unconfirmed") return DueAction::kUnconfirmed;
  if (text == "resend") return DueAction::kResend;
  if (text == "expired") return DueAction::kExpired;
  if (text == "dead") return DueAction::kDead;
  return std::nullopt;
}

Result<DueItem> due_item_from(const RedisReply& answer) {
  if (!is_array(answer, 4)) return wrong_shape("redis: item of take_due");
  const auto action = action_from(answer[0].text());
  const auto key = crypto::Fingerprint::from_raw(answer[1].text());
  if (!action || !key) return wrong_shape("redis: item of take_due");
  auto record = record_from(*key, answer[2]);
  if (!record) return std::unexpected(record.error());
  record->payload.bytes = answer[3].text();
  const bool to_send = *action == DueAction::kSend || *action == DueAction::kResend;
  if (to_send == record->payload.empty()) return wrong_shape("redis: payload of take_due");
  return DueItem{*action, std::move(*record)};
}

/// {'waits' | 'refused', due, hold}
Result<ClaimResult> held_from(const RedisReply& answer, IntentRecord made) {
  const bool waits = answer[0].text() == "waits";
  const auto due = time_from(answer[1].text());
  std::uint8_t number = 0;
  const std::string_view text = answer[2].text();
  const bool read = std::from_chars(text.data(), text.data() + text.size(), number).ec == std::errc{};
  const auto hold = hold_from(number);
  if ((!waits && answer[0].text() != "refused") || !due || !read || !hold) {
    return wrong_shape("redis: answer of claim");
  }
  made.state = IntentState::kAccepted;
  made.attempt = 0;
  made.token = 0;
  made.due = *due;
  made.hold = *hold;
  made.timeline = {{IntentState::kAccepted, made.updated}};
  return ClaimResult{waits ? ClaimOutcome::kNew : ClaimOutcome::kRefused, std::move(made)};
}

/// See ingest.lua for the number.
std::optional<Ingested> ingested_from(const RedisReply& answer) {
  const std::int64_t number = answer.integer();
  if (answer.kind() != Kind::kInteger || number < 0 || number >= 1 << 24) return std::nullopt;
  const auto flags = number & 0xff;
  if (flags > 31 || (flags & 1) == 0) return number == 0 ? std::optional{Ingested{}} : std::nullopt;
  Ingested item;
  item.appended = true;
  item.duplicate_message = (flags & 4) != 0;
  if ((flags & 2) == 0) return number < 256 ? std::optional{item} : std::nullopt;
  const auto from = intent_state_from(static_cast<std::uint8_t>((number >> 8) & 0xff));
  const auto to = intent_state_from(static_cast<std::uint8_t>(number >> 16));
  if (!from || !to) return std::nullopt;
  item.moved = {*from, *to};
  item.follower_due = (flags & 8) != 0;
  item.breaker_closed = (flags & 16) != 0;
  return item;
}

}  // namespace

Error error_from(std::string_view error_answer) {
  const std::string_view first = error_answer.substr(0, error_answer.find(' '));
  if (std::ranges::find(kNotNow, first) != kNotNow.end()) {
    return {ErrorCode::kUnavailable, 0, "redis: not now"};
  }
  if (first == "MOVED" || first == "ASK") {
    // The client goes where these lead, unless it was not told that this is a cluster.
    return {ErrorCode::kUnavailable, 0, "redis: a cluster's node that refuses HELLO"};
  }
  // Redis 6.2: "ERR Error running script (call to f_…): @user_script:12: -OOM command not allowed …", and
  // from within the script, for one item of many, without what stands before the @.
  if (error_answer.starts_with("ERR Error running script") || error_answer.starts_with("@user_script")) {
    for (const std::string_view word : kNotNow) {
      const std::string wrapped = ": -" + std::string{word} + " ";
      if (error_answer.contains(wrapped)) return {ErrorCode::kUnavailable, 0, "redis: not now"};
    }
  }
  return {ErrorCode::kInternal, 0, "redis: unexpected error answer"};
}

Result<ClaimResult> claim_from(const RedisReply& answer, IntentRecord made) {
  if (is_array(answer, 1) && answer[0].text() == "new")
    return ClaimResult{ClaimOutcome::kNew, std::move(made)};
  if (is_array(answer, 3)) return held_from(answer, std::move(made));
  const auto outcome = conflict_from(answer[0].text());
  const auto key = crypto::Fingerprint::from_raw(answer[1].text());
  if (!is_array(answer, 4) || !outcome || !key) return wrong_shape("redis: answer of claim");
  auto record = record_from(*key, answer[2]);
  if (!record) return std::unexpected(record.error());
  record->wamid.bytes = answer[3].text();
  return ClaimResult{*outcome, std::move(*record)};
}

Result<SettleResult> settle_from(const RedisReply& answer, IntentState wanted) {
  if (answer.kind() != Kind::kArray || answer.size() < 2 || answer.size() > 4)
    return wrong_shape("redis: answer of settle");
  const std::string_view word = answer[0].text();
  const auto state = state_from(answer[1].text());
  if (word == "applied" && state) {
    const std::string_view news = answer.size() > 2 ? answer[2].text() : std::string_view{};
    if (news.find_first_not_of("tsoce") != std::string_view::npos)
      return wrong_shape("redis: answer of settle");
    std::uint32_t error_code = 0;
    if (answer.size() == 4) {
      const auto code = code_from(answer[3].text());
      if (!code) return wrong_shape("redis: answer of settle");
      error_code = *code;
    }
    const auto says = [news](char letter) { return news.find(letter) != std::string_view::npos; };
    return SettleResult{
        SettleOutcome::kApplied, *state, says('t'), says('s'), says('o'), says('c'), says('e'), error_code};
  }
  if (word == "stale" && state) return SettleResult{SettleOutcome::kStaleToken, *state};
  if (word == "stale" && answer[1].text().empty()) return SettleResult{SettleOutcome::kStaleToken, wanted};
  return wrong_shape("redis: answer of settle");
}

Result<DueBatch> due_from(const RedisReply& answer) {
  if (answer.kind() != Kind::kArray || answer.size() == 0) return wrong_shape("redis: answer of take_due");
  DueBatch batch;
  if (!answer[0].text().empty()) {
    batch.next_due = time_from(answer[0].text());
    if (!batch.next_due) return wrong_shape("redis: next due");
  }
  batch.items.reserve(answer.size() - 1);
  for (std::size_t at = 1; at < answer.size(); ++at) {
    auto item = due_item_from(answer[at]);
    if (!item) return std::unexpected(item.error());
    batch.items.push_back(std::move(*item));
  }
  return batch;
}

Result<IntentRecord> command_from(const RedisReply& answer, const IntentKey& key) {
  if (is_array(answer, 1) && answer[0].text() == "unknown") {
    return fail(ErrorCode::kNotFound, "no such intent");
  }
  if (is_array(answer, 1) && answer[0].text() == "conflict") {
    return fail(ErrorCode::kConflict, "the intent's state does not allow it");
  }
  if (!is_array(answer, 2) || answer[0].text() != "done") return wrong_shape("redis: answer of command");
  return record_from(key, answer[1]);
}

Result<Ingested> single_ingested(const RedisReply& answer) {
  const auto item = ingested_from(answer);
  if (!item) return wrong_shape("redis: item of ingest");
  return *item;
}

Result<void> append_ingested(const RedisReply& answer, std::size_t items, std::vector<Ingested>& out) {
  if (!is_array(answer, items)) return wrong_shape("redis: answer of ingest");
  for (std::size_t at = 0; at < items; ++at) {
    const auto item = ingested_from(answer[at]);
    if (!item) return wrong_shape("redis: item of ingest");
    out.push_back(*item);
  }
  return {};
}

Result<StateCounts> counts_from(const std::vector<RedisReply>& answers) {
  constexpr std::size_t kPerState = 3;
  StateCounts counts;
  for (std::size_t at = 0; at + kPerState <= answers.size(); at += kPerState) {
    const RedisReply& first = answers[at + 2];
    if (answers[at].kind() != Kind::kInteger || answers[at + 1].kind() != Kind::kInteger ||
        first.kind() != Kind::kArray) {
      return wrong_shape("redis: counts of a queue");
    }
    counts.by_state[at / kPerState] = static_cast<std::uint64_t>(answers[at].integer());
    counts.due_now += static_cast<std::uint64_t>(answers[at + 1].integer());
    if (first.size() == 0) continue;
    const auto due = time_from(first[1].text());
    if (!due) return wrong_shape("redis: score of a queue");
    if (!counts.oldest_due || *due < *counts.oldest_due) counts.oldest_due = due;
  }
  return counts;
}

}  // namespace wac::store::redis
