#include "net/http_framing.h"

#include "support/manual_scheduler.h"
#include "transcript.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wac::net {
namespace {

using testing::ReaderLimits;
using testing::transcript;

struct Case {
  std::string_view name;
  std::string_view bytes;
  std::string_view expected;
};

std::ostream& operator<<(std::ostream& out, const Case& c) {
  return out << c.name;
}

class Framing : public ::testing::TestWithParam<Case> {};

TEST_P(Framing, ReadsTheSameHoweverTheBytesAreSliced) {
  const Case& c = GetParam();
  EXPECT_EQ(transcript(c.bytes, c.bytes.size()), c.expected);
  for (std::size_t slice = 1; slice < c.bytes.size(); ++slice) {
    ASSERT_EQ(transcript(c.bytes, slice), c.expected) << "slices of " << slice;
  }
}

using namespace std::string_view_literals;

// clang-format off
constexpr Case kAccepted[] = {
    {"Get", "GET / HTTP/1.1\r\nHost: x\r\n\r\n"sv, "GET / 1.1 keep [Host: x] {}\n"sv},
    {"Query", "GET /a/b?c=%20d&e HTTP/1.1\r\nHost: x\r\n\r\n"sv, "GET /a/b?c=%20d&e 1.1 keep [Host: x] {}\n"sv},
    {"TargetIsNotDecoded", "GET /a%2f..//b HTTP/1.1\r\nHost: x\r\n\r\n"sv, "GET /a%2f..//b 1.1 keep [Host: x] {}\n"sv},
    {"Post", "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"sv,
     "POST /p 1.1 keep [Host: x] [Content-Length: 5] {hello}\n"sv},
    {"EmptyBody", "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"sv,
     "POST /p 1.1 keep [Host: x] [Content-Length: 0] {}\n"sv},
    {"Pipelined", "POST /1 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nabGET /2 HTTP/1.1\r\nHost: y\r\n\r\nGET"sv,
     "POST /1 1.1 keep [Host: x] [Content-Length: 2] {ab}\nGET /2 1.1 keep [Host: y] {}\n…"sv},
    {"Chunked", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n3\r\nabc\r\n00A\r\n0123456789\r\n0\r\n\r\n"sv,
     "POST / 1.1 keep [Host: x] [Transfer-Encoding: Chunked] {abc0123456789}\n"sv},
    {"ChunkedEmpty", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"sv,
     "POST / 1.1 keep [Host: x] [Transfer-Encoding: chunked] {}\n"sv},
    {"ChunkedThenNext", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\nGET /n HTTP/1.1\r\nHost: x\r\n\r\n"sv,
     "POST / 1.1 keep [Host: x] [Transfer-Encoding: chunked] {a}\nGET /n 1.1 keep [Host: x] {}\n"sv},
    {"ChunkExtension", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;a=b;c=\"d\"\r\nz\r\n0;e\r\n\r\n"sv,
     "POST / 1.1 keep [Host: x] [Transfer-Encoding: chunked] {z}\n"sv},
    {"TrailersAreDropped", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nz\r\n0\r\nX-Hub-Signature-256: evil\r\nAuthorization: evil\r\nConnection: close\r\nContent-Length: 9\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n"sv,
     "POST / 1.1 keep [Host: x] [Transfer-Encoding: chunked] {z}\nGET / 1.1 keep [Host: x] {}\n"sv},
    {"ConnectionClose", "GET / HTTP/1.1\r\nHost: x\r\nConnection: foo, Close\r\n\r\n"sv,
     "GET / 1.1 close [Host: x] [Connection: foo, Close] {}\n"sv},
    {"Http10", "GET / HTTP/1.0\r\n\r\n"sv, "GET / 1.0 close {}\n"sv},
    {"Http10KeepAlive", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"sv, "GET / 1.0 keep [Connection: keep-alive] {}\n"sv},
    {"UnknownMethod", "BREW /pot HTTP/1.1\r\nHost: x\r\n\r\n"sv, "other /pot 1.1 keep [Host: x] {}\n"sv},
    {"MethodIsCaseSensitive", "get / HTTP/1.1\r\nHost: x\r\n\r\n"sv, "other / 1.1 keep [Host: x] {}\n"sv},
    {"AllMethods", "HEAD / HTTP/1.0\r\n\r\nPUT / HTTP/1.0\r\n\r\nPATCH / HTTP/1.0\r\n\r\nDELETE / HTTP/1.0\r\n\r\nOPTIONS / HTTP/1.0\r\n\r\n"sv,
     "HEAD / 1.0 close {}\nPUT / 1.0 close {}\nPATCH / 1.0 close {}\nDELETE / 1.0 close {}\nOPTIONS / 1.0 close {}\n"sv},
    {"ValuesAreTrimmed", "GET / HTTP/1.1\r\nHost: x\r\nA: \t b  c \t\r\nEmpty:\r\n\r\n"sv, "GET / 1.1 keep [Host: x] [A: b  c] [Empty: ] {}\n"sv},
    {"OpaqueBytesInValues", "GET / HTTP/1.1\r\nHost: x\r\nA: caf\xc3\xa9\r\n\r\n"sv, "GET / 1.1 keep [Host: x] [A: caf\xc3\xa9] {}\n"sv},
    {"Expect", "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\na"sv,
     "POST / 1.1 keep continue [Host: x] [Expect: 100-Continue] [Content-Length: 1] {a}\n"sv},
    {"ExpectOn10IsIgnored", "POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\na"sv,
     "POST / 1.0 close [Expect: 100-continue] [Content-Length: 1] {a}\n"sv},
    {"Unfinished", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc"sv, "…"sv},
    {"BodyOfExactlyTheLimit", "POST / HTTP/1.0\r\nContent-Length: 64\r\n\r\n0123456789012345678901234567890123456789012345678901234567890123"sv,
     "POST / 1.0 close [Content-Length: 64] {0123456789012345678901234567890123456789012345678901234567890123}\n"sv},
};

#define CHUNKED "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
#define GET_X "GET / HTTP/1.1\r\nHost: x\r\n"
constexpr Case kRefused[] = {
    // Where a request ends must be beyond doubt.
    {"LengthAndChunked", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"sv, "400 transfer-encoding repeated, or with content-length"sv},
    {"ChunkedAndLength", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"sv, "400 content-length malformed, or with transfer-encoding"sv},
    {"TwoLengthsSame", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello"sv, "400 more than one content-length"sv},
    {"TwoLengthsDifferent", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello"sv, "400 more than one content-length"sv},
    {"LengthList", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5, 5\r\n\r\nhello"sv, "400 content-length is not a number"sv},
    {"LengthNegative", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n"sv, "400 content-length malformed, or with transfer-encoding"sv},
    {"LengthPlus", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +5\r\n\r\nhello"sv, "400 content-length malformed, or with transfer-encoding"sv},
    {"LengthHex", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0x5\r\n\r\nhello"sv, "400 content-length malformed, or with transfer-encoding"sv},
    {"LengthEmpty", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length:\r\n\r\n"sv, "400 content-length malformed, or with transfer-encoding"sv},
    {"LengthOverflow", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 18446744073709551621\r\n\r\n"sv, "400 content-length malformed, or with transfer-encoding"sv},
    {"LengthHuge", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999999999999999\r\n\r\n"sv, "400 content-length is not a number"sv},
    {"EncodingGzip", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n"sv, "400 transfer-encoding is not exactly chunked"sv},
    {"EncodingXchunked", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n"sv, "400 transfer-encoding is not exactly chunked"sv},
    {"EncodingGzipChunked", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"sv, "400 transfer-encoding is not exactly chunked"sv},
    {"EncodingChunkedIdentity", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, identity\r\n\r\n"sv, "400 transfer-encoding is not exactly chunked"sv},
    {"EncodingQuoted", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: \"chunked\"\r\n\r\n"sv, "400 transfer-encoding is not exactly chunked"sv},
    {"EncodingEmpty", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding:\r\n\r\n"sv, "400 transfer-encoding is not exactly chunked"sv},
    {"EncodingVerticalTab", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: \x0b" "chunked\r\n\r\n"sv, "400 field value malformed"sv},
    {"EncodingTwice", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"sv, "400 transfer-encoding repeated, or with content-length"sv},
    {"EncodingIdentityThenChunked", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n"sv, "400 transfer-encoding is not exactly chunked"sv},
    {"GzipThenLength", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello"sv, "400 transfer-encoding is not exactly chunked"sv},
    {"ChunkedOn10", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"sv, "400 transfer-encoding on HTTP/1.0"sv},
    // Hosts.
    {"NoHost", "GET / HTTP/1.1\r\n\r\n"sv, "400 no host"sv},
    {"TwoHosts", "GET / HTTP/1.1\r\nHost: x\r\nhost: x\r\n\r\n"sv, "400 more than one host"sv},
    {"TwoHostsOn10", "GET / HTTP/1.0\r\nHost: x\r\nHost: y\r\n\r\n"sv, "400 more than one host"sv},
    {"HostList", "GET / HTTP/1.1\r\nHost: x, y\r\n\r\n"sv, "400 host malformed"sv},
    {"HostWithUser", "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n"sv, "400 host malformed"sv},
    // Lines.
    {"ObsFold", GET_X "A: b\r\n c\r\n\r\n"sv, "400 folded or indented header line"sv},
    {"ObsFoldTab", GET_X "A: b\r\n\tc\r\n\r\n"sv, "400 folded or indented header line"sv},
    {"IndentedFirstField", "GET / HTTP/1.1\r\n Host: x\r\n\r\n"sv, "400 folded or indented header line"sv},
    {"SpaceBeforeColon", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length : 5\r\n\r\nhello"sv, "400 field name malformed"sv},
    {"SpaceInName", GET_X "A B: c\r\n\r\n"sv, "400 field name malformed"sv},
    {"NoColon", GET_X "Abc\r\n\r\n"sv, "400 field name malformed"sv},
    {"EmptyName", GET_X ": c\r\n\r\n"sv, "400 field name malformed"sv},
    {"NameWithOpaqueByte", GET_X "A\xff: c\r\n\r\n"sv, "400 field name malformed"sv},
    {"BareLfEverywhere", "GET / HTTP/1.1\nHost: x\n\n"sv, "400 line feed without carriage return"sv},
    {"BareLfInFields", GET_X "A: b\nC: d\r\n\r\n"sv, "400 line feed without carriage return"sv},
    {"BareLfAtTheEnd", GET_X "\n"sv, "400 line feed without carriage return"sv},
    {"BareLfFirst", "\nGET / HTTP/1.1\r\nHost: x\r\n\r\n"sv, "400 line feed without carriage return"sv},
    {"BareCr", GET_X "A: b\rC: d\r\n\r\n"sv, "400 carriage return without line feed"sv},
    {"CrCrLf", GET_X "A: b\r\r\n\r\n"sv, "400 carriage return without line feed"sv},
    {"NulInValue", "GET / HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n"sv, "400 field value malformed"sv},
    {"NulInName", "GET / HTTP/1.1\r\nHost: x\r\nA\0: c\r\n\r\n"sv, "400 field name malformed"sv},
    {"DelInValue", GET_X "A: b\x7f\r\n\r\n"sv, "400 field value malformed"sv},
    {"EscapeInValue", GET_X "A: b\x1b[0m\r\n\r\n"sv, "400 field value malformed"sv},
    {"BadConnection", GET_X "Connection: a b\r\n\r\n"sv, "400 field value malformed"sv},
    // Request lines.
    {"EmptyLineFirst", "\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n"sv, "400 method malformed"sv},
    {"AbsoluteForm", "GET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n"sv, "400 target is not in origin form"sv},
    {"Asterisk", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n"sv, "400 target is not in origin form"sv},
    {"Authority", "CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n"sv, "400 target is not in origin form"sv},
    {"NoTarget", "GET HTTP/1.1\r\nHost: x\r\n\r\n"sv, "400 target malformed"sv},
    {"Fragment", "GET /a#b HTTP/1.1\r\nHost: x\r\n\r\n"sv, "400 target holds a character no URL path may hold"sv},
    {"OpaqueByteInTarget", "GET /\xc3\xa9 HTTP/1.1\r\nHost: x\r\n\r\n"sv, "400 target holds a character no URL path may hold"sv},
    {"NulInTarget", "GET /a\0b HTTP/1.1\r\nHost: x\r\n\r\n"sv, "400 target malformed"sv},
    {"SpaceInTarget", "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n"sv, "400 request line malformed, or version not 1.0 or 1.1"sv},
    {"TabSeparator", "GET\t/ HTTP/1.1\r\nHost: x\r\n\r\n"sv, "400 method malformed"sv},
    {"BadMethod", "G(T / HTTP/1.1\r\nHost: x\r\n\r\n"sv, "400 method malformed"sv},
    {"Http09", "GET /\r\n\r\n"sv, "400 target malformed"sv},
    {"Http12", "GET / HTTP/1.2\r\nHost: x\r\n\r\n"sv, "400 request line malformed, or version not 1.0 or 1.1"sv},
    {"Http2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"sv, "400 request line malformed, or version not 1.0 or 1.1"sv},
    {"Http3", "GET / HTTP/3.0\r\n\r\n"sv, "400 request line malformed, or version not 1.0 or 1.1"sv},
    {"LowerCaseVersion", "GET / http/1.1\r\nHost: x\r\n\r\n"sv, "400 request line malformed, or version not 1.0 or 1.1"sv},
    {"TrailingSpaceAfterVersion", "GET / HTTP/1.1 \r\nHost: x\r\n\r\n"sv, "400 request line malformed, or version not 1.0 or 1.1"sv},
    // Expectations.
    {"UnknownExpectation", GET_X "Expect: 200-ok\r\n\r\n"sv, "417 expectation other than 100-continue"sv},
    {"TwoExpectations", GET_X "Expect: 100-continue\r\nExpect: 100-continue\r\n\r\n"sv, "417 expectation other than 100-continue"sv},
    // Bodies.
    {"BodyTooLong", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 65\r\n\r\n"sv, "413 body too large"sv},
    {"ChunkTooLong", CHUNKED "41\r\n"sv, "413 body too large"sv},
    {"ChunksTooLong", CHUNKED "1\r\na\r\n40\r\n"sv, "413 body too large"sv},
    {"ChunkSizeOverflow", CHUNKED "ffffffffffffffff1\r\n"sv, "400 chunk size too long"sv},
    {"ChunkSizePadded", CHUNKED "0000000000000001\r\n"sv, "400 chunk size too long"sv},
    {"ChunkSizeMissing", CHUNKED "\r\n"sv, "400 chunk size is not a number"sv},
    {"ChunkSizeNegative", CHUNKED "-1\r\n"sv, "400 chunk size is not a number"sv},
    {"ChunkSizePrefixed", CHUNKED "0x1\r\na\r\n"sv, "400 chunk size is not a number"sv},
    {"ChunkSizeSpace", CHUNKED "1 \r\na\r\n"sv, "400 chunk size is not a number"sv},
    {"ChunkSizeBareLf", CHUNKED "1\na\r\n"sv, "400 chunk size is not a number"sv},
    {"ChunkSizeBareCr", CHUNKED "1\ra\r\n"sv, "400 carriage return without line feed"sv},
    {"ExtensionBareLf", CHUNKED "1;a\nb\r\n"sv, "400 control character in a chunk extension"sv},
    {"ChunkLongerThanSaid", CHUNKED "1\r\nab\r\n"sv, "400 chunk data does not end where its size says"sv},
    {"ChunkDataBareLf", CHUNKED "1\r\na\n0\r\n\r\n"sv, "400 chunk data does not end where its size says"sv},
    {"ChunkDataBareCr", CHUNKED "1\r\na\r0\r\n\r\n"sv, "400 chunk data does not end where its size says"sv},
    {"EndBareCr", CHUNKED "0\r\n\rG"sv, "400 carriage return without line feed"sv},
    {"EndBareLf", CHUNKED "0\r\n\n"sv, "400 trailer malformed"sv},
    {"TrailerBareLf", CHUNKED "0\r\nA: b\n\r\n"sv, "400 control character in a trailer"sv},
    {"TrailerFolded", CHUNKED "0\r\nA: b\r\n c\r\n\r\n"sv, "400 trailer malformed"sv},
    {"TrailerSpaceBeforeColon", CHUNKED "0\r\nA : b\r\n\r\n"sv, "400 trailer malformed"sv},
    {"TrailerWithoutColon", CHUNKED "0\r\nGET / HTTP/1.1\r\n\r\n"sv, "400 trailer malformed"sv},
    {"TrailerBareCr", CHUNKED "0\r\nA: b\rc\r\n\r\n"sv, "400 carriage return without line feed"sv},
};
// clang-format on

std::string case_name(const ::testing::TestParamInfo<Case>& info) {
  return std::string(info.param.name);
}
INSTANTIATE_TEST_SUITE_P(Accepted, Framing, ::testing::ValuesIn(kAccepted), case_name);
INSTANTIATE_TEST_SUITE_P(Refused, Framing, ::testing::ValuesIn(kRefused), case_name);

/// Any of the cases, damaged: bytes changed, lost, doubled, or two cases run together.
std::string damaged(Random& random) {
  std::string text;
  for (int i = 0; i < 2; ++i) {
    const std::size_t pick = random.below(std::size(kAccepted) + std::size(kRefused));
    text += pick < std::size(kAccepted) ? kAccepted[pick].bytes : kRefused[pick - std::size(kAccepted)].bytes;
  }
  constexpr std::string_view kTelling("\r\n :;,09afgGHT/\t\0\x80", 18);
  for (std::uint64_t i = random.below(4); i > 0; --i) {
    const std::size_t at = random.below(text.size());
    switch (random.below(3)) {
      case 0:
        text[at] = kTelling[random.below(kTelling.size())];
        break;
      case 1:
        text.erase(at, 1);
        break;
      default:
        text.insert(at, 1, text[at]);
    }
  }
  return text;
}

TEST(Framing, DamagedStreamsReadTheSameHoweverTheyAreSliced) {
  wac::testing::SeededRandom random(20'260'101);
  for (int i = 0; i < 3'000; ++i) {
    const std::string text = damaged(random);
    const std::string whole = transcript(text, text.size());
    for (const std::size_t slice : {std::size_t{1}, std::size_t{1 + random.below(40)}}) {
      ASSERT_EQ(transcript(text, slice), whole)
          << "slices of " << slice << " of " << ::testing::PrintToString(text);
    }
  }
}

std::string header_section_of(std::size_t bytes) {
  std::string text = "GET / HTTP/1.1\r\nHost: x\r\nA: ";
  text.append(bytes - text.size() - 4, 'a');
  return text.append("\r\n\r\n");
}

TEST(FramingLimits, HeaderSectionsUpToTheLimitAreReadAndLongerOnesRefused) {
  for (const std::size_t slice : {std::size_t{1}, std::size_t{7}, std::size_t{4096}}) {
    EXPECT_EQ(transcript(header_section_of(1024), slice).substr(0, 7), "GET / 1");
    EXPECT_EQ(transcript(header_section_of(1025), slice), "431 header section too long");
  }
}

TEST(FramingLimits, ChunkExtensionsAreBoundedOverTheWholeBody) {
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  const auto body = [](std::size_t extension) {
    return "1;" + std::string(extension / 2, 'e') + "\r\na\r\n0;" +
           std::string(extension - extension / 2, 'e') + "\r\n\r\n";
  };
  for (const std::size_t slice : {std::size_t{1}, std::size_t{7}, std::size_t{4096}}) {
    EXPECT_THAT(transcript(head + body(ChunkedDecoder::kExtensionBytes), slice),
                ::testing::EndsWith("{a}\n"));
    EXPECT_EQ(transcript(head + body(ChunkedDecoder::kExtensionBytes + 1), slice),
              "431 chunk extensions too long");
  }
}

TEST(FramingLimits, TrailersAreBounded) {
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n";
  const auto trailer = [](std::size_t bytes) { return "A: " + std::string(bytes - 6, 'b') + "\r\n\r\n"; };
  for (const std::size_t slice : {std::size_t{1}, std::size_t{7}, std::size_t{8192}}) {
    EXPECT_THAT(transcript(head + trailer(ChunkedDecoder::kTrailerBytes), slice),
                ::testing::EndsWith("{}\n"));
    EXPECT_EQ(transcript(head + trailer(ChunkedDecoder::kTrailerBytes + 2), slice), "431 trailers too long");
  }
}

TEST(Framing, WhatAHandlerSeesOfAHeaderIsFixedBeforeTheBodyArrives) {
  RequestReader reader(1024);
  std::string_view head = "POST /h HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  ASSERT_EQ(reader.feed(head), ReadStep::kHead);
  ASSERT_EQ(reader.head().fields.size(), 2U);
  ASSERT_EQ(reader.accept_body(64), ReadStep::kNeedMore);
  std::string_view rest = "0\r\nHost: evil\r\nX-Api-Key: evil\r\n\r\n";
  ASSERT_EQ(reader.feed(rest), ReadStep::kComplete);
  EXPECT_EQ(reader.head().fields.size(), 2U);
  EXPECT_EQ(reader.head().path, "/h");
}

TEST(Framing, ALimitOfTheHandlerIsTheOneThatCounts) {
  RequestReader reader(1024);
  std::string_view head = "POST /h HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n";
  ASSERT_EQ(reader.feed(head), ReadStep::kHead);
  EXPECT_EQ(reader.body_remaining(), 10U);
  EXPECT_EQ(reader.accept_body(9), ReadStep::kRefused);
  EXPECT_EQ(reader.refused_status(), 413);
}

}  // namespace
}  // namespace wac::net
