#include "store/redis/redis_records.h"

#include "store/redis/keys.h"

#include <algorithm>
#include <charconv>

namespace wac::store::redis {
namespace {

using net::RedisCommand;
using net::RedisReply;

std::optional<std::uint64_t> version_from(std::string_view text) {
  std::uint64_t version = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
  if (error != std::errc{} || end != text.data() + text.size() || version == 0) return std::nullopt;
  return version;
}

std::string key_of(const RecordKey& key) {
  return record_key(partition_prefix(key.partition), key.kind.name, key.id.raw());
}

std::unexpected<Error> corrupt() {
  return fail(ErrorCode::kCorrupt, "redis: a keyed record");
}

/// [version, value], both nil where there is none.
Result<std::optional<Record>> record_from(const RedisReply& answer) {
  if (answer[0].is_nil()) return std::optional<Record>{};
  const auto version = version_from(answer[0].text());
  if (!version) return corrupt();
  return Record{{std::string{answer[1].text()}}, *version};
}

RedisCommand read_command(const RecordKey& key) {
  RedisCommand command{"HMGET"};
  command.arg(key_of(key)).arg("v").arg("b");
  return command;
}

/// [last id looked at or "", id, version, value, …]
Result<RecordPage> page_from(const RedisReply& answer) {
  if (answer.kind() != RedisReply::Kind::kArray || answer.size() % 3 != 1) return corrupt();
  RecordPage page;
  for (std::size_t at = 1; at < answer.size(); at += 3) {
    const auto id = crypto::Fingerprint::from_raw(answer[at].text());
    const auto version = version_from(answer[at + 1].text());
    if (!id || !version) return corrupt();
    page.records.push_back({*id, {{std::string{answer[at + 2].text()}}, *version}});
  }
  if (const auto last = answer[0].text(); !last.empty()) {
    const auto id = crypto::Fingerprint::from_raw(last);
    if (!id) return corrupt();
    page.cursor = id->hex();
  }
  return page;
}

}  // namespace

// Redis counts lifetimes by its own clock.
Task<Result<std::vector<std::optional<Record>>>> RedisRecords::get(std::vector<RecordKey> keys,
                                                                   WallTime /*now*/) {
  if (keys.size() == 1) {
    const auto answer = co_await session_.run(read_command(keys.front()));
    if (!answer) co_return std::unexpected(answer.error());
    auto record = record_from(*answer);
    if (!record) co_return std::unexpected(record.error());
    co_return std::vector{std::move(*record)};
  }
  std::vector<RedisCommand> commands;
  commands.reserve(keys.size());
  for (const RecordKey& key : keys) commands.push_back(read_command(key));
  auto answers = co_await session_.run_all(std::move(commands));
  if (!answers) co_return std::unexpected(answers.error());
  std::vector<std::optional<Record>> found(keys.size());
  for (std::size_t at = 0; at < keys.size(); ++at) {
    auto record = record_from((*answers)[at]);
    if (!record) co_return std::unexpected(record.error());
    found[at] = std::move(*record);
  }
  co_return found;
}

Task<Result<std::uint64_t>> RedisRecords::put(RecordKey key, crypto::SealedBlob value, std::uint64_t expected,
                                              std::optional<Millis> lifetime, WallTime now) {
  return write(key, std::move(value), std::to_string(expected), lifetime, now);
}

Task<Result<std::uint64_t>> RedisRecords::set(RecordKey key, crypto::SealedBlob value,
                                              std::optional<Millis> lifetime, WallTime now) {
  return write(key, std::move(value), {}, lifetime, now);
}

Task<Result<std::uint64_t>> RedisRecords::write(RecordKey key, crypto::SealedBlob value, std::string expected,
                                                std::optional<Millis> lifetime, WallTime now) {
  Session::Call call;
  call.keys.push_back(key_of(key));
  if (key.kind.listed) {
    call.keys.push_back(record_index_key(partition_prefix(key.partition), key.kind.name));
  }
  call.args.emplace_back(key.id.raw());
  call.args.push_back(std::move(value.bytes));
  call.args.push_back(std::move(expected));
  call.args.push_back(lifetime ? std::to_string(lifetime->count()) : std::string{});
  call.args.push_back(std::to_string(to_millis(now)));
  call.args.emplace_back(key.kind.listed ? "1" : "");
  auto answer = co_await session_.eval(scripts_.put_record, std::move(call));
  if (!answer) co_return std::unexpected(answer.error());
  if (answer->kind() == RedisReply::Kind::kString && answer->text().empty()) {
    co_return fail(ErrorCode::kConflict, "store: a record's version");
  }
  const auto version = version_from(answer->text());
  if (!version) co_return corrupt();
  co_return *version;
}

// An index keeps the id: list() takes out those without a record, in one step with looking.
Task<Result<bool>> RedisRecords::erase(RecordKey key, WallTime /*now*/) {
  RedisCommand command{"DEL"};
  command.arg(key_of(key));
  const auto answer = co_await session_.run(std::move(command));
  if (!answer) co_return std::unexpected(answer.error());
  co_return answer->integer() == 1;
}

Task<Result<RecordPage>> RedisRecords::list(Partition partition, RecordKind kind, std::string cursor,
                                            std::size_t limit, WallTime /*now*/) {
  if (!kind.listed) co_return fail(ErrorCode::kInvalid, "store: a kind of record without a list");
  const auto after = crypto::Fingerprint::from_hex(cursor);
  if (!cursor.empty() && !after) co_return fail(ErrorCode::kInvalid, "store: not a record cursor");
  const std::string prefix = partition_prefix(partition);
  Session::Call call;
  call.keys.push_back(record_index_key(prefix, kind.name));
  call.args.push_back(record_key(prefix, kind.name, {}));
  call.args.push_back(after ? "(" + std::string{after->raw()} : std::string{"-"});
  call.args.push_back(std::to_string(std::clamp<std::size_t>(limit, 1, kRecordsPerPage)));
  auto answer = co_await session_.eval(scripts_.list_records, std::move(call));
  if (!answer) co_return std::unexpected(answer.error());
  co_return page_from(*answer);
}

}  // namespace wac::store::redis
