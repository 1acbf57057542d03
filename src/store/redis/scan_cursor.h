#pragma once
// Where a scan() goes on: Redis' own SCAN position, and keys it gave that did not fit into the page. They
// travel in the cursor because repeating a SCAN step may not give them again.
// Text: "" at both ends, else "<position>.<server>:<keys in hex>".

#include "base/error.h"
#include "net/redis.h"
#include "store/intent.h"

#include <string>
#include <string_view>
#include <vector>

namespace wac::store::redis {

struct ScanCursor {
  std::uint64_t next = 0;
  std::string server;  ///< whose position it is, in hex; empty: not known
  bool started = false;
  std::vector<IntentKey> keys;

  /// kInvalid: no cursor of ours.
  static Result<ScanCursor> parse(std::string_view text);
  std::string text() const;

  bool at_end() const { return started && next == 0; }
  /// Takes in an answer of scan.lua; `skip`: bytes of a key's name before the intent key. False: no such
  /// answer.
  bool add(const net::RedisReply& answer, std::size_t skip);
  std::vector<IntentKey> take(std::size_t count);
};

}  // namespace wac::store::redis
