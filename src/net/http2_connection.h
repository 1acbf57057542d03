#pragma once
// One HTTP/2 connection of the HTTP client: a session, its socket, and who waits for which answer. For net/
// only.
//
// What is begun in one turn of the loop leaves in one write. While a write is under way, further frames stay
// in the session, so that what was never handed to the kernel is known exactly.

#include "net/client_stream.h"
#include "net/http2_session.h"
#include "net/http_client.h"

#include <array>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace wac::net {

/// A read is pending for as long as the connection is open. Shared with its pending operations.
class Http2Connection : public std::enable_shared_from_this<Http2Connection> {
 public:
  using StreamId = Http2Session::StreamId;
  using Answer = OneShot<ClientResult>;

  class Owner {
   public:
    virtual ~Owner() = default;
    /// It can carry more or less than before: SETTINGS, GOAWAY, or it is lost.
    virtual void changed(Http2Connection& connection) = 0;
  };

  struct Begun {
    StreamId stream = 0;
    Answer answer;
  };

  /// `stream` is open; `streams`: how many requests it carries at once, if the peer allows.
  Http2Connection(EventLoop& loop, std::unique_ptr<ClientStream> stream, Owner& owner,
                  Http2Session::Limits limits, std::size_t streams);

  /// Begins the permanent read; once.
  void watch();

  /// How many more requests it takes now. One at most before the peer has said how many it allows.
  std::size_t room() const;
  /// How many requests the peer and we allow at once; nothing before the peer has said so.
  std::optional<std::size_t> limit() const;
  bool takes_more() const { return !doomed_ && stream_->is_open() && session_.takes_more(); }
  /// No request is on it, and none has a place.
  bool idle() const { return waiting_.empty() && reserved_ == 0; }
  MonoTime idle_since() const { return idle_since_; }
  /// It carries requests, or nothing waits in the kernel: what a server says before it closes an idle
  /// connection must be read first.
  bool is_quiet() { return !waiting_.empty() || stream_->quiet(); }

  /// Keeps a place until begin() or give_back(). room() must not be 0.
  void reserve() { ++reserved_; }
  void give_back() { --reserved_; }
  /// Uses a place.
  Begun begin(std::shared_ptr<const Http2Request> request);
  /// The request's time is over: kTimeout. A connection on which nothing came since it was begun may be dead
  /// and takes no more.
  void expire(StreamId stream);
  /// Says goodbye and closes; the owner is not called again. Must be idle.
  void retire();
  /// Everything on it ends (kCancelled), and the owner is not called again.
  void detach();

 private:
  struct Waiting {
    Answer answer;
    std::uint64_t reads = 0;
  };
  using Capacity = std::pair<bool, std::optional<std::size_t>>;

  Capacity capacity() const { return {takes_more(), limit()}; }
  void on_read(const boost::system::error_code& ec, std::size_t n);
  bool feed(std::size_t n);
  void schedule_flush();
  void flush();
  void on_written(const boost::system::error_code& ec);
  void lose(Error why);
  void settle(std::vector<Http2Session::Finished> finished);
  void tell_owner();

  EventLoop& loop_;
  std::unique_ptr<ClientStream> stream_;
  Owner* owner_;
  std::size_t streams_;
  Http2Session session_;
  std::unordered_map<StreamId, Waiting> waiting_;
  std::size_t reserved_ = 0;
  MonoTime idle_since_{};
  std::uint64_t reads_ = 0;
  bool doomed_ = false;
  bool retired_ = false;
  bool flush_due_ = false;
  bool writing_ = false;
  // Holds tokens while they are written: wiped afterwards, and never grown, for that would leave a copy.
  std::string outgoing_;
  std::array<char, 17 * 1024> buffer_;
};

}  // namespace wac::net
