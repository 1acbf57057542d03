#pragma once
// The connections of an HTTP client to one endpoint, and the requests that wait for one. For net/ only.
//
// With HTTP/1.1 a request has a connection to itself. With HTTP/2 it has a place on one; which protocol an
// endpoint speaks is learned from each connection that is opened. Until the first one tells, requests wait
// for it instead of opening one each.

#include "net/expiry.h"
#include "net/http2_connection.h"
#include "net/http_client_connection.h"

#include <deque>
#include <list>
#include <memory>
#include <optional>
#include <unordered_set>
#include <vector>

namespace wac::net {

/// What a request is sent on: one of both.
struct Lease {
  std::shared_ptr<ClientConnection> http1;
  std::shared_ptr<Http2Connection> http2;

  explicit operator bool() const { return http1 || http2; }
};

/// Whoever waits on a pool, or holds a lease of it, keeps it.
class ClientPool final : public ClientConnection::Owner, public Http2Connection::Owner {
 public:
  /// `tls` and `limits` outlive it.
  ClientPool(EventLoop& loop, TlsContext& tls, const HttpClientLimits& limits, Endpoint endpoint);
  ~ClientPool() override;

  /// What is free now; nothing when a request must wait or a connection be opened.
  Lease take();
  /// Waits for a lease, or opens a connection.
  Task<Result<Lease>> acquire(Deadline deadline);
  /// Its request has ended.
  void release(const Lease& lease);
  /// It was not used.
  void give_back(const Lease& lease);

  /// Ends every request (kCancelled).
  void detach();
  /// Closes what idles, now and from now on.
  void stop();
  /// Nothing is open or waiting: only what it has learned would be lost with it.
  bool unused() const;

  void idle_lost(ClientConnection& connection) override;
  void changed(Http2Connection& connection) override;

 private:
  /// A lease, or (empty) the right to open a connection.
  using Grant = Result<Lease>;
  /// A request in the queue; lives in the frame of the request.
  struct Waiter {
    OneShot<Grant> turn;
    bool granted = false;
  };
  struct IdleConnection {
    std::shared_ptr<ClientConnection> connection;
    MonoTime since;
  };
  struct Http2Place {
    std::shared_ptr<Http2Connection> connection;
    /// It counts in `open_`. One that takes no more requests does not: it may have a successor.
    bool counts = true;
  };

  Task<Grant> wait_for_turn(Deadline deadline);
  Task<Grant> open(Deadline deadline);
  Lease opened(std::unique_ptr<ClientStream> stream);
  void open_failed(Error why, bool own_fault);
  Task<bool> look(std::shared_ptr<Http2Connection> connection);
  std::shared_ptr<Http2Connection> with_room(bool quiet);
  std::shared_ptr<ClientConnection> take_idle();
  bool may_open() const;
  std::size_t promised() const;
  bool offers_http2() const { return limits_.http2 && endpoint_.tls; }
  /// Gives waiting requests what is free, and the right to open what they need.
  void serve();
  void hand(Grant grant);
  void drop_http1(const std::shared_ptr<ClientConnection>& connection);
  void arm_sweep(MonoTime at);
  void sweep();

  EventLoop& loop_;
  TlsContext& tls_;
  const HttpClientLimits& limits_;
  Endpoint endpoint_;
  std::shared_ptr<TlsSessionSlot> session_ = std::make_shared<TlsSessionSlot>();
  /// What the latest connection spoke; nothing before the first.
  std::optional<bool> speaks_http2_;
  /// How many requests an HTTP/2 connection that is being opened will carry, as far as is known.
  std::size_t expected_;
  /// In use, idle, and being opened.
  std::size_t open_ = 0;
  std::size_t opening_ = 0;
  std::unordered_set<std::shared_ptr<ClientConnection>> http1_;
  // The most recently used is at the back and is used first, so that surplus ones grow old and go.
  std::deque<IdleConnection> idle_;
  // The first with room is used, likewise.
  std::vector<Http2Place> http2_;
  std::list<Waiter*> waiting_;
  bool stopping_ = false;
  Scheduler::TimerId sweep_ = 0;
};

}  // namespace wac::net
