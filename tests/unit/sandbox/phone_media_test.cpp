#include "sandbox/phone_media.h"

#include "sandbox/seeded_random.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace wac::sandbox {
namespace {

namespace json = boost::json;
using net::Method;

class PhoneMediaTest : public ::testing::Test {
 protected:
  std::optional<net::HttpResponse> ask(Method method, std::string_view path, std::string_view query = "",
                                       std::string_view body = "", std::string_view type = "") {
    net::HttpRequest request;
    request.method = method;
    request.path = path;
    request.query = query;
    request.body = body;
    if (!type.empty()) request.headers.push_back({"Content-Type", type});
    return phone_media(media, request);
  }
  std::string header(const net::HttpResponse& response, std::string_view name) {
    for (const auto& [key, value] : response.headers) {
      if (key == name) return value;
    }
    return {};
  }
  SandboxConfig config;
  SeededRandom ids{1};
  MediaApi media{config, ids};
};

TEST_F(PhoneMediaTest, WhatIsAttachedCanBeLookedAtButNotRun) {
  const auto made = ask(Method::kPost, "/_sandbox/phone/media", "number=106540352242922", "<script>",
                        "text/html; charset=utf-8");
  ASSERT_TRUE(made);
  ASSERT_EQ(made->status, 200);
  const auto body = json::parse(made->body);
  EXPECT_EQ(body.at("mime_type"), "text/html");
  EXPECT_EQ(body.at("sha256"), "W2Plsgl/xpBmAeheOB2Zin25caynPJIT3CsQfMq3NNQ=") << "of openssl, in base64";
  const auto shown = ask(Method::kGet, "/_sandbox/phone/media/" + std::string(body.at("id").as_string()));
  ASSERT_TRUE(shown);
  EXPECT_EQ(shown->status, 200);
  EXPECT_EQ(header(*shown, "Content-Type"), "text/html");
  EXPECT_EQ(header(*shown, "Content-Security-Policy"), "sandbox; default-src 'none'");
  EXPECT_EQ(header(*shown, "X-Content-Type-Options"), "nosniff");
}

TEST_F(PhoneMediaTest, RefusesNothingsAndLeavesOtherPathsAlone) {
  EXPECT_EQ(ask(Method::kPost, "/_sandbox/phone/media", "number=1", "")->status, 400);
  EXPECT_EQ(ask(Method::kPost, "/_sandbox/phone/media", "", "x")->status, 400);
  EXPECT_EQ(ask(Method::kGet, "/_sandbox/phone/media/1")->status, 404);
  EXPECT_FALSE(ask(Method::kGet, "/_sandbox/phone"));
  EXPECT_FALSE(ask(Method::kDelete, "/_sandbox/phone/media/1"));
  EXPECT_TRUE(is_phone_upload(Method::kPost, "/_sandbox/phone/media"));
  EXPECT_FALSE(is_phone_upload(Method::kGet, "/_sandbox/phone/media"));
}

}  // namespace
}  // namespace wac::sandbox
