// What a peer does that is not a server's business, or not in good faith.

#include "http2_pair.h"

#include <nghttp2/nghttp2.h>

namespace wac::net {
namespace {

using testing::http2_frame;

class Http2HostilePeer : public Http2Pair {
 protected:
  void SetUp() override {
    ASSERT_TRUE(talk());
    submit();
    ASSERT_TRUE(talk());
  }

  /// How stream 1 ends after these bytes, and whether the connection can be used any more.
  std::string after(const std::string& bytes) {
    const bool fed = client->feed(bytes).has_value();
    std::string out;
    client->fill(out, 1 << 20);
    const std::string ended = finished();
    if (fed && !client->over()) return ended + " goes on";
    return ended + story(client->lose({ErrorCode::kProtocol, 0, "test"})) + " over";
  }

  /// Fields as literals without a table (RFC 7541, 6.2.2).
  static std::string fields(const std::vector<std::pair<std::string, std::string>>& all) {
    std::string out;
    for (const auto& [name, value] : all) {
      out += '\0';
      for (const std::string& text : {name, value}) {
        out += static_cast<char>(text.size());
        out += text;
      }
    }
    return out;
  }
  static std::string headers(const std::vector<std::pair<std::string, std::string>>& all, bool end) {
    const int flags = NGHTTP2_FLAG_END_HEADERS | (end ? NGHTTP2_FLAG_END_STREAM : 0);
    return http2_frame(NGHTTP2_HEADERS, static_cast<std::uint8_t>(flags), 1, fields(all));
  }
  static std::string data(const std::string& text) {
    return http2_frame(NGHTTP2_DATA, NGHTTP2_FLAG_END_STREAM, 1, text);
  }
};

TEST_F(Http2HostilePeer, LiteralFramesMakeAnAnswer) {
  EXPECT_EQ(after(headers({{":status", "200"}, {"x", "y"}}, false) + data("ok")), "1=200:ok goes on");
}

TEST_F(Http2HostilePeer, AMalformedAnswerEndsItsStreamAlone) {
  for (const std::string& bytes :
       {headers({{":status", "200"}, {"X-Upper", "y"}}, true), headers({{"x", "no status"}}, true),
        headers({{":status", "20"}}, true), headers({{":status", "200"}, {":status", "200"}}, true),
        headers({{":status", "101"}}, false), headers({{":status", "100"}}, true),
        headers({{":status", "200"}, {"connection", "close"}}, true),
        headers({{":status", "200"}, {"x", "a\r\nb"}}, true),
        headers({{":status", "200"}, {"content-length", "3"}}, false) + data("four"),
        headers({{":status", "200"}, {"content-length", "5"}}, false) + data("four")}) {
    client = std::make_unique<Http2Session>(Http2Session::Limits{});
    peer = std::make_unique<testing::Http2Peer>();
    SetUp();
    EXPECT_EQ(after(bytes), "1=protocol_error? goes on");
  }
}

TEST_F(Http2HostilePeer, ABrokenFrameEndsTheConnection) {
  for (const std::string& bytes :
       {http2_frame(NGHTTP2_HEADERS, NGHTTP2_FLAG_END_HEADERS, 1, "\xff\xff\xff\xff\xff\xff"),
        http2_frame(NGHTTP2_SETTINGS, 0, 0, "odd"), http2_frame(NGHTTP2_SETTINGS, 0, 1, ""),
        http2_frame(NGHTTP2_WINDOW_UPDATE, 0, 0, std::string(4, '\0')),
        http2_frame(NGHTTP2_PING, 0, 0, "short"), http2_frame(NGHTTP2_DATA, 0, 0, "x"), data("no head"),
        http2_frame(NGHTTP2_RST_STREAM, 0, 7, std::string(4, '\0')),
        http2_frame(NGHTTP2_HEADERS, NGHTTP2_FLAG_END_HEADERS, 2, fields({{":status", "200"}})),
        http2_frame(NGHTTP2_CONTINUATION, NGHTTP2_FLAG_END_HEADERS, 1, ""),
        std::string("\x00\xff\xff", 3) + http2_frame(NGHTTP2_DATA, 0, 1, "").substr(3),
        std::string("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")}) {
    client = std::make_unique<Http2Session>(Http2Session::Limits{});
    peer = std::make_unique<testing::Http2Peer>();
    SetUp();
    EXPECT_EQ(after(bytes), "1=protocol_error? over") << bytes;
  }
}

TEST_F(Http2HostilePeer, APushIsRefused) {
  const std::string promise =
      std::string("\0\0\0\x02", 4) +
      fields({{":method", "GET"}, {":scheme", "https"}, {":path", "/"}, {":authority", "a"}});
  EXPECT_EQ(after(http2_frame(NGHTTP2_PUSH_PROMISE, NGHTTP2_FLAG_END_HEADERS, 1, promise)),
            "1=protocol_error? over");
}

TEST_F(Http2HostilePeer, FloodsOfPingsAndSettingsEndTheConnection) {
  std::string pings;
  for (int i = 0; i < 100; ++i) pings += http2_frame(NGHTTP2_PING, 0, 0, "12345678");
  EXPECT_EQ(after(pings), "1=protocol_error? over");
  client = std::make_unique<Http2Session>(Http2Session::Limits{});
  peer = std::make_unique<testing::Http2Peer>();
  SetUp();
  std::string settings;
  for (int i = 0; i < 100; ++i) settings += http2_frame(NGHTTP2_SETTINGS, 0, 0, "");
  EXPECT_EQ(after(settings), "1=protocol_error? over");
}

TEST_F(Http2HostilePeer, HeadersWithoutEndEndTheConnection) {
  std::string endless = http2_frame(NGHTTP2_HEADERS, 0, 1, fields({{":status", "200"}}));
  for (int i = 0; i < 100; ++i) endless += http2_frame(NGHTTP2_CONTINUATION, 0, 1, fields({{"a", "b"}}));
  EXPECT_EQ(after(endless), "1=protocol_error? over");
}

TEST_F(Http2HostilePeer, FieldsThatUnpackToManyAreCutAtTheLimit) {
  // One entry of the table, then thousands of references of one byte each to it.
  std::string block =
      fields({{":status", "200"}}) + '\x40' + '\x01' + 'x' + '\x7f' + '\x21' + std::string(160, 'y');
  block += std::string(4'000, '\xbe');
  EXPECT_EQ(after(http2_frame(NGHTTP2_HEADERS, NGHTTP2_FLAG_END_HEADERS, 1, block)), "1=too_large? goes on");
}

TEST_F(Http2HostilePeer, WhatComesForAnAbandonedStreamIsDropped) {
  client->abandon(1);
  EXPECT_EQ(after(headers({{":status", "200"}}, false) + data("late")), " goes on");
}

}  // namespace
}  // namespace wac::net
