#pragma once
// A consumer of pushed events: an HTTP receiver that knows which message each event is about.

#include "support/http_receiver.h"

namespace wac::testing {

struct Pushed : ReceivedRequest {
  std::string wamid;  ///< of the message or status in it
};

class ConsumerServer {
 public:
  /// On any thread, and it may take its time.
  using Answer = std::function<ReceiverAnswer(const Pushed&)>;
  /// `port` 0: any.
  explicit ConsumerServer(Answer answer = [](const Pushed&) { return 204; }, std::uint16_t port = 0);

  std::uint16_t port() const { return receiver_.port(); }
  std::string url() const { return receiver_.url("/events?x=1"); }
  /// In the order in which they were answered.
  std::vector<Pushed> pushed() const;
  std::size_t count() const { return receiver_.count(); }
  /// The wamids of those answered with 2xx, in order.
  std::vector<std::string> taken() const;
  /// Requests being answered at once, at most.
  std::size_t most_at_once() const { return receiver_.most_at_once(); }

 private:
  HttpReceiver receiver_;
};

}  // namespace wac::testing
