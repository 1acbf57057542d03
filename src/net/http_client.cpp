#include "net/http_client.h"

#include "net/expiry.h"
#include "net/http_client_connection.h"
#include "net/http_request_writer.h"
#include "net/http_syntax.h"

#include <algorithm>
#include <deque>
#include <list>
#include <map>
#include <unordered_set>

namespace wac::net {
namespace {

using ConnectionPtr = std::shared_ptr<ClientConnection>;

/// Endpoints remembered (for their TLS sessions) although no connection is open.
constexpr std::size_t kRememberedEndpoints = 1'024;

/// What a waiting request gets: a free connection, or (null) the right to open one.
using Grant = Result<ConnectionPtr>;

/// A request in the queue of a pool; lives in the frame of the request.
struct Waiter {
  OneShot<Grant> turn;
  bool granted = false;
};

struct IdleConnection {
  ConnectionPtr connection;
  MonoTime since;
};

/// The connections to one endpoint. `open` counts those in use, idle, and being opened.
struct Pool {
  std::size_t open = 0;
  // The most recently used is at the back and is used first, so that surplus ones grow old and go.
  std::deque<IdleConnection> idle;
  std::list<Waiter*> waiting;
  std::shared_ptr<TlsSessionSlot> session = std::make_shared<TlsSessionSlot>();
};

std::unexpected<ClientFailure> unsent(Error error) {
  return std::unexpected(ClientFailure{error, Written::kNothing});
}

class HttpClientImpl final : public HttpClient, public ClientConnection::Owner {
 public:
  HttpClientImpl(EventLoop& loop, TlsContext& tls, HttpClientLimits limits)
      : loop_(loop), tls_(tls), limits_(std::move(limits)) {}
  ~HttpClientImpl() override {
    loop_.cancel(sweep_);
    for (const ConnectionPtr& connection : connections_) connection->detach();
  }

  Task<ClientResult> send(ClientRequest request) override;
  Task<void> stop() override;
  void idle_lost(ClientConnection& connection) override;

 private:
  /// Counts a request until its frame goes.
  class InFlight {
   public:
    explicit InFlight(HttpClientImpl& client) : client_(client) { ++client_.in_flight_; }
    ~InFlight() {
      if (--client_.in_flight_ != 0 || !client_.stopped_) return;
      client_.loop_.post([stopped = *client_.stopped_] { stopped.set(true); });
    }
    InFlight(const InFlight&) = delete;
    InFlight& operator=(const InFlight&) = delete;

   private:
    HttpClientImpl& client_;
  };

  Pool& pool_of(const Endpoint& endpoint);
  ConnectionPtr take_idle(Pool& pool);
  Task<Grant> acquire(Endpoint endpoint, Pool* pool, Deadline deadline);
  Task<Grant> wait_for_turn(Pool* pool, Deadline deadline);
  Task<Grant> open(Endpoint endpoint, Pool* pool, Deadline deadline);
  void release(Pool& pool, const ConnectionPtr& connection);
  void discard(const ConnectionPtr& connection);
  /// A connection of the pool is gone: the place goes to who waits longest.
  void free_place(Pool& pool);
  bool grant(Pool& pool, const ConnectionPtr& connection);
  void arm_sweep(MonoTime at);
  void sweep();

