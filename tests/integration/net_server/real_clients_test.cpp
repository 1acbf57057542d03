// The server against programs that were not written for it.

#include "harness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <unistd.h>

namespace wac::net {
namespace {

using namespace testing;
using ::testing::HasSubstr;
using ::testing::Not;

bool installed(const std::string& program) {
  return ::access(("/usr/bin/" + program).c_str(), X_OK) == 0;
}

std::string output_of(const std::string& command) {
  std::string out;
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return out;
  std::array<char, 4096> piece;
  while (const std::size_t n = std::fread(piece.data(), 1, piece.size(), pipe)) out.append(piece.data(), n);
  ::pclose(pipe);
  return out;
}

std::string url(const TestServer& server, std::string_view target) {
  return "http://127.0.0.1:" + std::to_string(server.port()) + std::string(target);
}

TEST(RealClients, CurlUploadsWithExpectAndWithChunks) {
  if (!installed("curl")) GTEST_SKIP() << "curl is not installed";
  TestServer server;
  const std::string file = ::testing::TempDir() + "/upload.bin";
  const std::string body(2'000'000, 'u');
  std::ofstream(file) << body;
  const std::string curl = "curl -sS --max-time 20 --data-binary @" + file;
  EXPECT_EQ(output_of(curl + " -H 'Expect: 100-continue' " + url(server, "/echo")), body);
  EXPECT_EQ(output_of(curl + " -H 'Transfer-Encoding: chunked' " + url(server, "/echo")), body);
  EXPECT_THAT(output_of("curl -sSi --max-time 20 -d @" + file + " " + url(server, "/small")),
              HasSubstr("413"));
}

TEST(RealClients, CurlReusesItsConnectionAndReadsStreams) {
  if (!installed("curl")) GTEST_SKIP() << "curl is not installed";
  TestServer server;
  const std::string both =
      output_of("curl -sS --max-time 20 " + url(server, "/stream?2") + " " + url(server, "/"));
  EXPECT_EQ(both, "chunk 0\nchunk 1\n{\"ok\":true}");
  EXPECT_EQ(server.stats().accepted, 1U);
  EXPECT_EQ(output_of("curl -sS --max-time 20 -0 " + url(server, "/stream?2")), "chunk 0\nchunk 1\n");
  EXPECT_THAT(output_of("curl -sSI --max-time 20 " + url(server, "/")), HasSubstr("Content-Length: 11"));
}

TEST(RealClients, WrkSeesNoErrors) {
  if (!installed("wrk")) GTEST_SKIP() << "wrk is not installed";
  TestServer server({}, 2);
  const std::string report = output_of("wrk -t1 -c64 -d1s " + url(server, "/"));
  EXPECT_THAT(report, HasSubstr("Requests/sec"));
  EXPECT_THAT(report, Not(HasSubstr("Non-2xx")));
  EXPECT_THAT(report, Not(HasSubstr("Socket errors")));
  EXPECT_GT(server.stats().accepted, 0U);
}

}  // namespace
}  // namespace wac::net
