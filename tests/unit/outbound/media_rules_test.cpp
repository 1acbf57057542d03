#include "outbound/media_rules.h"

#include "outbound/media_places.h"
#include "support/manual_scheduler.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace wac::outbound {
namespace {

namespace json = boost::json;
using store::IntentState;

SourceRules rules_with(std::vector<std::string> hosts = {}, std::vector<std::uint16_t> ports = {}) {
  SourceRules rules;
  rules.hosts = std::move(hosts);
  rules.ports = std::move(ports);
  return rules;
}

bool allowed(std::string_view url, const SourceRules& rules) {
  const auto judged = judge_source(url, rules);
  if (!judged) {
    EXPECT_EQ(judged.error().code, LocalError::kMediaForbiddenAddress);
    EXPECT_EQ(judged.error().lasts, MediaFailure::Lasts::kForGood);
  }
  return judged.has_value();
}

TEST(MediaSource, HttpsOnItsPortIsAllowed) {
  EXPECT_TRUE(allowed("https://example.com/a.jpg", rules_with()));
  EXPECT_TRUE(allowed("https://example.com:443/a.jpg", rules_with()));
  for (const char* url :
       {"http://example.com/a", "ftp://example.com/a", "file:///etc/passwd", "https://example.com:8443/",
        "https://user@example.com/", "https://user:pw@example.com/", "https:///a", "gopher://x/"}) {
    EXPECT_FALSE(allowed(url, rules_with())) << url;
  }
}

TEST(MediaSource, SettingsAllowMore) {
  EXPECT_TRUE(allowed("https://example.com:8443/", rules_with({}, {8443})));
  SourceRules http = rules_with({}, {8080});
  http.allow_http = true;
  EXPECT_TRUE(allowed("http://example.com/", http));
  EXPECT_TRUE(allowed("http://example.com:8080/", http));
  EXPECT_FALSE(allowed("http://example.com:443/", http));
}

TEST(MediaSource, AListOfHostsIsTheWholeList) {
  const SourceRules rules = rules_with({"cdn.example.com", "*.files.example"});
  EXPECT_TRUE(allowed("https://cdn.example.com/a", rules));
  EXPECT_TRUE(allowed("https://CDN.Example.com/a", rules));
  EXPECT_TRUE(allowed("https://a.b.files.example/", rules));
  EXPECT_FALSE(allowed("https://files.example/", rules));
  EXPECT_FALSE(allowed("https://evilfiles.example/", rules));
  EXPECT_FALSE(allowed("https://example.com/", rules));
  EXPECT_FALSE(allowed("https://cdn.example.com.evil.example/", rules));
}

TEST(MediaSource, RedirectsAreResolvedAndJudged) {
  const net::Url from = net::parse_url("https://example.com/dir/a?x=1").value();
  const auto to = [&](std::string_view location) {
    const auto judged = judge_redirect(from, location, rules_with());
    return judged ? judged->endpoint.host + judged->target : "refused";
  };
  EXPECT_EQ(to("https://other.example/b"), "other.example/b");
  EXPECT_EQ(to("//other.example/b"), "other.example/b");
  EXPECT_EQ(to("/b?c=d#e"), "example.com/b?c=d");
  EXPECT_EQ(to("b"), "example.com/dir/b");
  EXPECT_EQ(to("?y=2"), "example.com/dir/a?y=2");
  EXPECT_EQ(to("/go?to=https://elsewhere.example/"), "example.com/go?to=https://elsewhere.example/");
  EXPECT_EQ(to("http://example.com/b"), "refused");
  EXPECT_EQ(to("file:///etc/passwd"), "refused");
  EXPECT_EQ(to(""), "refused");
}

TEST(MediaSource, AnswersThatMayPassAreTriedAgain) {
  using Lasts = MediaFailure::Lasts;
  for (const int status : {500, 502, 503, 429, 408, 425})
    EXPECT_EQ(judge_status(status).lasts, Lasts::kForNow);
  for (const int status : {400, 401, 403, 404, 410, 204, 206, 304}) {
    EXPECT_EQ(judge_status(status).lasts, Lasts::kForGood) << status;
  }
  EXPECT_EQ(judge_failure({ErrorCode::kTimeout, 0, ""}).lasts, Lasts::kForNow);
  EXPECT_EQ(judge_failure({ErrorCode::kConnectionLost, 0, ""}).lasts, Lasts::kForNow);
  EXPECT_EQ(judge_failure({ErrorCode::kForbidden, 0, ""}).code, LocalError::kMediaForbiddenAddress);
  EXPECT_EQ(judge_failure({ErrorCode::kTooLarge, 0, ""}).code, LocalError::kMediaTooLarge);
}

TEST(MediaEnd, IsNeverUnknown) {
  testing::SeededRandom random(1);
  const RetryRules rules;
  const auto end = [&](const MediaFailure& failure, std::uint32_t attempt) {
    return media_end(failure, attempt, rules, WallTime{}, random);
  };
  const AttemptEnd refused = end(refused_for_good(LocalError::kMediaTooLarge), 1);
  EXPECT_EQ(refused.state, IntentState::kFailed);
  EXPECT_EQ(whatsapp::code_text(refused.error_code), "media_too_large");
  EXPECT_EQ(end({}, 1).state, IntentState::kRetryWait);
  EXPECT_EQ(end({}, 10).state, IntentState::kDead);
  const MediaFailure under_way{{}, MediaFailure::Lasts::kUnderWay};
  EXPECT_EQ(end(under_way, 10).state, IntentState::kRetryWait);
  EXPECT_FALSE(end(under_way, 1).counts) << "the message was not tried";
  EXPECT_EQ(end(under_way, 1).wait, Millis{1'000});
  EXPECT_EQ(end(under_way, 3).wait, Millis{4'000});
  EXPECT_EQ(end(under_way, 10).wait, Millis{30'000});
  MediaFailure lost;
  lost.graph = std::make_shared<const net::ClientResult>(
      std::unexpected(net::ClientFailure{{ErrorCode::kTimeout, 0, ""}, net::Written::kMaybe}));
  EXPECT_EQ(end(lost, 1).state, IntentState::kRetryWait);
  net::ClientResponse answer;
  answer.status = 400;
  answer.body = R"({"error":{"code":131053}})";
  MediaFailure told;
  told.graph = std::make_shared<const net::ClientResult>(answer);
  EXPECT_EQ(end(told, 1).state, IntentState::kFailed);
  EXPECT_EQ(end(told, 1).error_code, 131'053U);
}

TEST(MediaPlaces, AreFoundWhereverMediaMayBe) {
  json::object payload = json::parse(R"({"type":"template","template":{"name":"t","components":[
      {"type":"header","parameters":[{"type":"document","document":{"mediaUrl":"https://e.com/1","filename":"a.pdf"}}]},
      {"type":"carousel","cards":[{"card_index":0,"components":[{"type":"header","parameters":[
          {"type":"gif","gif":{"mediaUrl":"https://e.com/2"}}]}]}]}]}})")
                             .as_object();
  const auto places = media_places(payload);
  ASSERT_EQ(places.size(), 2U);
  EXPECT_EQ(places[0].kind, whatsapp::MediaKind::kDocument);
  EXPECT_EQ(places[0].file_name, "a.pdf");
  EXPECT_EQ(places[1].kind, whatsapp::MediaKind::kVideo);
  EXPECT_EQ(places[1].url, "https://e.com/2");
  put_media_id(places[1], "42");
  put_media_id(places[0], "41");
  EXPECT_FALSE(names_media(payload));
  const std::string text = json::serialize(payload);
  EXPECT_NE(text.find(R"("id":"42")"), std::string::npos);
  EXPECT_EQ(text.find("mediaUrl"), std::string::npos);
}

TEST(MediaPlaces, ARawPayloadAndOneWithIdsHaveNone) {
  json::object raw =
      json::parse(R"({"type":"raw","raw":{"type":"image","image":{"mediaUrl":"https://e.com"}}})")
          .as_object();
  EXPECT_FALSE(names_media(raw));
  EXPECT_TRUE(media_places(raw).empty());
  json::object id = json::parse(R"({"type":"image","image":{"id":"1"}})").as_object();
  EXPECT_FALSE(names_media(id));
}

}  // namespace
}  // namespace wac::outbound
