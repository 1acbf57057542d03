#pragma once
// Which node of a Redis Cluster holds a key, and what the nodes answer when it is another one. Pure.
// Source: https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/

#include "base/error.h"
#include "net/redis.h"

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wac::net {

inline constexpr std::uint16_t kRedisSlots = 16'384;

/// CRC16 (XMODEM) of the hash tag, or of the whole key where it has none.
std::uint16_t redis_slot(std::string_view key);

/// The key up to the end of its hash tag, "wac:{p07}" of "wac:{p07}:i:…": a key of the same slot, which
/// nobody may ever make. Empty where there is no tag.
///
/// Our scripts touch more keys than they are given. While a slot moves, some of its keys are at one node and
/// some at the other, and such a script would fail half way, or begin a second set of keys at the new node. A
/// script that is also given a key which does not exist is refused by both nodes (ASK, TRYAGAIN) as long as
/// that lasts, before it has begun.
std::string_view slot_guard(std::string_view key);

struct RedisEndpoint {
  std::string host;
  std::uint16_t port = 0;
  friend auto operator<=>(const RedisEndpoint&, const RedisEndpoint&) = default;
};

/// The masters, and the slots of each.
class RedisSlots {
 public:
  static constexpr std::size_t kMastersMost = 1'000;

  /// From an answer of CLUSTER SLOTS. `asked`: the host that gave it; a node that does not know its own
  /// address is there. Errors: kProtocol; kUnavailable: no slot has a node; kTooLarge.
  static Result<RedisSlots> parse(const RedisReply& answer, std::string_view asked);

  /// Null: nobody.
  const RedisEndpoint* owner(std::uint16_t slot) const;
  bool is_master(const RedisEndpoint& endpoint) const;
  /// A node said where it is now. Beyond kMastersMost nothing changes.
  void move(std::uint16_t slot, const RedisEndpoint& to);

 private:
  /// Its place in masters_, or kMastersMost.
  std::size_t place_of(const RedisEndpoint& endpoint);

  std::vector<RedisEndpoint> masters_;
  /// By slot: 0 nobody, else the place of its master, from 1.
  std::vector<std::uint16_t> owners_ = std::vector<std::uint16_t>(kRedisSlots, 0);
};

/// What an error answer of a node asks for. With every kind but kNone the command was not executed.
struct RedisRedirect {
  enum class Kind : std::uint8_t {
    kNone,
    kMoved,     ///< the slot is at `to`
    kAsk,       ///< the slot goes to `to`: this key is there, or nowhere
    kTryAgain,  ///< the slot is on its way, and these keys are not in one place
    kOutdated,  ///< this node is not, or not now, the one to ask
  };
  Kind kind = Kind::kNone;
  RedisEndpoint to = {};
};

/// `asked`: the host that gave it; where an answer names none, it means that one.
RedisRedirect redirect_from(std::string_view error_answer, std::string_view asked);

}  // namespace wac::net
