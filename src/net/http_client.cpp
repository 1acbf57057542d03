#include "net/http_client.h"

#include "net/expiry.h"
#include "net/http_client_pool.h"
#include "net/http_request_writer.h"
#include "net/http_syntax.h"

#include <map>

namespace wac::net {
namespace {

/// Endpoints remembered (for their TLS sessions and protocols) although no connection is open.
constexpr std::size_t kRememberedEndpoints = 1'024;

/// How often a request that the peer did not process is written again.
constexpr int kMostAgain = 2;

std::unexpected<ClientFailure> unsent(Error error) {
  return std::unexpected(ClientFailure{error, Written::kNothing});
}

/// Its connection ended or refused it, and certainly nothing was done.
bool may_go_again(const ClientFailure& failure) {
  return failure.written == Written::kNothing && failure.error.code == ErrorCode::kConnectionLost;
}

class HttpClientImpl final : public HttpClient {
 public:
  HttpClientImpl(EventLoop& loop, TlsContext& tls, HttpClientLimits limits)
      : loop_(loop), tls_(tls), limits_(std::move(limits)) {}
  ~HttpClientImpl() override {
    for (const auto& [endpoint, pool] : pools_) pool->detach();
  }

  Task<ClientResult> send(ClientRequest request) override;
  Task<void> stop() override;

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

  /// Shared with the requests that are under way.
  using PoolPtr = std::shared_ptr<ClientPool>;
  PoolPtr pool_of(const Endpoint& endpoint);

  EventLoop& loop_;
  TlsContext& tls_;
  HttpClientLimits limits_;
  std::map<Endpoint, PoolPtr> pools_;
  std::size_t in_flight_ = 0;
  bool stopping_ = false;
  std::optional<OneShot<bool>> stopped_;
};

Task<ClientResult> HttpClientImpl::send(ClientRequest request) {
  if (stopping_) co_return unsent({ErrorCode::kCancelled, 0, "http_client: stopping"});
  if (const auto checked = check_request(request); !checked) co_return unsent(checked.error());
  const InFlight in_flight(*this);
  const PoolPtr pool = pool_of(request.endpoint);
  std::shared_ptr<const Http2Request> for_http2;
  for (int again = 0;; ++again) {
    Lease lease = pool->take();
    if (!lease) {
      Result<Lease> got = co_await pool->acquire(request.deadline);
      if (!got) co_return unsent(got.error());
      lease = std::move(*got);
    }
    if (request.deadline.passed(loop_.now())) {
      pool->give_back(lease);
      co_return unsent({ErrorCode::kTimeout, 0, "http_client: no time left to write"});
    }
    if (lease.http1) {
      const BodyRule rule = request.method == "HEAD" ? BodyRule::kNever : BodyRule::kMayFollow;
      const ClientConnection::Answer answer = lease.http1->begin(
          format_request(request),
          ResponseParser(rule, limits_.response_header_bytes, limits_.response_body_bytes));
      const Expiry expiry(loop_, request.deadline.at, [&lease] {
        lease.http1->fail_with(Error{ErrorCode::kTimeout, 0, "http_client: response"});
      });
      Result<ClientResponse> response = co_await answer;
      pool->release(lease);
      if (!response) co_return std::unexpected(ClientFailure{response.error(), Written::kMaybe});
      co_return std::move(*response);
    }
    if (!for_http2) for_http2 = Http2Request::make(request);
    const Http2Connection::Begun begun = lease.http2->begin(for_http2);
    const Expiry expiry(loop_, request.deadline.at, [&lease, &begun] { lease.http2->expire(begun.stream); });
    ClientResult result = co_await begun.answer;
    pool->release(lease);
    if (result || !may_go_again(result.error()) || again == kMostAgain) co_return result;
  }
}

HttpClientImpl::PoolPtr HttpClientImpl::pool_of(const Endpoint& endpoint) {
  if (const auto found = pools_.find(endpoint); found != pools_.end()) return found->second;
  if (pools_.size() >= kRememberedEndpoints) {
    std::erase_if(pools_, [](const auto& entry) { return entry.second->unused(); });
  }
  PoolPtr pool = std::make_shared<ClientPool>(loop_, tls_, limits_, endpoint);
  pools_.emplace(endpoint, pool);
  return pool;
}

Task<void> HttpClientImpl::stop() {
  stopping_ = true;
  for (const auto& [endpoint, pool] : pools_) pool->stop();
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
