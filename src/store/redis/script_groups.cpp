#include "store/redis/script_groups.h"

#include "store/redis/replies.h"

#include <algorithm>

namespace wac::store::redis {
namespace {

/// What one script may decide about: a Redis that runs it serves nobody else meanwhile.
constexpr std::size_t kMost = 64;

Result<net::RedisReply> part_of(const Result<net::RedisReply>& answer, std::size_t at) {
  if (!answer) return std::unexpected(answer.error());
  net::RedisReply part = answer->part(at);
  if (part.is_error()) return std::unexpected(error_from(part.text()));
  return part;
}

}  // namespace

Task<Result<net::RedisReply>> ScriptGroups::run(std::string key, net::RedisWords common,
                                                net::RedisWords item) {
  const Session::InFlight in_flight{session_};
  // Words have their lengths before them: who begins alike has the same in common.
  const auto place = std::ranges::find_if(open_, [&common](const GroupPtr& group) {
    return group->input.args.bytes().starts_with(common.bytes());
  });
  if (place != open_.end()) {
    const OneShot<Answer> answer;
    Group& group = **place;
    group.input.args.append(item);
    group.followers.push_back(answer);
    if (group.followers.size() + 1 >= kMost) open_.erase(place);
    co_return co_await answer;
  }
  // The first asks for all: in the write that takes along whatever else this turn asks for. Until then others
  // may join.
  const GroupPtr group = std::make_shared<Group>();
  group->input.keys.arg(key);
  group->input.args = std::move(common);
  group->input.args.append(item);
  open_.push_back(group);
  co_await session_.before_write(key);
  close(group);
  const Answer answer = co_await session_.eval(script_, std::move(group->input));
  for (std::size_t at = 0; at < group->followers.size(); ++at) {
    group->followers[at].set(part_of(answer, at + 1));
  }
  co_return part_of(answer, 0);
}

}  // namespace wac::store::redis
