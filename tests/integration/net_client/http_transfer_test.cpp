// Streamed bodies against scripted peers and a real nginx.

#include "net/http_transfer.h"

#include "support/certificates.h"
#include "support/loop_thread.h"
#include "support/nginx_server.h"
#include "support/scripted_peer.h"

#include <gtest/gtest.h>

#include <atomic>

namespace wac::net {
namespace {

using testing::eventually;
using testing::PeerConnection;
using testing::ScriptedPeer;

constexpr const char* kGetEnd = "\r\n\r\n";

/// A body of `pieces` times the same text.
class Repeated final : public BodySource {
 public:
  Repeated(std::string piece, std::size_t pieces) : piece_(std::move(piece)), left_(pieces) {}
  std::optional<std::uint64_t> promised;
  std::optional<Error> breaks_with;
  std::atomic<bool> cancelled = false;
  std::atomic<std::size_t> given = 0;

  std::optional<std::uint64_t> length() const override { return promised; }
  Task<Result<std::string_view>> next() override {
    if (left_ == 0) {
      if (breaks_with) co_return std::unexpected(*breaks_with);
      co_return std::string_view{};
    }
    --left_;
    ++given;
    co_return std::string_view{piece_};
  }
  void cancel() override { cancelled = true; }

 private:
  std::string piece_;
  std::size_t left_;
};

struct Fetched {
  int status = 0;
  std::optional<std::uint64_t> length;
  std::string body;
  std::size_t largest_piece = 0;
  std::optional<ClientFailure> failure;
  std::optional<Error> cut;
};

Task<Fetched> fetch(HttpTransfers* transfers, ClientRequest request, TransferRules rules) {
  Fetched out;
  DownloadResult got = co_await transfers->download(std::move(request), std::move(rules));
  if (!got) {
    out.failure = got.error();
    co_return out;
  }
  out.status = (*got)->head().status;
  out.length = (*got)->length();
  for (;;) {
    const Result<std::string_view> piece = co_await (*got)->read();
    if (!piece) {
      out.cut = piece.error();
      break;
    }
    if (piece->empty()) break;
    out.largest_piece = std::max(out.largest_piece, piece->size());
    out.body += *piece;
  }
  co_return out;
}

Task<ClientResult> give(HttpTransfers* transfers, ClientRequest request, BodySource* body,
                        TransferRules rules) {
  co_return co_await transfers->upload(std::move(request), *body, std::move(rules));
}

class HttpTransferTest : public ::testing::Test {
 protected:
  void SetUp() override {
    tls_ = std::move(*TlsContext::make(certificates_.ca_file()));
    transfers_ = loop_.call([this] { return HttpTransfers::make(loop_.loop(), *tls_); });
    rules_.response_body_bytes = 1U << 20U;
  }
  void TearDown() override {
    loop_.call([this] { transfers_.reset(); });
  }

