#include "store/redis/redis_contacts.h"

#include "store/redis/keys.h"

#include <charconv>

namespace wac::store::redis {
namespace {

using net::RedisCommand;
using net::RedisReply;

std::optional<std::int64_t> number_from(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

Task<Result<std::optional<WallTime>>> RedisContacts::last_heard(Partition partition,
                                                                crypto::Fingerprint contact) {
  RedisCommand command{"ZSCORE"};
  command.arg(heard_key(partition_prefix(partition))).arg(contact.raw());
  const auto answer = co_await session_.run(std::move(command));
  if (!answer) co_return std::unexpected(answer.error());
  if (answer->is_nil()) co_return std::optional<WallTime>{};
  const auto at = number_from(answer->text());
  if (!at) co_return fail(ErrorCode::kCorrupt, "redis: time of a contact");
  co_return std::optional<WallTime>{from_millis(*at)};
}

Task<Result<std::optional<crypto::Fingerprint>>> RedisContacts::phone_of(Partition partition,
                                                                         crypto::Fingerprint user) {
  RedisCommand command{"GET"};
  command.arg(phone_key(partition_prefix(partition), user));
  const auto answer = co_await session_.run(std::move(command));
  if (!answer) co_return std::unexpected(answer.error());
  co_return crypto::Fingerprint::from_raw(answer->text());
}

}  // namespace wac::store::redis
