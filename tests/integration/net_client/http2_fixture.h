#pragma once
// An HttpClient that offers HTTP/2, and many requests at once.

#include "client_fixture.h"
#include "support/http2_server.h"

#include <string>
#include <vector>

namespace wac::net {

class Http2ClientTest : public HttpClientTest {
 protected:
  void SetUp() override { limits_.http2 = true; }

  std::vector<std::future<ClientResult>> start_many(const std::string& origin, int count,
                                                    Millis time = Millis{5'000}) {
    std::vector<std::future<ClientResult>> all;
    for (int i = 0; i < count; ++i) all.push_back(start(request_to(origin + "/" + std::to_string(i), time)));
    return all;
  }

  /// Each got the answer to its own path.
  static void expect_own_answers(std::vector<std::future<ClientResult>>& all) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      const ClientResult result = all[i].get();
      ASSERT_TRUE(result) << i << ": " << name(result.error().error.code) << " "
                          << result.error().error.where;
      EXPECT_EQ(result->body, "/" + std::to_string(i));
    }
  }
};

}  // namespace wac::net
