#include "client_fixture.h"
#include "support/nginx_server.h"
#include "support/scripted_peer.h"

#include <openssl/x509_vfy.h>

namespace wac::net {
namespace {

using testing::NginxServer;

constexpr const char* kAnswer = R"(location / { add_header X-Test yes; return 200 '{"ok":true}'; })";

class HttpClientTls : public HttpClientTest {};

TEST_F(HttpClientTls, PostsToAVerifiedServer) {
  const NginxServer nginx({.certificate = &certificates_.server(), .server_block = kAnswer});
  const ClientResult result = send(request_to(nginx.origin() + "/v1/messages?a=b"));
  ASSERT_TRUE(result) << result.error().error.where;
  EXPECT_EQ(result->status, 200);
  EXPECT_EQ(result->header("x-test"), "yes");
  EXPECT_EQ(result->body, R"({"ok":true})");
  ASSERT_TRUE(testing::eventually([&] { return nginx.requests().size() == 1; }));
  EXPECT_EQ(nginx.requests()[0].request, "POST /v1/messages?a=b HTTP/1.1");
  EXPECT_EQ(nginx.requests()[0].tls_name, "localhost");
}

TEST_F(HttpClientTls, VerifiesAnAddressToo) {
  const NginxServer nginx({.certificate = &certificates_.server(), .server_block = kAnswer});
  EXPECT_TRUE(send(request_to("https://127.0.0.1:" + std::to_string(nginx.port()) + "/")));
  // 127.0.0.2 is the same machine, but not a name of the certificate.
  const NginxServer wrong({.certificate = &certificates_.wrong_host(), .server_block = kAnswer});
  expect_failure(send(request_to("https://127.0.0.1:" + std::to_string(wrong.port()) + "/")),
                 ErrorCode::kTlsFailed, Written::kNothing);
}

TEST_F(HttpClientTls, RefusesAnUnknownAuthority) {
  ca_file_ = certificates_.other_ca_file();
  const NginxServer nginx({.certificate = &certificates_.server(), .server_block = kAnswer});
  const ClientResult result = send(request_to(nginx.origin()));
  expect_failure(result, ErrorCode::kTlsFailed, Written::kNothing);
  EXPECT_EQ(result.error().error.detail, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
  EXPECT_TRUE(nginx.requests().empty());
}

TEST_F(HttpClientTls, RefusesACertificateForAnotherHost) {
  const NginxServer nginx({.certificate = &certificates_.wrong_host(), .server_block = kAnswer});
  const ClientResult result = send(request_to(nginx.origin()));
  expect_failure(result, ErrorCode::kTlsFailed, Written::kNothing);
  EXPECT_EQ(result.error().error.detail, X509_V_ERR_HOSTNAME_MISMATCH);
}

TEST_F(HttpClientTls, RefusesAnExpiredCertificate) {
  const NginxServer nginx({.certificate = &certificates_.expired(), .server_block = kAnswer});
  const ClientResult result = send(request_to(nginx.origin()));
  expect_failure(result, ErrorCode::kTlsFailed, Written::kNothing);
  EXPECT_EQ(result.error().error.detail, X509_V_ERR_CERT_HAS_EXPIRED);
}

TEST_F(HttpClientTls, RefusesOldProtocols) {
  const NginxServer nginx({.certificate = &certificates_.server(),
                           .server_block = "ssl_protocols TLSv1.1; ssl_ciphers ALL:@SECLEVEL=0;"});
  expect_failure(send(request_to(nginx.origin())), ErrorCode::kTlsFailed, Written::kNothing);
}

TEST_F(HttpClientTls, RefusesAServerThatSpeaksNoTls) {
  const NginxServer nginx({.server_block = kAnswer});
  expect_failure(send(request_to("https://localhost:" + std::to_string(nginx.port()) + "/")),
                 ErrorCode::kTlsFailed, Written::kNothing);
}

TEST_F(HttpClientTls, ResumesSessionsOnNewConnections) {
  for (const char* protocol : {"TLSv1.2", "TLSv1.3"}) {
    const NginxServer nginx(
        {.certificate = &certificates_.server(),
         .server_block = std::string("keepalive_timeout 0; ssl_session_cache shared:S:1m; ssl_protocols ") +
                         protocol + ";" + kAnswer});
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(send(request_to(nginx.origin())));
    ASSERT_TRUE(testing::eventually([&] { return nginx.requests().size() == 3; }));
    EXPECT_EQ(nginx.requests()[0].tls_reused, ".") << protocol;
    EXPECT_EQ(nginx.requests()[1].tls_reused, "r") << protocol;
    EXPECT_EQ(nginx.requests()[2].tls_reused, "r") << protocol;
  }
}

TEST_F(HttpClientTls, AHandshakeThatHangsEndsAtTheConnectDeadline) {
  limits_.connect_deadline = Millis{50};
  testing::ScriptedPeer peer({[](testing::PeerConnection& connection) { connection.read_to_end(); }});
  expect_failure(send(request_to("https://localhost:" + std::to_string(peer.port()) + "/")),
                 ErrorCode::kTimeout, Written::kNothing);
  EXPECT_TRUE(testing::eventually([&] { return peer.finished() == 1; }));
}

TEST(TlsContext, RefusesACaFileThatIsNone) {
  const testing::TempDir directory;
  EXPECT_EQ(TlsContext::make(directory.file("absent")).error().code, ErrorCode::kInvalid);
  testing::write_file(directory.file("empty"), "");
  EXPECT_EQ(TlsContext::make(directory.file("empty")).error().code, ErrorCode::kInvalid);
  EXPECT_TRUE(TlsContext::make(""));
}

}  // namespace
}  // namespace wac::net