  static ClientRequest request_to(const std::string& url, std::string_view method = "GET",
                                  Millis time = Millis{5'000}) {
    const Result<Url> parsed = parse_url(url);
    ClientRequest request;
    request.endpoint = parsed.value().endpoint;
    request.target = parsed.value().target;
    request.method = method;
    request.deadline = Deadline{std::chrono::steady_clock::now() + time};
    return request;
  }
  static std::string local(std::uint16_t port) { return "http://127.0.0.1:" + std::to_string(port) + "/x"; }

  Fetched get(ClientRequest request) {
    return loop_.await(fetch(transfers_.get(), std::move(request), rules_));
  }
  ClientResult put(ClientRequest request, BodySource& body) {
    return loop_.await(give(transfers_.get(), std::move(request), &body, rules_));
  }
  /// A download from a peer that reads the request, sends `answer` and closes.
  Fetched against(const std::string& answer) {
    ScriptedPeer peer({[&answer](PeerConnection& connection) {
      connection.read_until(kGetEnd);
      connection.send(answer);
    }});
    Fetched fetched = get(request_to(local(peer.port())));
    EXPECT_EQ(peer.accepted(), 1U);
    return fetched;
  }

  testing::Certificates certificates_;
  testing::LoopThread loop_;
  std::unique_ptr<TlsContext> tls_;
  std::unique_ptr<HttpTransfers> transfers_;
  TransferRules rules_;
};

TEST_F(HttpTransferTest, ADownloadOverTlsComesInPieces) {
  testing::TempDir files;
  const std::string content(5'000'000, 'z');
  testing::write_file(files.file("big.bin"), content);
  const testing::NginxServer nginx(
      {.certificate = &certificates_.server(), .server_block = "location / { root " + files.path() + "; }"});
  rules_.response_body_bytes = content.size();
  const Fetched fetched = get(request_to(nginx.origin() + "/big.bin"));
  ASSERT_FALSE(fetched.failure) << fetched.failure->error.where;
  EXPECT_EQ(fetched.status, 200);
  EXPECT_EQ(fetched.length, content.size());
  EXPECT_TRUE(fetched.body == content);
  EXPECT_LE(fetched.largest_piece, 64U * 1024);
}

TEST_F(HttpTransferTest, AChunkedDownloadIsDecoded) {
  const Fetched fetched =
      against("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n");
  EXPECT_EQ(fetched.body, "hello world");
  EXPECT_FALSE(fetched.length);
  EXPECT_FALSE(fetched.cut);
}

TEST_F(HttpTransferTest, ADownloadCutInTheMiddleSaysSo) {
  const Fetched sized = against("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
  EXPECT_EQ(sized.body, "hello");
  ASSERT_TRUE(sized.cut);
  EXPECT_EQ(sized.cut->code, ErrorCode::kConnectionLost);
  const Fetched chunked = against("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
  ASSERT_TRUE(chunked.cut);
  EXPECT_EQ(chunked.cut->code, ErrorCode::kConnectionLost);
}

TEST_F(HttpTransferTest, MoreThanAnnouncedIsNotPartOfTheBody) {
  const Fetched fetched = against("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello and more");
  EXPECT_EQ(fetched.body, "hello");
  EXPECT_FALSE(fetched.cut);
}

TEST_F(HttpTransferTest, TooLargeIsRefusedAtTheHeaderOrWhereItTurnsOutToBe) {
  rules_.response_body_bytes = 10;
  const Fetched announced = against("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n");
  ASSERT_TRUE(announced.failure);
  EXPECT_EQ(announced.failure->error.code, ErrorCode::kTooLarge);
  const Fetched until_end = against("HTTP/1.1 200 OK\r\n\r\n01234567890");
  const bool refused = (until_end.failure && until_end.failure->error.code == ErrorCode::kTooLarge) ||
                       (until_end.cut && until_end.cut->code == ErrorCode::kTooLarge);
  EXPECT_TRUE(refused);
  const Fetched exact = against("HTTP/1.1 200 OK\r\n\r\n0123456789");
  EXPECT_EQ(exact.body, "0123456789");
  EXPECT_FALSE(exact.cut);
}

TEST_F(HttpTransferTest, ALongUnsizedBodyIsCountedAcrossItsPieces) {
  rules_.response_body_bytes = 100'000;
  const Fetched fetched = against("HTTP/1.1 200 OK\r\n\r\n" + std::string(100'001, 'x'));
  const bool refused = (fetched.failure && fetched.failure->error.code == ErrorCode::kTooLarge) ||
                       (fetched.cut && fetched.cut->code == ErrorCode::kTooLarge);
  EXPECT_TRUE(refused);
}

TEST_F(HttpTransferTest, APeerThatStallsIsGivenUpWhileOneThatIsOnlySlowIsNot) {
  rules_.idle_deadline = Millis{150};
  ScriptedPeer slow({[](PeerConnection& connection) {
    connection.read_until(kGetEnd);
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n");
    for (int i = 0; i < 10; ++i) {
      connection.send("x");
      // house: allow sleep because the peer's own pace is what is tested
      std::this_thread::sleep_for(Millis{40});
    }
  }});
  EXPECT_EQ(get(request_to(local(slow.port()))).body.size(), 10U);
  ScriptedPeer stalled({[](PeerConnection& connection) {
    connection.read_until(kGetEnd);
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nx");
    connection.read_to_end();
  }});
  const Fetched fetched = get(request_to(local(stalled.port())));
  ASSERT_TRUE(fetched.cut);
  EXPECT_EQ(fetched.cut->code, ErrorCode::kTimeout);
}

TEST_F(HttpTransferTest, TheDeadlineEndsAlsoATransferThatMoves) {
  ScriptedPeer peer({[](PeerConnection& connection) {
    connection.read_until(kGetEnd);
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
    for (int i = 0; i < 1'000; ++i) {
      connection.send("x");
      // house: allow sleep because the peer's own pace is what is tested
      std::this_thread::sleep_for(Millis{2});
    }
  }});
  const Fetched fetched = get(request_to(local(peer.port()), "GET", Millis{150}));
  ASSERT_TRUE(fetched.cut);
  EXPECT_EQ(fetched.cut->code, ErrorCode::kTimeout);
}

TEST_F(HttpTransferTest, ARedirectIsHandedOnNotFollowed) {
  const Fetched fetched =
      against("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(fetched.status, 302);
}

TEST_F(HttpTransferTest, AForbiddenAddressIsNeverConnectedTo) {
  ScriptedPeer peer({});
  rules_.judge = public_or({});
  for (const char* host : {"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"}) {
    const Fetched fetched =
        get(request_to("http://" + std::string{host} + ":" + std::to_string(peer.port()) + "/"));
    ASSERT_TRUE(fetched.failure) << host;
    EXPECT_EQ(fetched.failure->error.code, ErrorCode::kForbidden) << host;
    EXPECT_EQ(fetched.failure->written, Written::kNothing);
  }
  EXPECT_EQ(peer.accepted(), 0U);
}

TEST_F(HttpTransferTest, OneForbiddenAddressAmongSeveralForbidsTheName) {
  // localhost is 127.0.0.1, and ::1 on most machines: refusing any one of what comes must be enough.
  ScriptedPeer peer({[](PeerConnection& connection) {
    connection.read_until(kGetEnd);
    connection.send("HTTP/1.1 204 No Content\r\n\r\n");
  }});
  auto seen = std::make_shared<std::vector<IpAddress>>();
  rules_.judge = [seen](const IpAddress& address) {
    seen->push_back(address);
    return true;
  };
  EXPECT_EQ(get(request_to("http://localhost:" + std::to_string(peer.port()) + "/")).status, 204);
  ASSERT_FALSE(seen->empty());
  rules_.judge = [last = seen->back()](const IpAddress& address) { return address != last; };
  const Fetched fetched = get(request_to("http://localhost:" + std::to_string(peer.port()) + "/"));
  ASSERT_TRUE(fetched.failure);
  EXPECT_EQ(fetched.failure->error.code, ErrorCode::kForbidden);
  EXPECT_EQ(peer.accepted(), 1U);
}

TEST_F(HttpTransferTest, TlsIsVerifiedForTheNameNotTheAddress) {
  const testing::NginxServer nginx(
      {.certificate = &certificates_.wrong_host(), .server_block = "location / { return 200 x; }"});
  rules_.judge = [](const IpAddress&) { return true; };
  const Fetched fetched = get(request_to(nginx.origin()));
  ASSERT_TRUE(fetched.failure);
  EXPECT_EQ(fetched.failure->error.code, ErrorCode::kTlsFailed);
  EXPECT_EQ(fetched.failure->written, Written::kNothing);
}

TEST_F(HttpTransferTest, AnUploadOfKnownLengthArrivesWhole) {
  const testing::NginxServer nginx(
      {.certificate = &certificates_.server(),
       // Nobody is behind it: nginx reads the whole request, logs it and answers 502.
       .server_block =
           "client_max_body_size 0; client_body_buffer_size 2m; location / { proxy_pass http://127.0.0.1:" +
           std::to_string(testing::free_port()) + "; }"});
  Repeated body(std::string(10'000, 'a'), 100);
  body.promised = 1'000'000;
  const ClientResult result = put(request_to(nginx.origin() + "/media", "POST"), body);
  ASSERT_TRUE(result) << result.error().error.where;
  EXPECT_EQ(result->status, 502);
  EXPECT_FALSE(body.cancelled);
  ASSERT_TRUE(eventually([&] { return nginx.requests().size() == 1; }));
  EXPECT_TRUE(nginx.requests()[0].body == std::string(1'000'000, 'a'));
}

TEST_F(HttpTransferTest, AnUploadOfUnknownLengthGoesChunked) {
  std::string seen;
  ScriptedPeer peer({[&seen](PeerConnection& connection) {
    seen = connection.read_until("0\r\n\r\n");
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  }});
  Repeated body("0123456789abcdef", 2);
  const ClientResult result = put(request_to(local(peer.port()), "POST"), body);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->body, "ok");
  EXPECT_NE(seen.find("Transfer-Encoding: chunked\r\n"), std::string::npos);
  EXPECT_TRUE(seen.ends_with("\r\n\r\n10\r\n0123456789abcdef\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n"))
      << seen;
}

TEST_F(HttpTransferTest, AnAnswerBeforeTheBodyWasReadCountsAndEndsTheBody) {
  ScriptedPeer peer({[](PeerConnection& connection) {
    connection.read_until(kGetEnd);
    connection.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n");
    connection.read_to_end();
  }});
  Repeated body(std::string(64 * 1024, 'x'), 10'000);
  const ClientResult result = put(request_to(local(peer.port()), "POST"), body);
  ASSERT_TRUE(result) << result.error().error.where;
  EXPECT_EQ(result->status, 413);
  EXPECT_TRUE(body.cancelled);
  EXPECT_LT(body.given, 10'000U);
}

TEST_F(HttpTransferTest, ABodyThatBreaksLeavesTheRequestVisiblyIncomplete) {
  std::string seen;
  ScriptedPeer peer({[&seen](PeerConnection& connection) { seen = connection.read_until("never"); }});
  Repeated body("0123456789", 3);
  body.breaks_with = Error{ErrorCode::kCorrupt, 0, "test"};
  const ClientResult result = put(request_to(local(peer.port()), "POST"), body);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().error.code, ErrorCode::kCorrupt);
  EXPECT_EQ(result.error().written, Written::kMaybe);
  ASSERT_TRUE(eventually([&] { return peer.finished() == 1; }));
  EXPECT_EQ(seen.find("0\r\n\r\n"), std::string::npos);
}

TEST_F(HttpTransferTest, ABodyOfAnotherLengthThanPromisedIsNotSentAsIfItWereWhole) {
  for (const std::uint64_t promised : {25U, 35U}) {
    ScriptedPeer peer({[](PeerConnection& connection) { connection.read_to_end(); }});
    Repeated body("0123456789", 3);
    body.promised = promised;
    const ClientResult result = put(request_to(local(peer.port()), "POST"), body);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().error.code, ErrorCode::kInternal);
  }
}

TEST_F(HttpTransferTest, APeerThatReadsNothingIsGivenUp) {
  rules_.idle_deadline = Millis{150};
  std::atomic<bool> over = false;
  ScriptedPeer peer({[&over](PeerConnection&) { eventually([&] { return over.load(); }); }});
  Repeated body(std::string(64 * 1024, 'x'), 10'000);
  const ClientResult result = put(request_to(local(peer.port()), "POST"), body);
  over = true;
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().error.code, ErrorCode::kTimeout);
  EXPECT_EQ(result.error().written, Written::kMaybe);
  EXPECT_LT(body.given, 10'000U);
}

TEST_F(HttpTransferTest, ARefusedConnectionWroteNothing) {
  Repeated body("x", 1);
  const ClientResult result = put(request_to(local(testing::free_port()), "POST"), body);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().error.code, ErrorCode::kConnectFailed);
  EXPECT_EQ(result.error().written, Written::kNothing);
  EXPECT_EQ(body.given, 0U);
}

TEST_F(HttpTransferTest, StoppingEndsWhatIsUnderWay) {
  ScriptedPeer peer({[](PeerConnection& connection) { connection.read_to_end(); }});
  auto running = loop_.start(fetch(transfers_.get(), request_to(local(peer.port())), rules_));
  ASSERT_TRUE(eventually([&] { return peer.accepted() == 1; }));
  loop_.call([this] { transfers_->stop(); });
  const Fetched fetched = running.get();
  ASSERT_TRUE(fetched.failure);
  EXPECT_EQ(fetched.failure->error.code, ErrorCode::kCancelled);
  const Fetched after = get(request_to(local(peer.port())));
  ASSERT_TRUE(after.failure);
  EXPECT_EQ(after.failure->written, Written::kNothing);
}

}  // namespace
}  // namespace wac::net
