#include "store/redis/format.h"

#include "store/redis/redis_store.h"

#include <charconv>

namespace wac::store::redis {
namespace {

std::string format_key() {
  return std::string{kKeyPrefix} + "format";
}

std::optional<std::uint32_t> number_from(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

Result<void> judge_format(std::string_view stored) {
  const auto format = number_from(stored);
  if (!format) return fail(ErrorCode::kInvalid, "redis: wac:format holds no version");
  if (*format > kFormat)
    return fail(ErrorCode::kInvalid, "redis: the data were made by a newer version", *format);
  return {};
}

Task<Result<void>> check_format(Session& session) {
  const std::string ours = std::to_string(kFormat);
  std::vector<net::RedisCommand> commands;
  commands.emplace_back("SET").arg(format_key()).arg(ours).arg("NX");
  commands.emplace_back("GET").arg(format_key());
  const auto answers = co_await session.run_all(std::move(commands));
  if (!answers) co_return std::unexpected(answers.error());
  const std::string_view stored = answers->back().text();
  if (auto judged = judge_format(stored); !judged) co_return judged;
  if (stored == ours) co_return Result<void>{};
  // What an older version wrote is read as it is, and written anew in our form as it changes.
  std::vector<net::RedisCommand> raise;
  raise.emplace_back("SET").arg(format_key()).arg(ours);
  const auto raised = co_await session.run_all(std::move(raise));
  if (!raised) co_return std::unexpected(raised.error());
  co_return Result<void>{};
}

}  // namespace wac::store::redis
