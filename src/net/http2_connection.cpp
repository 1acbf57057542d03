#include "net/http2_connection.h"

#include <algorithm>
#include <cstring>

namespace wac::net {
namespace {

/// A write is this much and at most one frame more: as much as a TLS record holds, twice.
constexpr std::size_t kEnough = 16 * 1024;
constexpr std::size_t kLargestFrame = 16 * 1024 + 9;

}  // namespace

Http2Connection::Http2Connection(EventLoop& loop, std::unique_ptr<ClientStream> stream, Owner& owner,
                                 Http2Session::Limits limits, std::size_t streams)
    : loop_(loop),
      stream_(std::move(stream)),
      owner_(&owner),
      streams_(streams),
      session_(limits),
      idle_since_(loop.now()) {
  outgoing_.reserve(kEnough + kLargestFrame);
}

void Http2Connection::watch() {
  stream_->async_read_some(asio::buffer(buffer_),
                           [self = shared_from_this()](const boost::system::error_code& ec, std::size_t n) {
                             self->on_read(ec, n);
                           });
}

std::optional<std::size_t> Http2Connection::limit() const {
  std::optional<std::size_t> most = session_.peer_streams();
  if (most) most = std::min(*most, streams_);
  return most;
}

std::size_t Http2Connection::room() const {
  const std::size_t held = waiting_.size() + reserved_;
  const std::size_t most = takes_more() ? limit().value_or(1) : 0;
  return most > held ? most - held : 0;
}

Http2Connection::Begun Http2Connection::begin(std::shared_ptr<const Http2Request> request) {
  --reserved_;
  Begun begun;
  const Result<StreamId> submitted = session_.submit(std::move(request));
  if (!submitted) {
    begun.answer.set(std::unexpected(ClientFailure{submitted.error(), Written::kNothing}));
    return begun;
  }
  begun.stream = *submitted;
  waiting_.emplace(begun.stream, Waiting{begun.answer, reads_});
  schedule_flush();
  return begun;
}

void Http2Connection::expire(StreamId stream) {
  const auto found = waiting_.find(stream);
  if (found == waiting_.end()) return;
  const auto self = shared_from_this();
  const Waiting over = std::move(found->second);
  waiting_.erase(found);
  const Written written = session_.abandon(stream);
  if (over.reads == reads_) {
    doomed_ = true;
    tell_owner();
  }
  schedule_flush();
  if (waiting_.empty()) idle_since_ = loop_.now();
  over.answer.set(std::unexpected(ClientFailure{{ErrorCode::kTimeout, 0, "http_client: response"}, written}));
}

void Http2Connection::retire() {
  owner_ = nullptr;
  if (retired_ || !stream_->is_open()) return;
  retired_ = true;
  session_.say_goodbye();
  if (writing_) {
    // A write that takes until now meets nobody.
    stream_->close();
  } else {
    flush();
  }
}

void Http2Connection::detach() {
  owner_ = nullptr;
  lose({ErrorCode::kCancelled, 0, "http_client: destroyed"});
}

void Http2Connection::on_read(const boost::system::error_code& ec, std::size_t n) {
  if (!stream_->is_open()) return;
  if (ec) {
    lose({ErrorCode::kConnectionLost, ec.value(), "http2: read"});
    return;
  }
  const auto self = shared_from_this();
  ++reads_;
  const Capacity before = capacity();
  bool fine = true;
  while (fine && n != 0) {
    fine = feed(n);
    n = fine ? stream_->read_more(asio::buffer(buffer_)) : 0;
  }
  if (!fine || session_.over()) {
    lose({fine ? ErrorCode::kConnectionLost : ErrorCode::kProtocol, 0, "http2: the connection has ended"});
    return;
  }
  watch();
  if (session_.has_output()) schedule_flush();
  // Whoever sends again because of a GOAWAY must not find this connection.
  if (capacity() != before) tell_owner();
  settle(session_.take_finished());
}

bool Http2Connection::feed(std::size_t n) {
  return session_.feed({buffer_.data(), n}).has_value();
}

void Http2Connection::schedule_flush() {
  if (flush_due_ || writing_) return;
  flush_due_ = true;
  loop_.post([self = shared_from_this()] {
    self->flush_due_ = false;
    if (!self->writing_) self->flush();
  });
}

void Http2Connection::flush() {
  if (!stream_->is_open()) return;
  session_.fill(outgoing_, kEnough);
  std::vector<Http2Session::Finished> finished = session_.take_finished();
  if (outgoing_.empty()) {
    if (retired_) stream_->close();
    if (session_.over()) lose({ErrorCode::kProtocol, 0, "http2: the connection has ended"});
  } else {
    writing_ = true;
    asio::async_write(*stream_, asio::buffer(outgoing_),
                      [self = shared_from_this()](const boost::system::error_code& ec, std::size_t) {
                        self->on_written(ec);
                      });
  }
  settle(std::move(finished));
}

void Http2Connection::on_written(const boost::system::error_code& ec) {
  writing_ = false;
  explicit_bzero(outgoing_.data(), outgoing_.size());
  outgoing_.clear();
  if (!ec) {
    flush();
    return;
  }
  // Settles nothing: answers, and a GOAWAY that says what was not processed, are still to be read. When there
  // are none, the read fails too, or the deadlines end the wait.
  doomed_ = true;
  tell_owner();
}

void Http2Connection::lose(Error why) {
  const auto self = shared_from_this();
  stream_->close();
  std::vector<Http2Session::Finished> finished = session_.lose(why);
  tell_owner();
  settle(std::move(finished));
}

void Http2Connection::settle(std::vector<Http2Session::Finished> finished) {
  // Whoever waits for an answer may let go of this connection, or begin another request on it.
  const auto self = shared_from_this();
  for (auto& [stream, result] : finished) {
    const auto found = waiting_.find(stream);
    if (found == waiting_.end()) continue;
    const Answer answer = std::move(found->second.answer);
    waiting_.erase(found);
    if (waiting_.empty()) idle_since_ = loop_.now();
    answer.set(std::move(result));
  }
}

void Http2Connection::tell_owner() {
  if (owner_ != nullptr) owner_->changed(*this);
}

}  // namespace wac::net
