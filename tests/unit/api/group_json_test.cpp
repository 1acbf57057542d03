#include "api/group_json.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>

namespace wac::api {
namespace {

namespace json = boost::json;
using delivery::AckToken;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

crypto::Fingerprint fingerprint(std::uint8_t number) {
  crypto::Fingerprint made;
  made.bytes[0] = number;
  return made;
}

/// The pointers of what is wrong.
template <class Parse>
std::vector<std::string> pointers(Parse parse) {
  std::vector<FieldError> errors;
  parse(errors);
  std::vector<std::string> list;
  for (const FieldError& error : errors) list.push_back(error.pointer);
  return list;
}

std::vector<std::string> query_errors(std::string_view query) {
  return pointers([&](auto& errors) { parse_group_query(query, errors); });
}
std::vector<std::string> token_errors(std::string_view body, Delay delay = Delay::kNone) {
  return pointers([&](auto& errors) { EXPECT_FALSE(parse_tokens(body, delay, errors)); });
}
std::vector<std::string> seek_errors(std::string_view body) {
  return pointers([&](auto& errors) { EXPECT_FALSE(parse_seek(body, errors)); });
}

TEST(GroupQueries, SayWhoReadsAndFromWhere) {
  std::vector<FieldError> errors;
  const auto query = parse_group_query("group=crm-1&start=now&ack=aa,,bb,&limit=5", errors);
  EXPECT_THAT(errors, IsEmpty());
  EXPECT_EQ(query.group->str(), "crm-1");
  EXPECT_EQ(query.create.start, config::ConsumerStart::kNow);
  EXPECT_THAT(query.acks, ElementsAre("aa", "bb"));
  const auto plain = parse_group_query("group=crm&start=&ack=", errors);
  EXPECT_EQ(plain.create.start, config::ConsumerStart::kOldest);
  EXPECT_THAT(plain.acks, IsEmpty());
  EXPECT_THAT(errors, IsEmpty());
  EXPECT_FALSE(parse_group_query("cursor=x", errors).group);
  EXPECT_THAT(errors, IsEmpty());
}

TEST(GroupQueries, SayWhatTheGroupIsFor) {
  std::vector<FieldError> errors;
  const auto query = parse_group_query(
      "group=g&types=whatsapp.message.status.,whatsapp.account.&senders=22222,11111", errors);
  EXPECT_THAT(errors, IsEmpty());
  EXPECT_THAT(query.create.filter.types, ElementsAre("whatsapp.account.", "whatsapp.message.status."));
  EXPECT_EQ(query.create.filter.senders.front().str(), "11111");
  EXPECT_EQ(parse_group_query("group=g&types=&senders=", errors).create.filter, delivery::EventFilter{});
  EXPECT_THAT(errors, IsEmpty());
  EXPECT_THAT(query_errors("group=g&types=message."), ElementsAre("?types"));
  EXPECT_THAT(query_errors("group=g&senders=11111,+5511999999999"), ElementsAre("?senders"));
  std::string many = "group=g&senders=";
  for (int i = 0; i < 101; ++i) many += std::to_string(10'000 + i) + ",";
  EXPECT_THAT(query_errors(many), ElementsAre("?senders"));
}

TEST(GroupQueries, AreRefusedByParameter) {
  EXPECT_THAT(query_errors("group="), ElementsAre("?group"));
  EXPECT_THAT(query_errors("group=Crm"), ElementsAre("?group"));
  EXPECT_THAT(query_errors("group=g-16505551234"), ElementsAre("?group")) << "could be a phone number";
  EXPECT_THAT(query_errors("group=g&start=2026"), ElementsAre("?start"));
  EXPECT_THAT(query_errors("group=g&cursor="), ElementsAre("?cursor"));
}

TEST(TokenRequests, NameOneToAThousand) {
  std::vector<FieldError> errors;
  const auto request = parse_tokens(R"({"acks":["a","b"],"delayMs":3600000})", Delay::kAllowed, errors);
  ASSERT_TRUE(request);
  EXPECT_THAT(request->acks, ElementsAre("a", "b"));
  EXPECT_EQ(request->delay, Millis{3'600'000});
  EXPECT_EQ(parse_tokens(R"({"acks":["a"]})", Delay::kAllowed, errors)->delay, Millis{0});

  json::array many(kMostTokens, "a");
  EXPECT_TRUE(parse_tokens(json::serialize(json::object{{"acks", many}}), Delay::kNone, errors));
  many.emplace_back("a");
  EXPECT_THAT(token_errors(json::serialize(json::object{{"acks", many}})), ElementsAre("/acks"));
  for (const char* body : {"", "[]", "null"}) EXPECT_THAT(token_errors(body), ElementsAre("")) << body;
  for (const char* body : {"{}", R"({"acks":[]})", R"({"acks":"a"})"})
    EXPECT_THAT(token_errors(body), ElementsAre("/acks")) << body;
  EXPECT_THAT(token_errors(R"({"acks":["a",1]})"), ElementsAre("/acks/1"));
  EXPECT_THAT(token_errors(R"({"acks":["a"],"delayMs":1})"), ElementsAre("/delayMs"));
  for (const char* delay : {"-1", "3600001", "1.5", "\"1\"", "null"}) {
    const std::string body = R"({"acks":["a"],"delayMs":)" + std::string{delay} + "}";
    EXPECT_THAT(token_errors(body, Delay::kAllowed), ElementsAre("/delayMs")) << delay;
  }
}

TEST(SeekRequests, NameAnEndOrATime) {
  std::vector<FieldError> errors;
  const auto end = parse_seek(R"({"to":"now"})", errors);
  EXPECT_EQ(std::get<config::ConsumerStart>(end->target), config::ConsumerStart::kNow);
  EXPECT_FALSE(end->dry_run);
  const auto time = parse_seek(R"({"to":"2026-11-23T22:45:00Z","dryRun":true})", errors);
  EXPECT_EQ(std::get<WallTime>(time->target), from_millis(1'795'473'900'000));
  EXPECT_TRUE(time->dry_run);
  EXPECT_THAT(seek_errors("{}"), ElementsAre("/to"));
  EXPECT_THAT(seek_errors(R"({"to":"$"})"), ElementsAre("/to"));
  EXPECT_THAT(seek_errors(R"({"to":"now","dryRun":1})"), ElementsAre("/dryRun"));
  EXPECT_THAT(seek_errors(R"({"to":"now","at":1})"), ElementsAre("/at"));
}

TEST(Tokens, ThatStandForNothingAreNamedInTheOrderOfTheRequest) {
  const std::vector<std::string> texts{"aaaaaaaaaaaaaaaa", "nonsense", "bbbbbbbbbbbbbbbb"};
  const ParsedTokens parsed = parse_tokens(texts);
  ASSERT_EQ(parsed.tokens.size(), 2U);
  EXPECT_EQ(unknown_json(texts, parsed, {0}), (json::array{"aaaaaaaaaaaaaaaa", "nonsense"}));
  EXPECT_EQ(unknown_json(texts, parsed, {1}), (json::array{"nonsense", "bbbbbbbbbbbbbbbb"}));
}

TEST(TakenEvents, AreTheEventsAsEverAndBesideThemWhatAcknowledgesThem) {
  delivery::Taken taken;
  taken.lease_end = from_millis(1'795'473'900'000);
  taken.events.push_back({PersonalText{R"({"id":"x"})"}, {"aaaaaaaaaaaaaaaa", fingerprint(1)}, 1});
  taken.events.push_back({PersonalText{R"({"id":"y"})"}, {"aaaaaaaaaaaaaaaa", fingerprint(2)}, 3});
  EXPECT_EQ(
      taken_json(taken, {}),
      R"({"events":[{"id":"x"},{"id":"y"}],"deliveries":[)"
      R"({"id":"01000000000000000000000000000000","ack":"aaaaaaaaaaaaaaaa-01000000000000000000000000000000","attempt":1},)"
      R"({"id":"02000000000000000000000000000000","ack":"aaaaaaaaaaaaaaaa-02000000000000000000000000000000","attempt":3}],)"
      R"("ack":"aaaaaaaaaaaaaaaa","leaseUntil":"2026-11-23T22:45:00.000Z"})");
  EXPECT_EQ(taken_json({}, {"z"}), R"({"events":[],"deliveries":[],"ack":"","unknown":["z"]})");
}

TEST(GroupReports, SayHowOldTheOldestEventIs) {
  delivery::GroupReport report;
  report.group = ConsumerId::parse("crm").value();
  report.in_flight = 2;
  report.filter.types = {"whatsapp.message."};
  EXPECT_FALSE(to_json(report, from_millis(5'000)).contains("oldestUnacknowledged"));
  report.oldest = from_millis(2'000);
  const json::object shown = to_json(report, from_millis(5'000));
  EXPECT_EQ(shown.at("oldestUnacknowledged"), "1970-01-01T00:00:02.000Z");
  EXPECT_EQ(shown.at("oldestUnacknowledgedAgeMs"), 3'000);
  EXPECT_EQ(shown.at("inFlight"), 2);
  EXPECT_EQ(shown.at("types"), json::array{"whatsapp.message."});
  EXPECT_EQ(shown.at("senders"), json::array{});
  EXPECT_EQ(to_json(report, from_millis(1'000)).at("oldestUnacknowledgedAgeMs"), 0) << "by another's clock";
}

}  // namespace
}  // namespace wac::api
