// `events tail --sse`. HttpClient hands out whole answers and this one has no end, so the stream is read from
// a plain socket: HTTP/1.0, whose body ends with the connection and has no framing of its own.

#include "ctl/sse_tail.h"

#include "base/expose.h"
#include "ctl/event_filter.h"
#include "ctl/json_view.h"
#include "ctl/report.h"

#include <boost/json.hpp>

#include <array>
#include <cerrno>
#include <csignal>
#include <netdb.h>
#include <ostream>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace wac::ctl {
namespace {

/// A comment comes every 15 s; a stream silent for longer is dead.
constexpr int kSilenceMillis = 60'000;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

int connect_to(const net::Endpoint& endpoint) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(endpoint.host.c_str(), std::to_string(endpoint.port).c_str(), &hints, &found) != 0)
    return -1;
  int fd = -1;
  for (const addrinfo* at = found; at != nullptr && fd < 0; at = at->ai_next) {
    fd = ::socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC, at->ai_protocol);
    if (fd >= 0 && ::connect(fd, at->ai_addr, at->ai_addrlen) != 0) {
      ::close(fd);
      fd = -1;
    }
  }
  ::freeaddrinfo(found);
  return fd;
}

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

std::string request_for(const RestClient& client, const std::string& cursor) {
  std::string request =
      "GET " + client.prefix() + "/v1/events?cursor=" + percent_encode(cursor) + " HTTP/1.0\r\nHost: ";
  request += client.endpoint().host;
  request += "\r\nAccept: text/event-stream\r\n";
  if (!client.key().empty()) {
    request += "Authorization: Bearer ";
    request += expose(client.key(), Purpose::kAuthorization);
    request += "\r\n";
  }
  request += "\r\n";
  return request;
}

enum class Read : std::uint8_t { kBytes, kEnd, kSignal };

/// Appends what comes next to `buffer`.
Read read_more(int socket, int signals, std::string& buffer) {
  std::array<pollfd, 2> wanted{{{socket, POLLIN, 0}, {signals, POLLIN, 0}}};
  const int ready = ::poll(wanted.data(), wanted.size(), kSilenceMillis);
  if (ready <= 0) return Read::kEnd;
  if (wanted[1].revents != 0) return Read::kSignal;
  std::array<char, 16'384> bytes{};
  const ssize_t n = ::recv(socket, bytes.data(), bytes.size(), 0);
  if (n <= 0) return Read::kEnd;
  buffer.append(bytes.data(), static_cast<std::size_t>(n));
  return Read::kBytes;
}

/// 0 when the bytes are no HTTP answer.
int status_of(std::string_view head) {
  if (!head.starts_with("HTTP/1.") || head.size() < 12) return 0;
  return std::atoi(std::string{head.substr(9, 3)}.c_str());
}

class SseTail {
 public:
  SseTail(Context& context, const TailArguments& arguments)
      : context_(context),
        arguments_(arguments),
        cursor_(arguments.cursor),
        left_(arguments.count.value_or(0)) {}

  Exit run(int socket, int signals) {
    const Exit exit = read_stream(socket, signals);
    context_.console.out.flush();
    context_.console.err << "cursor: " << cursor_ << '\n';
    return exit;
  }

 private:
  Exit read_stream(int socket, int signals) {
    std::string buffer;
    Read read = Read::kBytes;
    std::size_t end = std::string::npos;
    while (read == Read::kBytes && (end = buffer.find("\r\n\r\n")) == std::string::npos) {
      read = read_more(socket, signals, buffer);
    }
    if (read != Read::kBytes) return ended(read);
    const int status = status_of(buffer);
    buffer.erase(0, end + 4);
    if (status != 200) return not_a_stream(socket, signals, status, std::move(buffer));
    for (;;) {
      parser_.feed(buffer);
      buffer.clear();
      while (auto event = parser_.next()) {
        if (!event->name.empty()) return failed("the connector ended the stream: its store is unavailable");
        cursor_ = event->id;
        if (print(event->data)) return Exit::kOk;
      }
      context_.console.out.flush();
      if (read = read_more(socket, signals, buffer); read != Read::kBytes) return ended(read);
    }
  }

  /// True: that was the last one wanted.
  bool print(const std::string& data) {
    boost::json::error_code ec;
    const auto event = boost::json::parse(data, ec);
    if (ec || !matches_type(text_at(event, "type"), arguments_.type_prefix)) return false;
    context_.console.out << data << '\n';
    return arguments_.count && --left_ == 0;
  }

  Exit not_a_stream(int socket, int signals, int status, std::string body) {
    while (read_more(socket, signals, body) == Read::kBytes) {
    }
    Answer answer;
    answer.status = status;
    boost::json::error_code ec;
    answer.json = boost::json::parse(body, ec);
    if (ec) answer.json = nullptr;
    return refused(context_.console, answer);
  }

  Exit ended(Read read) {
    if (read == Read::kSignal) return Exit::kOk;
    context_.console.err << "the stream from " << context_.connector.url() << " ended\n";
    return Exit::kUnreachable;
  }
  Exit failed(std::string_view why) {
    context_.console.err << why << '\n';
    return Exit::kFailed;
  }

  Context& context_;
  const TailArguments& arguments_;
  SseParser parser_;
  std::string cursor_;
  std::uint64_t left_;
};

}  // namespace

Exit tail_events_by_sse(Context& context, const TailArguments& arguments) {
  const RestClient& client = context.connector;
  if (client.endpoint().tls) {
    context.console.err << "--sse works with http:// only; without it the same events come by long polls\n";
    return Exit::kUsage;
  }
  sigset_t set{};
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  const Descriptor signals{::signalfd(-1, &set, SFD_CLOEXEC)};
  const Descriptor socket{connect_to(client.endpoint())};
  std::string request = request_for(client, arguments.cursor);
  const bool asked = socket.get() >= 0 && write_all(socket.get(), request);
  wipe(request);
  if (!asked) {
    return unreachable(context.console, client, {Error{ErrorCode::kConnectFailed}, net::Written::kNothing});
  }
  return SseTail{context, arguments}.run(socket.get(), signals.get());
}

}  // namespace wac::ctl
