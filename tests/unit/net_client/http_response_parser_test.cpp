#include "net/http_response_parser.h"

#include <gtest/gtest.h>

namespace wac::net {
namespace {

constexpr std::size_t kHeaderLimit = 512;
constexpr std::size_t kBodyLimit = 64;

struct Outcome {
  std::optional<ErrorCode> error;
  bool done = false;
  bool keep_alive = false;
  std::size_t used = 0;
  ClientResponse response;
};

/// Feeds `text` in slices of `step` bytes, then (kEnd) the end of the stream.
enum class After : std::uint8_t { kOpen, kEnd };
Outcome parse_in(std::string_view text, std::size_t step, BodyRule rule, After after) {
  ResponseParser parser(rule, kHeaderLimit, kBodyLimit);
  Outcome out;
  for (std::size_t at = 0; at < text.size() && !parser.done(); at += step) {
    const Result<std::size_t> used = parser.feed(text.substr(at, step));
    if (!used) {
      out.error = used.error().code;
      return out;
    }
    out.used += *used;
  }
  if (after == After::kEnd && !parser.done()) {
    if (const auto ended = parser.end(); !ended) out.error = ended.error().code;
  }
  out.done = parser.done();
  out.keep_alive = parser.keep_alive();
  if (out.done) out.response = parser.take();
  return out;
}

/// The outcome, which must not depend on how the bytes are sliced.
Outcome parse(std::string_view text, BodyRule rule = BodyRule::kMayFollow, After after = After::kOpen) {
  const Outcome whole = parse_in(text, text.size() + 1, rule, after);
  for (std::size_t step = 1; step <= text.size(); ++step) {
    const Outcome sliced = parse_in(text, step, rule, after);
    EXPECT_EQ(sliced.error, whole.error) << "slices of " << step << "\n" << text;
    EXPECT_EQ(sliced.done, whole.done) << "slices of " << step;
    EXPECT_EQ(sliced.response.status, whole.response.status) << "slices of " << step;
    EXPECT_EQ(sliced.response.headers, whole.response.headers) << "slices of " << step;
    EXPECT_EQ(sliced.response.body, whole.response.body) << "slices of " << step;
  }
  return whole;
}

TEST(ResponseParser, ReadsALengthAndStopsThere) {
  const std::string_view text =
      "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX-A:  b \r\nContent-Length: 5\r\n\r\nhello";
  const Outcome out = parse(text);
  ASSERT_TRUE(out.done);
  EXPECT_TRUE(out.keep_alive);
  EXPECT_EQ(out.response.status, 200);
  EXPECT_EQ(out.response.body, "hello");
  EXPECT_EQ(out.response.header("content-TYPE"), "text/plain");
  EXPECT_EQ(out.response.header("x-a"), "b");
  EXPECT_EQ(out.response.header("absent"), "");
  const Outcome more =
      parse_in(std::string(text) + "HTTP/1.1 200", 1'000, BodyRule::kMayFollow, After::kOpen);
  EXPECT_EQ(more.used, text.size());
}

TEST(ResponseParser, ReadsChunksAndDropsTrailers) {
  const Outcome out = parse(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5\r\nhello\r\nA;x=y\r\n, world...\r\n0\r\nX-Late: 1\r\nContent-Length: 9\r\n\r\n");
  ASSERT_TRUE(out.done);
  EXPECT_TRUE(out.keep_alive);
  EXPECT_EQ(out.response.body, "hello, world...");
  EXPECT_EQ(out.response.header("x-late"), "");
}

TEST(ResponseParser, AnEmptyChunkedBodyMayArriveByteByByte) {
  EXPECT_TRUE(parse("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n").done);
}

TEST(ResponseParser, WithoutLengthTheEndOfTheStreamEndsTheBody) {
  const std::string_view text = "HTTP/1.1 200 OK\r\n\r\nall of it";
  EXPECT_FALSE(parse(text).done);
  const Outcome out = parse(text, BodyRule::kMayFollow, After::kEnd);
  ASSERT_TRUE(out.done);
  EXPECT_FALSE(out.keep_alive);
  EXPECT_EQ(out.response.body, "all of it");
}

TEST(ResponseParser, SomeResponsesHaveNoBodyWhateverTheirFieldsSay) {
  EXPECT_TRUE(parse("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", BodyRule::kNever).done);
  EXPECT_TRUE(parse("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", BodyRule::kNever).done);
  EXPECT_TRUE(parse("HTTP/1.1 204 No Content\r\n\r\n").done);
  EXPECT_TRUE(parse("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n").done);
}

TEST(ResponseParser, SkipsInterimResponses) {
  const Outcome out = parse(
      "HTTP/1.1 100 Continue\r\nX-A: 1\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 201 Created\r\n"
      "Content-Length: 0\r\n\r\n");
  ASSERT_TRUE(out.done);
  EXPECT_EQ(out.response.status, 201);
  EXPECT_EQ(out.response.header("x-a"), "");
  std::string many;
  for (int i = 0; i < 9; ++i) many += "HTTP/1.1 100 Continue\r\n\r\n";
  EXPECT_EQ(parse(many).error, ErrorCode::kProtocol);
}

TEST(ResponseParser, KeepsAliveOnlyWhenBothVersionAndFieldsAllowIt) {
  const auto keeps = [](std::string_view version, std::string_view field) {
    return parse(std::string(version) + " 200 OK\r\nContent-Length: 0\r\n" + std::string(field) + "\r\n")
        .keep_alive;
  };
  EXPECT_TRUE(keeps("HTTP/1.1", ""));
  EXPECT_TRUE(keeps("HTTP/1.1", "Connection: keep-alive\r\n"));
  EXPECT_FALSE(keeps("HTTP/1.1", "Connection: close\r\n"));
  EXPECT_FALSE(keeps("HTTP/1.1", "Connection: x, CLOSE\r\n"));
  EXPECT_FALSE(keeps("HTTP/1.1", "Connection: keep-alive\r\nConnection: close\r\n"));
  EXPECT_FALSE(keeps("HTTP/1.0", ""));
  EXPECT_TRUE(keeps("HTTP/1.0", "Connection: Keep-Alive\r\n"));
}

TEST(ResponseParser, RefusesAmbiguousFraming) {
  const char* fields[] = {"Content-Length: 5\r\nContent-Length: 5\r\n",
                          "Content-Length: 5, 5\r\n",
                          "Content-Length: +5\r\n",
                          "Content-Length: -5\r\n",
                          "Content-Length: 0x5\r\n",
                          "Content-Length:\r\n",
                          "Content-Length: 99999999999999999999999\r\n",
                          "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                          "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
                          "Transfer-Encoding: gzip\r\n",
                          "Transfer-Encoding: gzip, chunked\r\n",
                          "Transfer-Encoding: xchunked\r\n",
                          "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"};
  for (const char* field : fields) {
    EXPECT_EQ(parse(std::string("HTTP/1.1 200 OK\r\n") + field + "\r\nhello").error, ErrorCode::kProtocol)
        << field;
  }
  EXPECT_EQ(parse("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n").error,
            ErrorCode::kProtocol);
}

TEST(ResponseParser, RefusesWhatIsNotAResponse) {
  const char* heads[] = {"SSH-2.0-OpenSSH_9.2\r\n\r\n",
                         "HTTP/2 200\r\n\r\n",
                         "HTTP/1.2 200 OK\r\n\r\n",
                         "HTTP/1.1 20 OK\r\n\r\n",
                         "HTTP/1.1 2000 OK\r\n\r\n",
                         "HTTP/1.1 099 OK\r\n\r\n",
                         "HTTP/1.1 +20 OK\r\n\r\n",
                         "HTTP/1.1  200 OK\r\n\r\n",
                         "HTTP/1.1 101 Switching Protocols\r\n\r\n",
                         "HTTP/1.1 200 OK\r\nNo colon\r\n\r\n",
                         "HTTP/1.1 200 OK\r\nA : b\r\n\r\n",
                         "HTTP/1.1 200 OK\r\n: b\r\n\r\n",
                         "HTTP/1.1 200 OK\r\nA: b\r\n folded\r\n\r\n",
                         "HTTP/1.1 200 OK\r\nA: b\nB: c\r\n\r\n",
                         "HTTP/1.1 200 OK\r\nA: b\rB: c\r\n\r\n",
                         "HTTP/1.1 200 OK\r\nA: \x01\r\n\r\n",
                         "\r\n\r\n"};
  for (const char* head : heads) EXPECT_EQ(parse(head).error, ErrorCode::kProtocol) << head;
  EXPECT_TRUE(parse("HTTP/1.1 204\r\n\r\n").done);
}

TEST(ResponseParser, RefusesBrokenChunks) {
  const char* bodies[] = {"x\r\n",
                          "\r\n",
                          "-1\r\n",
                          "5\nhello\r\n",
                          "5\r\nhelloXX",
                          "0\r\nX\x01: y\r\n\r\n",
                          "FFFFFFFFFFFFFFFFF\r\n"};
  for (const char* body : bodies) {
    EXPECT_EQ(parse(std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n") + body).error,
              ErrorCode::kProtocol)
        << body;
  }
}

TEST(ResponseParser, HoldsItsLimits) {
  const std::string body(kBodyLimit, 'x');
  const auto with_length = [](const std::string& content) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(content.size()) + "\r\n\r\n" + content;
  };
  EXPECT_TRUE(parse(with_length(body)).done);
  EXPECT_EQ(parse(with_length(body + "x")).error, ErrorCode::kTooLarge);
  EXPECT_EQ(parse("HTTP/1.1 200 OK\r\n\r\n" + body, BodyRule::kMayFollow, After::kEnd).response.body, body);
  EXPECT_EQ(parse("HTTP/1.1 200 OK\r\n\r\n" + body + "x").error, ErrorCode::kTooLarge);
  const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n" + body + "\r\n";
  EXPECT_TRUE(parse(chunked + "0\r\n\r\n").done);
  EXPECT_EQ(parse(chunked + "1\r\n").error, ErrorCode::kTooLarge);

  const std::string start = "HTTP/1.1 204 OK\r\nA: ";
  EXPECT_TRUE(parse(start + std::string(kHeaderLimit - start.size() - 4, 'x') + "\r\n\r\n").done);
  EXPECT_EQ(parse(start + std::string(kHeaderLimit - start.size() - 3, 'x') + "\r\n\r\n").error,
            ErrorCode::kTooLarge);
  EXPECT_EQ(parse(start + std::string(kHeaderLimit, 'x')).error, ErrorCode::kTooLarge);
}

TEST(ResponseParser, AStreamThatEndsEarlyIsNotAResponse) {
  for (const char* text : {"", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
                           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"}) {
    EXPECT_EQ(parse(text, BodyRule::kMayFollow, After::kEnd).error, ErrorCode::kConnectionLost) << text;
  }
}

}  // namespace
}  // namespace wac::net
