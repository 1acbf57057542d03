#include "store/redis/redis_contacts.h"

#include "store/redis/keys.h"

#include <charconv>

namespace wac::store::redis {
namespace {

using net::RedisCommand;
using net::RedisReply;

constexpr Millis kTrimEvery{3'600'000};

std::optional<std::int64_t> number_from(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

// GT: a later time stays, in whatever order the messages of a contact arrive.
Task<Result<void>> RedisContacts::touch(Partition partition, std::vector<ContactTouch> touches,
                                        Millis retention, WallTime now) {
  const std::string prefix = partition_prefix(partition);
  const std::string heard = heard_key(prefix);
  std::vector<RedisCommand> commands;
  commands.emplace_back("ZADD").arg(heard).arg("GT");
  bool any = false;
  std::vector<RedisCommand> phones;
  for (const ContactTouch& touch : touches) {
    for (const auto& id : {touch.phone, touch.user}) {
      if (!id) continue;
      commands.front().arg(to_millis(touch.at)).arg(id->raw());
      any = true;
    }
    if (!touch.phone || !touch.user) continue;
    phones.emplace_back("SET").arg(phone_key(prefix, *touch.user)).arg(touch.phone->raw());
    phones.back().arg("PX").arg(retention.count());
  }
  if (!any) co_return Result<void>{};
  if (WallTime& next = next_trim_.at(partition.number); now >= next) {
    next = now + kTrimEvery;
    commands.emplace_back("ZREMRANGEBYSCORE").arg(heard).arg("-inf").arg(to_millis(now - retention));
  }
  for (RedisCommand& phone : phones) commands.push_back(std::move(phone));
  const auto done = co_await session_.run_all(std::move(commands));
  if (!done) co_return std::unexpected(done.error());
  co_return Result<void>{};
}

Task<Result<std::optional<WallTime>>> RedisContacts::last_heard(Partition partition,
                                                                crypto::Fingerprint contact) {
  std::vector<RedisCommand> commands;
  commands.emplace_back("ZSCORE").arg(heard_key(partition_prefix(partition))).arg(contact.raw());
  const auto answers = co_await session_.run_all(std::move(commands));
  if (!answers) co_return std::unexpected(answers.error());
  const RedisReply& answer = answers->front();
  if (answer.is_nil()) co_return std::optional<WallTime>{};
  const auto at = number_from(answer.text());
  if (!at) co_return fail(ErrorCode::kCorrupt, "redis: time of a contact");
  co_return std::optional<WallTime>{from_millis(*at)};
}

Task<Result<std::optional<crypto::Fingerprint>>> RedisContacts::phone_of(Partition partition,
                                                                         crypto::Fingerprint user) {
  std::vector<RedisCommand> commands;
  commands.emplace_back("GET").arg(phone_key(partition_prefix(partition), user));
  const auto answers = co_await session_.run_all(std::move(commands));
  if (!answers) co_return std::unexpected(answers.error());
  co_return crypto::Fingerprint::from_raw(answers->front().text());
}

}  // namespace wac::store::redis
