#pragma once
// Calls of one script that are made before the next write to Redis, in one call for each partition.

#include "store/redis/session.h"

#include <memory>
#include <vector>

namespace wac::store::redis {

/// A script that decides about many items costs Redis and us less than many scripts about one: it is found,
/// set up and answered once. The script takes arguments that hold for all items, then those of each item, and
/// gives a list with an answer, or an error, for each.
///
/// Belongs to its loop; `session` and `script` outlive it.
class ScriptGroups {
 public:
  ScriptGroups(Session& session, const net::RedisScript& script) : session_(session), script_(script) {}

  /// One item. Items of the same write whose `common` is equal go together; so it names the partition. It has
  /// as many words in each call. `key`: any of the partition. Errors as Session::eval().
  Task<Result<net::RedisReply>> run(std::string key, net::RedisWords common, net::RedisWords item);

 private:
  using Answer = Result<net::RedisReply>;
  struct Group {
    net::RedisScriptInput input;  ///< its arguments begin with what is common
    std::vector<OneShot<Answer>> followers;
  };
  using GroupPtr = std::shared_ptr<Group>;
  /// Removes it from those that still take items.
  void close(const GroupPtr& group) { std::erase(open_, group); }

  Session& session_;
  const net::RedisScript& script_;
  /// Few: those of one write.
  std::vector<GroupPtr> open_;
};

}  // namespace wac::store::redis