  EventLoop& loop_;
  TlsContext& tls_;
  HttpClientLimits limits_;
  std::map<Endpoint, Pool> pools_;
  std::unordered_set<ConnectionPtr> connections_;
  std::size_t in_flight_ = 0;
  bool stopping_ = false;
  std::optional<OneShot<bool>> stopped_;
  Scheduler::TimerId sweep_ = 0;
};

Task<ClientResult> HttpClientImpl::send(ClientRequest request) {
  if (stopping_) co_return unsent({ErrorCode::kCancelled, 0, "http_client: stopping"});
  Result<std::string> bytes = write_request(request);
  if (!bytes) co_return unsent(bytes.error());
  const InFlight in_flight(*this);
  Pool& pool = pool_of(request.endpoint);
  ConnectionPtr connection = take_idle(pool);
  if (!connection) {
    Grant got = co_await acquire(request.endpoint, &pool, request.deadline);
    if (!got) {
      wipe(*bytes);
      co_return unsent(got.error());
    }
    connection = std::move(*got);
  }
  if (request.deadline.passed(loop_.now())) {
    release(pool, connection);
    wipe(*bytes);
    co_return unsent({ErrorCode::kTimeout, 0, "http_client: no time left to write"});
  }
  const BodyRule rule = request.method == "HEAD" ? BodyRule::kNever : BodyRule::kMayFollow;
  const ClientConnection::Answer answer = connection->begin(
      std::move(*bytes), ResponseParser(rule, limits_.response_header_bytes, limits_.response_body_bytes));
  const Expiry expiry(loop_, request.deadline.at, [&connection] {
    connection->fail_with(Error{ErrorCode::kTimeout, 0, "http_client: response"});
  });
  Result<ClientResponse> response = co_await answer;
  release(pool, connection);
  if (!response) co_return std::unexpected(ClientFailure{response.error(), Written::kMaybe});
  co_return std::move(*response);
}

Pool& HttpClientImpl::pool_of(const Endpoint& endpoint) {
  if (const auto found = pools_.find(endpoint); found != pools_.end()) return found->second;
  if (pools_.size() >= kRememberedEndpoints) {
    std::erase_if(pools_, [](const auto& entry) { return entry.second.open == 0; });
  }
  return pools_[endpoint];
}

ConnectionPtr HttpClientImpl::take_idle(Pool& pool) {
  while (!pool.idle.empty()) {
    ConnectionPtr connection = std::move(pool.idle.back().connection);
    pool.idle.pop_back();
    // The news of a closed connection may still be in the kernel.
    if (connection->usable()) return connection;
    discard(connection);
    --pool.open;
  }
  return nullptr;
}

Task<Grant> HttpClientImpl::acquire(Endpoint endpoint, Pool* pool, Deadline deadline) {
  if (pool->open >= limits_.connections_per_endpoint) {
    Grant turn = co_await wait_for_turn(pool, deadline);
    if (!turn) co_return turn;
    if (*turn != nullptr) {
      if ((*turn)->usable()) co_return turn;
      discard(*turn);
    }
  } else {
    ++pool->open;
  }
  co_return co_await open(std::move(endpoint), pool, deadline);
}

Task<Grant> HttpClientImpl::wait_for_turn(Pool* pool, Deadline deadline) {
  Waiter waiter;
  const auto place = pool->waiting.insert(pool->waiting.end(), &waiter);
  const Expiry expiry(loop_, deadline.at, [pool, place, &waiter] {
    // What was granted is on its way and must be taken, or it would be lost.
    if (waiter.granted) return;
    pool->waiting.erase(place);
    waiter.turn.set(fail(ErrorCode::kTimeout, "http_client: every connection is in use"));
  });
  co_return co_await waiter.turn;
}

Task<Grant> HttpClientImpl::open(Endpoint endpoint, Pool* pool, Deadline deadline) {
  ConnectionPtr connection = std::make_shared<ClientConnection>(loop_, *this);
  StreamTarget target{endpoint.host, endpoint.port, endpoint.tls ? &tls_ : nullptr, pool->session,
                      limits_.judge};
  const Deadline limit = deadline.sooner(loop_.now() + limits_.connect_deadline);
  const Result<void> opened = co_await connection->stream().open(std::move(target), limit);
  if (!opened) {
    connection->stream().close();
    free_place(*pool);
    co_return std::unexpected(opened.error());
  }
  connection->watch();
  connections_.insert(connection);
  co_return connection;
}

void HttpClientImpl::release(Pool& pool, const ConnectionPtr& connection) {
  if (stopping_ || !connection->stream().is_open()) {
    discard(connection);
    free_place(pool);
    return;
  }
  if (grant(pool, connection)) return;
  const MonoTime now = loop_.now();
  pool.idle.push_back({connection, now});
  arm_sweep(now + limits_.idle_deadline);
}

bool HttpClientImpl::grant(Pool& pool, const ConnectionPtr& connection) {
  if (pool.waiting.empty()) return false;
  Waiter* first = pool.waiting.front();
  pool.waiting.pop_front();
  first->granted = true;
  // Resumed in a turn of its own: a row of waiters without time left must not nest.
  loop_.post([turn = first->turn, connection] { turn.set(connection); });
  return true;
}

void HttpClientImpl::discard(const ConnectionPtr& connection) {
  connection->stream().close();
  connections_.erase(connection);
}

void HttpClientImpl::free_place(Pool& pool) {
  if (!grant(pool, nullptr)) --pool.open;
}

void HttpClientImpl::idle_lost(ClientConnection& connection) {
  // Its pending read still holds it.
  connections_.erase(connection.shared_from_this());
  for (auto& [endpoint, pool] : pools_) {
    const auto removed = std::erase_if(pool.idle, [&connection](const IdleConnection& idle) {
      return idle.connection.get() == &connection;
    });
    pool.open -= removed;
  }
}

void HttpClientImpl::arm_sweep(MonoTime at) {
  if (sweep_ == 0) sweep_ = loop_.call_at(at, [this] { sweep(); });
}

void HttpClientImpl::sweep() {
  sweep_ = 0;
  const MonoTime now = loop_.now();
  MonoTime next = MonoTime::max();
  for (auto& [endpoint, pool] : pools_) {
    while (!pool.idle.empty() && pool.idle.front().since + limits_.idle_deadline <= now) {
      discard(pool.idle.front().connection);
      pool.idle.pop_front();
      --pool.open;
    }
    if (!pool.idle.empty()) next = std::min(next, pool.idle.front().since + limits_.idle_deadline);
  }
  if (next != MonoTime::max()) arm_sweep(next);
}

Task<void> HttpClientImpl::stop() {
  stopping_ = true;
  loop_.cancel(sweep_);
  sweep_ = 0;
  for (auto& [endpoint, pool] : pools_) {
    for (const IdleConnection& idle : pool.idle) discard(idle.connection);
    pool.open -= pool.idle.size();
    pool.idle.clear();
  }
  if (in_flight_ == 0) co_return;
  stopped_.emplace();
  co_await *stopped_;
}

}  // namespace

std::unique_ptr<HttpClient> HttpClient::make(EventLoop& loop, TlsContext& tls, HttpClientLimits limits) {
  return std::make_unique<HttpClientImpl>(loop, tls, std::move(limits));
}

std::string_view ClientResponse::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (http_syntax::same_name(key, name)) return value;
  }
  return {};
}

}  // namespace wac::net
