#pragma once
// One server: one connection, to one endpoint. For net/ only; touched on one loop.

#include "net/redis.h"

namespace wac::net {

class RedisNode : public RedisClient {
 public:
  /// As RedisClient::make(); `hooks.state` is called before whoever waits for the connection goes on.
  static std::unique_ptr<RedisNode> make(EventLoop& loop, RedisAddress address, TlsContext* tls,
                                         RedisLimits limits, RedisHooks hooks, Random& random);

  /// As run(), of a key whose slot is on its way to this node (an ASK answer led here).
  virtual Task<Result<RedisReply>> run_asking(const RedisCommand& command) = 0;
};

}  // namespace wac::net
