#include "net/redis_cluster.h"

#include "net/expiry.h"

#include <algorithm>

namespace wac::net {
namespace {

/// The least time between two questions for the slots, and how often they are asked for while a node is away:
/// its replica may have taken over.
constexpr Millis kSlotsPause{500};
/// Our keys have 65 slots at most; the rest are nodes on their way in or out.
constexpr std::size_t kMembersMost = 128;

RedisAddress address_at(const RedisAddress& like, const RedisEndpoint& endpoint) {
  return {like.tls, endpoint.host, endpoint.port, like.user, like.password.clone(), like.database};
}

}  // namespace

RedisCluster::RedisCluster(EventLoop& loop, RedisAddress address, TlsContext* tls, RedisLimits limits,
                           RedisHooks hooks, Random& random)
    : loop_(loop),
      address_(std::move(address)),
      tls_(tls),
      limits_(limits),
      hooks_(std::move(hooks)),
      random_(random) {
  seed_ = RedisNode::make(loop_, address_at(address_, {address_.host, address_.port}), tls_, limits_,
                          {hooks_.answered, [this](bool connected) { seed_state(connected); }}, random_);
}

bool RedisCluster::connected() const {
  if (!found_) return seed_->connected();
  const auto stands = [](const auto& entry) {
    return !entry.second->tried || entry.second->node->connected();
  };
  return slots_ && std::ranges::all_of(members_, stands);
}

Error RedisCluster::last_error() const {
  if (!found_ || (!slots_ && !seed_->connected())) return seed_->last_error();
  if (!slots_) return slots_error_;
  const auto lost = std::ranges::find_if(
      members_, [](const auto& entry) { return entry.second->tried && !entry.second->node->connected(); });
  return lost == members_.end() ? Error{} : lost->second->node->last_error();
}

Task<bool> RedisCluster::wait_connected(Deadline deadline) {
  if (!found_) {
    const bool answers = co_await seed_->wait_connected(deadline);
    if (!answers || !found_) co_return answers;
  }
  if (connected()) co_return true;
  if (stopping_) co_return false;
  const OneShot<bool> done;
  std::erase_if(waiting_, [](const OneShot<bool>& waiting) { return waiting.is_set(); });
  waiting_.push_back(done);
  const Expiry expiry(loop_, deadline.at, [&done] { done.set(false); });
  co_return co_await done;
}

void RedisCluster::seed_state(bool connected) {
  if (connected && seed_->in_cluster()) found_ = true;
  if (!found_) {
    if (hooks_.state) hooks_.state(connected);
  } else if (connected && !slots_) {
    want_slots();
  }
}

void RedisCluster::member_state(bool connected) {
  if (!connected) want_slots();
  tell_state();
}

void RedisCluster::tell_state() {
  const bool now = connected();
  if (stopping_ || std::exchange(told_connected_, now) == now) return;
  if (hooks_.state) hooks_.state(now);
  if (!now) return;
  for (const OneShot<bool>& waiting : std::exchange(waiting_, {})) waiting.set(true);
}

RedisCluster::MemberPtr RedisCluster::master_of(std::uint16_t slot) {
  const RedisEndpoint* endpoint = owner(slot);
  if (endpoint == nullptr) want_slots();
  return endpoint == nullptr ? nullptr : member_at(*endpoint);
}

RedisCluster::MemberPtr RedisCluster::member_at(const RedisEndpoint& endpoint) {
  if (stopping_) return nullptr;
  if (const auto known = members_.find(endpoint); known != members_.end()) return known->second;
  if (members_.size() >= kMembersMost) {
    want_slots();
    return nullptr;
  }
  const auto member = std::make_shared<Member>(Member{.endpoint = endpoint, .node = {}});
  members_.emplace(endpoint, member);
  member->node =
      RedisNode::make(loop_, address_at(address_, endpoint), tls_, limits_,
                      {hooks_.answered, [this](bool connected) { member_state(connected); }}, random_);
  member->node->start();
  return member;
}

Task<void> RedisCluster::meet(MemberPtr member) {
  co_await member->node->wait_connected({loop_.now() + limits_.command_deadline});
  if (std::exchange(member->tried, true)) co_return;
  if (!member->node->connected()) member_state(false);
}

void RedisCluster::moved(std::uint16_t slot, const RedisEndpoint& to) {
  if (slots_) slots_->move(slot, to);
  want_slots();
}

void RedisCluster::want_slots() {
  wanted_ = true;
  if (stopping_ || std::exchange(keeping_, true)) return;
  tasks_.spawn(keep_slots());
}

Task<void> RedisCluster::keep_slots() {
  while (wanted_ && !stopping_) {
    wanted_ = false;
    const bool fetched = co_await fetch_slots();
    tell_state();
    if (!fetched || !connected()) wanted_ = true;
    co_await nap();
  }
  keeping_ = false;
}

Task<bool> RedisCluster::fetch_slots() {
  // Not always the same one first: one that is cut off from the others has old news.
  std::vector<MemberPtr> able;
  for (const auto& [endpoint, member] : members_) {
    if (member->node->connected()) able.push_back(member);
  }
  const std::size_t first = able.empty() ? 0 : random_.below(able.size());
  for (std::size_t i = 0; i < able.size(); ++i) {
    const MemberPtr& member = able[(first + i) % able.size()];
    const bool fetched = co_await fetch_slots_from(*member->node, member->endpoint.host);
    if (fetched) co_return true;
  }
  const bool fetched = co_await fetch_slots_from(*seed_, address_.host);
  co_return fetched;
}

Task<bool> RedisCluster::fetch_slots_from(RedisNode& node, std::string host) {
  RedisCommand command("CLUSTER");
  command.arg("SLOTS");
  const auto answer = co_await node.run(command);
  Result<RedisSlots> slots = std::unexpected(Error{});
  if (answer) {
    slots = RedisSlots::parse(*answer, host);
  } else {
    slots = std::unexpected(answer.error());
  }
  if (!slots) {
    slots_error_ = slots.error();
    co_return false;
  }
  if (!stopping_) adopt(std::move(*slots));
  co_return true;
}

void RedisCluster::adopt(RedisSlots slots) {
  slots_ = std::move(slots);
  for (auto at = members_.begin(); at != members_.end();) {
    const MemberPtr member = at->second;
    if (slots_->is_master(member->endpoint)) {
      ++at;
    } else {
      at = members_.erase(at);
      tasks_.spawn(retire(member, {loop_.now() + limits_.command_deadline}));
    }
  }
}

Task<void> RedisCluster::retire(MemberPtr member, Deadline deadline) {
  co_await member->node->stop(deadline);
  // Not within its own last steps.
  co_await yield_to(loop_);
}

Task<void> RedisCluster::nap() {
  if (stopping_) co_return;
  asleep_.emplace();
  const Expiry expiry(loop_, loop_.now() + kSlotsPause, [this] { asleep_->set(true); });
  co_await *asleep_;
  asleep_.reset();
}

Task<void> RedisCluster::stop(Deadline deadline) {
  stopping_ = true;
  if (asleep_) asleep_->set(true);
  for (const OneShot<bool>& waiting : std::exchange(waiting_, {})) waiting.set(false);
  for (const auto& [endpoint, member] : std::exchange(members_, {})) tasks_.spawn(retire(member, deadline));
  co_await seed_->stop(deadline);
  co_await tasks_.join();
}

}  // namespace wac::net
