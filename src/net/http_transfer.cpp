#include "net/http_transfer.h"

#include "base/personal.h"
#include "net/http_request_writer.h"
#include "net/transfer_connection.h"

#include <array>
#include <charconv>
#include <unordered_set>

namespace wac::net {
namespace {

constexpr Error kStopped{ErrorCode::kCancelled, 0, "http_transfer: stopped"};

BodyRule body_rule(const ClientRequest& request) {
  return request.method == "HEAD" ? BodyRule::kNever : BodyRule::kMayFollow;
}

std::unexpected<ClientFailure> failure(const Error& error, const TransferConnection& connection) {
  return std::unexpected(
      ClientFailure{error, connection.has_written() ? Written::kMaybe : Written::kNothing});
}

/// The connections of transfers under way.
using Open = std::unordered_set<TransferConnection*>;

/// A connection in the set for as long as it lives.
class Listed {
 public:
  Listed(std::shared_ptr<Open> open, TransferConnection& connection)
      : open_(std::move(open)), connection_(connection) {
    open_->insert(&connection_);
  }
  ~Listed() { open_->erase(&connection_); }
  Listed(const Listed&) = delete;
  Listed& operator=(const Listed&) = delete;

 private:
  std::shared_ptr<Open> open_;
  TransferConnection& connection_;
};

class DownloadImpl final : public Download {
 public:
  DownloadImpl(std::shared_ptr<Open> open, EventLoop& loop, TransferRules rules, BodyRule body,
               Deadline deadline)
      : connection_(loop, std::move(rules), body, deadline), listed_(std::move(open), connection_) {}

  TransferConnection& connection() { return connection_; }
  const ClientResponse& head() const override { return head_; }
  std::optional<std::uint64_t> length() const override { return connection_.parser().announced(); }
  void close() override { connection_.close({ErrorCode::kCancelled, 0, "http_transfer: closed"}); }

  Task<Result<void>> read_head() {
    while (!parser().has_head()) {
      const Result<void> read = co_await connection_.read();
      if (!read) co_return std::unexpected(read.error());
      if (parser().done()) break;
    }
    head_.status = parser().response().status;
    head_.headers = parser().response().headers;
    co_return Result<void>{};
  }

  Task<Result<std::string_view>> read() override {
    // The first piece may have come with the header.
    if (handed_out_) parser().drop_body();
    while (parser().response().body.empty() && !parser().done()) {
      const Result<void> read = co_await connection_.read();
      if (!read) co_return std::unexpected(read.error());
    }
    handed_out_ = true;
    co_return std::string_view{parser().response().body};
  }

 private:
  ResponseParser& parser() { return connection_.parser(); }

  TransferConnection connection_;
  Listed listed_;
  ClientResponse head_;
  bool handed_out_ = false;
};

/// The size line of a chunk.
std::string chunk_head(std::size_t size) {
  std::array<char, 16> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), size, 16);
  return std::string(digits.data(), end) + "\r\n";
}

/// Counts what a source gives against what it promised.
Result<void> check_promise(std::uint64_t& left, std::size_t size) {
  if (size > left || (size == 0 && left != 0)) {
    return fail(ErrorCode::kInternal, "http_transfer: the body is not as long as promised");
  }
  left -= size;
  return {};
}

Task<Result<void>> send_body(TransferConnection& connection, BodySource& body) {
  const std::optional<std::uint64_t> length = body.length();
  std::uint64_t left = length.value_or(0);
  for (;;) {
    const Result<std::string_view> piece = co_await body.next();
    if (!piece) {
      // What the peer has of it is visibly incomplete.
      connection.close(piece.error());
      co_return std::unexpected(piece.error());
    }
    if (length) {
      if (const auto kept = check_promise(left, piece->size()); !kept) {
        connection.close(kept.error());
        co_return kept;
      }
    }
    if (piece->empty()) break;
    Result<void> wrote;
    if (!length) wrote = co_await connection.write(chunk_head(piece->size()));
    if (wrote) wrote = co_await connection.write(*piece);
    if (wrote && !length) wrote = co_await connection.write("\r\n");
    if (!wrote) co_return wrote;
  }
  if (!length) co_return co_await connection.write("0\r\n\r\n");
  co_return Result<void>{};
}

/// Runs beside the reading of the answer. A failed write settles nothing: the peer may have answered early
/// and closed, and the answer is still to be read. `head` holds a token and is wiped.
Task<void> send_request(TransferConnection* connection, std::string head, BodySource* body, bool* complete) {
  connection->sending(true);
  const Result<void> started = co_await connection->write(head);
  wipe(head);
  if (started) {
    const Result<void> sent = co_await send_body(*connection, *body);
    *complete = sent.has_value();
  }
  connection->sending(false);
}

class HttpTransfersImpl final : public HttpTransfers {
 public:
  HttpTransfersImpl(EventLoop& loop, TlsContext& tls) : loop_(loop), tls_(tls) {}

  Task<DownloadResult> download(ClientRequest request, TransferRules rules) override {
    Result<std::string> bytes = write_request(request);
    auto made =
        std::make_unique<DownloadImpl>(open_, loop_, std::move(rules), body_rule(request), request.deadline);
    TransferConnection& connection = made->connection();
    if (!bytes) co_return failure(bytes.error(), connection);
    if (stopped_) co_return failure(kStopped, connection);
    Result<void> done = co_await connection.open(request.endpoint, tls_for(request));
    if (done) done = co_await connection.write(*bytes);
    wipe(*bytes);
    if (done) done = co_await made->read_head();
    if (!done) co_return failure(done.error(), connection);
    co_return made;
  }

  Task<ClientResult> upload(ClientRequest request, BodySource& body, TransferRules rules) override {
    Result<std::string> head = write_request_head(request, body.length());
    TransferConnection connection(loop_, std::move(rules), body_rule(request), request.deadline);
    const Listed listed(open_, connection);
    if (!head) co_return failure(head.error(), connection);
    if (stopped_) co_return failure(kStopped, connection);
    const Result<void> opened = co_await connection.open(request.endpoint, tls_for(request));
    if (!opened) {
      wipe(*head);
      co_return failure(opened.error(), connection);
    }
    bool complete = false;
    TaskScope writer;
    writer.spawn(send_request(&connection, std::move(*head), &body, &complete));
    Result<void> read;
    while (read && !connection.parser().done()) read = co_await connection.read();
    if (!complete) {
      // Answered early, or lost: what is left of the body has no reader.
      connection.close({ErrorCode::kCancelled, 0, "http_transfer: answered early"});
      body.cancel();
    }
    co_await writer.join();
    if (!read) co_return failure(read.error(), connection);
    co_return connection.parser().take();
  }

  void stop() override {
    stopped_ = true;
    const Open now = *open_;
    for (TransferConnection* connection : now) {
      if (open_->contains(connection)) connection->close(kStopped);
    }
  }

 private:
  TlsContext* tls_for(const ClientRequest& request) { return request.endpoint.tls ? &tls_ : nullptr; }

  EventLoop& loop_;
  TlsContext& tls_;
  std::shared_ptr<Open> open_ = std::make_shared<Open>();
  bool stopped_ = false;
};

}  // namespace

std::unique_ptr<HttpTransfers> HttpTransfers::make(EventLoop& loop, TlsContext& tls) {
  return std::make_unique<HttpTransfersImpl>(loop, tls);
}

}  // namespace wac::net
