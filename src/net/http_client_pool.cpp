#include "net/http_client_pool.h"

#include <algorithm>

namespace wac::net {
namespace {

/// Turns of the loop in which a connection reads what waits in the kernel.
constexpr int kTurnsToRead = 4;

}  // namespace

ClientPool::ClientPool(EventLoop& loop, TlsContext& tls, const HttpClientLimits& limits, Endpoint endpoint)
    : loop_(loop),
      tls_(tls),
      limits_(limits),
      endpoint_(std::move(endpoint)),
      expected_(limits.streams_per_connection) {}

ClientPool::~ClientPool() {
  detach();
}

void ClientPool::detach() {
  stop();
  // Copies: a request that ends gives its connection back.
  for (const auto& connection : std::vector(http1_.begin(), http1_.end())) connection->detach();
  for (const Http2Place& place : std::vector(http2_)) place.connection->detach();
}

Lease ClientPool::take() {
  if (auto connection = with_room(true)) {
    connection->reserve();
    return {nullptr, std::move(connection)};
  }
  return {take_idle(), nullptr};
}

std::shared_ptr<Http2Connection> ClientPool::with_room(bool quiet) {
  for (const Http2Place& place : http2_) {
    if (place.connection->room() != 0 && (!quiet || place.connection->is_quiet())) return place.connection;
  }
  return nullptr;
}

std::shared_ptr<ClientConnection> ClientPool::take_idle() {
  while (!idle_.empty()) {
    std::shared_ptr<ClientConnection> connection = std::move(idle_.back().connection);
    idle_.pop_back();
    // The news of a closed connection may still be in the kernel.
    if (connection->usable()) return connection;
    drop_http1(connection);
    --open_;
  }
  return nullptr;
}

Task<Result<Lease>> ClientPool::acquire(Deadline deadline) {
  for (;;) {
    Lease lease;
    if (auto connection = with_room(false)) {
      connection->reserve();
      lease.http2 = std::move(connection);
    } else if (may_open()) {
      ++open_;
      ++opening_;
      co_return co_await open(deadline);
    } else {
      Grant turn = co_await wait_for_turn(deadline);
      if (!turn) co_return turn;
      if (!*turn) co_return co_await open(deadline);
      lease = std::move(*turn);
    }
    if (lease.http1) {
      if (lease.http1->usable()) co_return lease;
      // Its place is kept for the next.
      drop_http1(lease.http1);
      ++opening_;
      co_return co_await open(deadline);
    }
    if (co_await look(lease.http2)) co_return lease;
    give_back(lease);
  }
}

Task<bool> ClientPool::look(std::shared_ptr<Http2Connection> connection) {
  for (int turn = 0; turn < kTurnsToRead && !connection->is_quiet(); ++turn) co_await yield_to(loop_);
  co_return connection->takes_more();
}

bool ClientPool::may_open() const {
  if (open_ >= limits_.connections_per_endpoint) return false;
  if (!offers_http2() || speaks_http2_ == false) return true;
  return waiting_.size() >= promised();
}

std::size_t ClientPool::promised() const {
  std::size_t connections = opening_;
  for (const Http2Place& place : http2_) {
    if (place.connection->takes_more() && !place.connection->limit()) ++connections;
  }
  return connections * expected_;
}

Task<ClientPool::Grant> ClientPool::wait_for_turn(Deadline deadline) {
  Waiter waiter;
  const auto place = waiting_.insert(waiting_.end(), &waiter);
  const Expiry expiry(loop_, deadline.at, [this, place, &waiter] {
    // What was granted is on its way and must be taken, or it would be lost.
    if (waiter.granted) return;
    waiting_.erase(place);
    waiter.turn.set(fail(ErrorCode::kTimeout, "http_client: every connection is in use"));
  });
  co_return co_await waiter.turn;
}

Task<ClientPool::Grant> ClientPool::open(Deadline deadline) {
  auto stream = std::make_unique<ClientStream>(loop_);
  StreamTarget target{endpoint_.host, endpoint_.port, endpoint_.tls ? &tls_ : nullptr,
                      session_,       limits_.judge,  offers_http2()};
  const Deadline limit = deadline.sooner(loop_.now() + limits_.connect_deadline);
  const Result<void> tried = co_await stream->open(std::move(target), limit);
  --opening_;
  if (!tried) {
    stream->close();
    open_failed(tried.error(), deadline.passed(loop_.now()));
    co_return std::unexpected(tried.error());
  }
  co_return opened(std::move(stream));
}

Lease ClientPool::opened(std::unique_ptr<ClientStream> stream) {
  Lease lease;
  const bool http2 = stream->speaks_http2();
  const bool news = speaks_http2_ != http2;
  speaks_http2_ = http2;
  if (http2) {
    lease.http2 = std::make_shared<Http2Connection>(
        loop_, std::move(stream), *this,
        Http2Session::Limits{limits_.response_header_bytes, limits_.response_body_bytes},
        limits_.streams_per_connection);
    http2_.push_back({lease.http2});
    lease.http2->reserve();
    lease.http2->watch();
  } else {
    lease.http1 = std::make_shared<ClientConnection>(std::move(stream), *this);
    http1_.insert(lease.http1);
    lease.http1->watch();
  }
  if (news) serve();
  return lease;
}

void ClientPool::open_failed(Error why, bool own_fault) {
  --open_;
  if (open_ == 0 && offers_http2() && !own_fault) {
    // Those who waited for this connection would only try the same, one after the other.
    while (!waiting_.empty()) hand(std::unexpected(why));
  } else {
    serve();
  }
}

void ClientPool::release(const Lease& lease) {
  if (lease.http2) {
    if (lease.http2->idle() && (stopping_ || !lease.http2->takes_more())) {
      lease.http2->retire();
      changed(*lease.http2);
    } else {
      if (lease.http2->idle()) arm_sweep(loop_.now() + limits_.idle_deadline);
      serve();
    }
    return;
  }
  if (stopping_ || !lease.http1->stream().is_open()) {
    drop_http1(lease.http1);
    --open_;
    serve();
  } else if (!waiting_.empty()) {
    hand(lease);
  } else {
    const MonoTime now = loop_.now();
    idle_.push_back({lease.http1, now});
    arm_sweep(now + limits_.idle_deadline);
  }
}

void ClientPool::give_back(const Lease& lease) {
  if (lease.http2) lease.http2->give_back();
  release(lease);
}

void ClientPool::changed(Http2Connection& connection) {
  const auto found = std::ranges::find_if(
      http2_, [&connection](const Http2Place& place) { return place.connection.get() == &connection; });
  if (found == http2_.end()) return;
  if (const auto limit = connection.limit()) expected_ = std::max<std::size_t>(*limit, 1);
  if (!connection.takes_more()) {
    if (std::exchange(found->counts, false)) --open_;
    if (connection.idle()) {
      connection.retire();
      http2_.erase(found);
    }
  }
  serve();
}

void ClientPool::serve() {
  while (!waiting_.empty()) {
    auto connection = with_room(false);
    if (!connection) break;
    connection->reserve();
    hand(Lease{nullptr, std::move(connection)});
  }
  while (!waiting_.empty() && open_ < limits_.connections_per_endpoint) {
    const bool one_each = !offers_http2() || speaks_http2_ == false;
    if (!one_each && waiting_.size() <= promised()) break;
    ++open_;
    ++opening_;
    hand(Lease{});
  }
}

void ClientPool::hand(Grant grant) {
  Waiter* first = waiting_.front();
  waiting_.pop_front();
  first->granted = true;
  // Resumed in a turn of its own: a row of waiters without time left must not nest.
  loop_.post([turn = first->turn, grant = std::move(grant)]() mutable { turn.set(std::move(grant)); });
}

void ClientPool::drop_http1(const std::shared_ptr<ClientConnection>& connection) {
  connection->stream().close();
  http1_.erase(connection);
}

void ClientPool::idle_lost(ClientConnection& connection) {
  // Its pending read still holds it.
  http1_.erase(connection.shared_from_this());
  open_ -= std::erase_if(
      idle_, [&connection](const IdleConnection& idle) { return idle.connection.get() == &connection; });
}

void ClientPool::arm_sweep(MonoTime at) {
  if (sweep_ == 0) sweep_ = loop_.call_at(at, [this] { sweep(); });
}

void ClientPool::sweep() {
  sweep_ = 0;
  const MonoTime now = loop_.now();
  const MonoTime old = now - limits_.idle_deadline;
  MonoTime next = MonoTime::max();
  while (!idle_.empty() && idle_.front().since <= old) {
    drop_http1(idle_.front().connection);
    idle_.pop_front();
    --open_;
  }
  if (!idle_.empty()) next = idle_.front().since + limits_.idle_deadline;
  // A copy: whoever retires leaves the list.
  for (const Http2Place& place : std::vector(http2_)) {
    if (!place.connection->idle()) continue;
    if (place.connection->idle_since() <= old) {
      place.connection->retire();
      changed(*place.connection);
    } else {
      next = std::min(next, place.connection->idle_since() + limits_.idle_deadline);
    }
  }
  if (next != MonoTime::max()) arm_sweep(next);
}

void ClientPool::stop() {
  stopping_ = true;
  loop_.cancel(sweep_);
  sweep_ = 0;
  for (const IdleConnection& idle : idle_) drop_http1(idle.connection);
  open_ -= idle_.size();
  idle_.clear();
  for (const Http2Place& place : std::vector(http2_)) {
    if (!place.connection->idle()) continue;
    place.connection->retire();
    changed(*place.connection);
  }
}

bool ClientPool::unused() const {
  return open_ == 0 && http2_.empty() && waiting_.empty();
}

}  // namespace wac::net
