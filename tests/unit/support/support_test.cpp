#include "support/http.h"
#include "support/nginx_server.h"
#include "support/process.h"
#include "support/redis_server.h"

#include <gtest/gtest.h>

#include <signal.h>

namespace wac::testing {
namespace {

TEST(Process, GivesOutputAndExitStatus) {
  Process process(ProcessOptions{.argv = {"sh", "-c", "echo $GREETING; echo no >&2; exit 3"},
                                 .env = {{"GREETING", "hello"}}});
  ASSERT_EQ(process.wait(), (ExitStatus{3, 0}));
  EXPECT_EQ(process.standard_output(), "hello\n");
  EXPECT_EQ(process.standard_error(), "no\n");
}

TEST(Process, OneThatRunsOnIsReportedAndKilled) {
  Process process(ProcessOptions{.argv = {"sleep", "1000"}, .env = {}});
  EXPECT_EQ(process.wait(Millis{10}), std::nullopt);
  process.kill();
  EXPECT_EQ(process.wait(), (ExitStatus{-1, SIGKILL}));
}

TEST(Process, EndsWithTheObject) {
  pid_t pid = 0;
  {
    const Process process(ProcessOptions{.argv = {"sleep", "1000"}, .env = {}});
    pid = process.pid();
    ASSERT_EQ(::kill(pid, 0), 0);
  }
  EXPECT_EQ(::kill(pid, 0), -1);
}

TEST(RedisServer, KeepsItsDataOverARestartWhenAppendOnly) {
  RedisServer redis({.persistence = RedisServerOptions::Persistence::kAppendOnly});
  EXPECT_EQ(redis.cli({"set", "a", "1"}), "OK");
  redis.stop();
  EXPECT_FALSE(wait_for_port(redis.port(), Millis{0}));
  redis.start();
  EXPECT_EQ(redis.cli({"get", "a"}), "1");
}

TEST(RedisServer, SpeaksTlsToAnAclUser) {
  const Certificates certificates;
  const RedisServer redis({.tls = &certificates, .user = "app", .password = "pw"});
  EXPECT_EQ(redis.cli({"acl", "whoami"}), "app");
  EXPECT_TRUE(redis.url().starts_with("rediss://app:pw@localhost:"));
}

TEST(NginxServer, AnswersOverTlsAndKeepsALog) {
  const Certificates certificates;
  const NginxServer nginx({.certificate = &certificates.server(),
                           .server_block = R"(location /ok { add_header X-Test yes; return 200 "hello"; })"});
  const HttpReply reply =
      http_request("POST", nginx.origin() + "/ok", {{"A", "b"}}, "body", {.ca_file = certificates.ca_file()});
  EXPECT_EQ(reply.status, 200) << reply.failure;
  EXPECT_EQ(reply.body, "hello");
  EXPECT_EQ(reply.header("x-test"), "yes");
  ASSERT_TRUE(eventually([&] { return nginx.requests().size() == 1; }));
  EXPECT_EQ(nginx.requests()[0].request, "POST /ok HTTP/1.1");
  EXPECT_EQ(nginx.requests()[0].tls_name, "localhost");
}

class BadCertificate : public ::testing::TestWithParam<const CertificateFiles& (Certificates::*)() const> {};

TEST_P(BadCertificate, IsRefusedByCurl) {
  const Certificates certificates;
  const NginxServer nginx(
      {.certificate = &(certificates.*GetParam())(), .server_block = "location / { return 200; }"});
  const HttpReply reply =
      http_request("GET", nginx.origin() + "/", {}, {}, {.ca_file = certificates.ca_file()});
  EXPECT_EQ(reply.status, 0);
  EXPECT_NE(reply.failure, "");
}

INSTANTIATE_TEST_SUITE_P(All, BadCertificate,
                         ::testing::Values(&Certificates::expired, &Certificates::wrong_host));

}  // namespace
}  // namespace wac::testing
