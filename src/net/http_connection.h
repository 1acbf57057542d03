#pragma once
// One accepted connection: reads requests, has them handled one at a time and in order, writes the answers.
// For net/ only.

#include "net/asio_await.h"
#include "net/http_encode.h"
#include "net/http_framing.h"
#include "net/http_worker.h"

namespace wac::net {

class HttpConnection final : private BodyWriter {
 public:
  HttpConnection(HttpWorker& worker, UniqueFd socket, std::string peer);
  ~HttpConnection() override;
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  /// Serves until the connection ends.
  Task<void> run();

  /// Called by the worker's sweep.
  void expire_if_due(MonoTime now);
  /// Ends the connection if no request has begun.
  void close_if_idle();
  /// Closes the socket under whatever is going on; a running handler still finishes, its answer is dropped.
  void abort();

 private:
  friend class HttpWorker;

  /// What the connection waits for; each has its own deadline, except handlers and streams between writes.
  enum class Phase : std::uint8_t { kIdle, kHead, kBody, kHandler, kWrite, kLinger };
  enum class Sent : std::uint8_t { kAll, kBlocked, kFailed };
  enum class Ending : std::uint8_t { kNone, kExpired, kClosed };

  void enter(Phase phase);
  ReadStep advance();
  ReadStep accept_head();
  ReadStep read_body();
  asio::mutable_buffer room();
  bool took(IoResult got);

  Task<bool> answer();
  HttpResponse overloaded() const;
  Task<bool> respond(HttpResponse response, Persistence persistence);
  Task<bool> stream(BodyStream body, BodyFraming framing, HttpResponse::Drop drop);
  Task<void> refuse(int status, const char* why);
  Task<void> linger();
  void reset();
  Task<void> stay_silent();

  /// Names what goes out next; both views stay valid until it is gone.
  void stage(std::string_view first, std::string_view second = {});
  /// Hands the kernel what it takes now.
  Sent flush_now();
  /// Hands the kernel everything, waiting for it if need be.
  Task<bool> flush();

  Task<bool> write(std::string_view bytes) override;
  void give_up() override {
    stream_broken_ = true;
    reset();
  }
  bool draining() const override { return worker_.draining(); }
  bool gone() override;

  HttpWorker& worker_;
  TcpSocket socket_;
  std::string peer_;
  std::size_t slot_ = 0;

  Phase phase_ = Phase::kIdle;
  Ending ending_ = Ending::kNone;
  MonoTime deadline_ = MonoTime::max();
  std::size_t served_ = 0;

  RequestReader reader_;
  std::unique_ptr<BodySink> sink_;
  HttpRequest request_;
  std::vector<char> input_;
  std::string_view unread_;

  std::string output_;
  std::string_view staged_first_;
  std::string_view staged_second_;
  BodyFraming stream_framing_ = BodyFraming::kChunked;
  bool stream_broken_ = false;
};

}  // namespace wac::net
