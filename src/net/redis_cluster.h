#pragma once
// The nodes of a Redis Cluster and who of them holds what. As long as the server at the address does not say
// that it belongs to a cluster there is only that one. For net/ only; touched on one loop.

#include "net/redis_node.h"
#include "net/redis_slots.h"

#include <map>
#include <memory>
#include <optional>

namespace wac::net {

class RedisCluster {
 public:
  /// A master, or the node that a slot is on its way to.
  struct Member {
    RedisEndpoint endpoint;
    std::unique_ptr<RedisNode> node;
    bool tried = false;  ///< it was connected, or had its time to become so
  };
  using MemberPtr = std::shared_ptr<Member>;

  /// `hooks.state` hears of all that are needed together.
  RedisCluster(EventLoop& loop, RedisAddress address, TlsContext* tls, RedisLimits limits, RedisHooks hooks,
               Random& random);

  void start() { seed_->start(); }
  /// The server at the address. In a cluster it is asked for the slots where no other can be.
  RedisNode& seed() { return *seed_; }
  const RedisNode& seed() const { return *seed_; }
  /// Once it was found to belong to a cluster.
  bool found() const { return found_; }

  bool connected() const;
  Error last_error() const;
  Task<bool> wait_connected(Deadline deadline);

  /// Null: nobody.
  const RedisEndpoint* owner(std::uint16_t slot) const { return slots_ ? slots_->owner(slot) : nullptr; }
  /// Null: nobody, or stopped.
  MemberPtr master_of(std::uint16_t slot);
  /// Null: stopped, or there are too many.
  MemberPtr member_at(const RedisEndpoint& endpoint);
  /// A node just met is given `command_deadline` to become connected.
  Task<void> meet(MemberPtr member);

  /// A node said where a slot is.
  void moved(std::uint16_t slot, const RedisEndpoint& to);
  /// The slots may have changed: asks for them, now or soon.
  void want_slots();

  /// As RedisClient::stop().
  Task<void> stop(Deadline deadline);

 private:
  void seed_state(bool connected);
  void member_state(bool connected);
  void tell_state();
  Task<void> keep_slots();
  Task<bool> fetch_slots();
  Task<bool> fetch_slots_from(RedisNode& node, std::string host);
  void adopt(RedisSlots slots);
  Task<void> retire(MemberPtr member, Deadline deadline);
  Task<void> nap();

  EventLoop& loop_;
  RedisAddress address_;
  TlsContext* tls_;
  RedisLimits limits_;
  RedisHooks hooks_;
  Random& random_;
  std::unique_ptr<RedisNode> seed_;
  std::optional<RedisSlots> slots_;
  std::map<RedisEndpoint, MemberPtr> members_;
  Error slots_error_;
  bool found_ = false;
  bool told_connected_ = false;
  bool wanted_ = false;
  bool keeping_ = false;
  bool stopping_ = false;
  std::optional<OneShot<bool>> asleep_;
  std::vector<OneShot<bool>> waiting_;
  TaskScope tasks_;
};

}  // namespace wac::net
