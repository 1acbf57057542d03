#include "store/redis/record.h"

#include "unit/store_redis/literal_reply.h"

#include <gtest/gtest.h>

#include <map>

namespace wac::store::redis {
namespace {

using testing::reply;
using testing::texts;

const IntentKey kKey = IntentKey::from_raw("0123456789abcdef").value();

std::vector<std::string> typical() {
  return {"s",  "10",
          "a",  "2",
          "k",  "3",
          "d",  "1790000030000",
          "b",  "body-fingerprnt",
          "q",  "ididididididid!",
          "t",  "acme",
          "i",  "0f8fad5b-d9cb-469f-a165-70867728950e",
          "f",  "106540352242922",
          "c",  "order-1",
          "n",  "1790000000000",
          "u",  "1790000000200",
          "e",  "131026",
          "h",  "200",
          "2",  "1790000000000",
          "1",  "1790000000100",
          "10", "1790000000200",
          "w",  "2",
          "p",  "1",
          "z",  "utility,regular,PMP,1"};
}

std::vector<std::string> with(std::string name, std::string value) {
  auto fields = typical();
  fields[9] = "body-fingerprint";
  for (std::size_t at = 0; at < fields.size(); at += 2) {
    if (fields[at] == name) fields[at + 1] = value;
  }
  return fields;
}

std::vector<std::string> without(std::string_view name) {
  auto fields = with("", "");
  for (std::size_t at = 0; at < fields.size(); at += 2) {
    if (fields[at] != name) continue;
    fields.erase(fields.begin() + static_cast<std::ptrdiff_t>(at),
                 fields.begin() + static_cast<std::ptrdiff_t>(at) + 2);
    break;
  }
  return fields;
}

TEST(Record, KnowsItsConversationAndWhatItWaitsFor) {
  auto fields = with("", "");
  for (const char* text : {"r", "recipient-print!", "y", "1", "v", "2", "j", "4"}) fields.emplace_back(text);
  const auto record = record_from(kKey, reply(texts(fields)));
  ASSERT_TRUE(record);
  EXPECT_EQ(record->recipient.raw(), "recipient-print!");
  EXPECT_EQ(record->priority, Priority::kHigh);
  EXPECT_EQ(record->hold, Hold::kPairPace);
  EXPECT_EQ(record->uncounted, 4U);
  fields.emplace_back("v");
  fields.emplace_back("7");
  EXPECT_FALSE(record_from(kKey, reply(texts(fields))));
}

TEST(Record, IsReadFromItsHash) {
  const auto record = record_from(kKey, reply(texts(with("", ""))));
  ASSERT_TRUE(record);
  EXPECT_EQ(record->pricing, "utility,regular,PMP,1");
  EXPECT_EQ(record->key, kKey);
  EXPECT_EQ(record->state, IntentState::kSent);
  EXPECT_EQ(record->attempt, 2U);
  EXPECT_EQ(record->token, 3U);
  EXPECT_EQ(record->body.raw(), "body-fingerprint");
  EXPECT_EQ(record->tenant.str(), "acme");
  EXPECT_EQ(record->id.str(), "0f8fad5b-d9cb-469f-a165-70867728950e");
  EXPECT_EQ(record->sender.str(), "106540352242922");
  EXPECT_EQ(record->correlation.str(), "order-1");
  EXPECT_EQ(record->on_unknown, OnUnknown::kHold);
  EXPECT_EQ(record->created, from_millis(1'790'000'000'000));
  EXPECT_EQ(record->updated, from_millis(1'790'000'000'200));
  EXPECT_EQ(record->due, from_millis(1'790'000'030'000));
  EXPECT_FALSE(record->expires_at);
  EXPECT_EQ(record->error_code, 131'026U);
  EXPECT_EQ(record->upstream_status, 200U);
  EXPECT_EQ(record->duplicates, 1U);
}

TEST(Record, HasItsTimelineInOrderOfTime) {
  auto fields = with("10", "1790000000050");
  const auto record = record_from(kKey, reply(texts(fields)));
  ASSERT_TRUE(record);
  const std::vector<std::pair<IntentState, WallTime>> expected{
      {IntentState::kSending, from_millis(1'790'000'000'000)},
      {IntentState::kSent, from_millis(1'790'000'000'050)},
      {IntentState::kRetryWait, from_millis(1'790'000'000'100)}};
  EXPECT_EQ(record->timeline, expected);
}

TEST(Record, PassesOverFieldsOfANewerVersion) {
  auto fields = with("", "");
  fields.insert(fields.end(), {"Z", "whatever", "newer", "x"});
  EXPECT_TRUE(record_from(kKey, reply(texts(fields))));
}

TEST(Record, IsCorruptWithoutWhatItCannotDoWithout) {
  for (const std::string_view name : {"s", "a", "k", "d", "b", "n"}) {
    const auto record = record_from(kKey, reply(texts(without(name))));
    ASSERT_FALSE(record) << name;
    EXPECT_EQ(record.error().code, ErrorCode::kCorrupt);
  }
  EXPECT_TRUE(record_from(kKey, reply(texts(without("e")))));
}

TEST(Record, IsCorruptWithASenselessField) {
  const std::map<std::string, std::string> wrong{
      {"s", "9"},      {"a", "-1"},      {"k", "1.5"},        {"d", ""},     {"b", "short"},
      {"t", "NOT OK"}, {"i", "no-uuid"}, {"f", "12"},         {"c", "a b"},  {"n", "12x"},
      {"u", "now"},    {"e", "x"},       {"h", "4294967296"}, {"p", "many"}, {"10", "soon"}};
  for (const auto& [name, value] : wrong) {
    const auto record = record_from(kKey, reply(texts(with(name, value))));
    ASSERT_FALSE(record) << name;
    EXPECT_EQ(record.error().code, ErrorCode::kCorrupt);
  }
}

TEST(Record, IsCorruptWhenItIsNoHash) {
  for (const std::string& resp : {testing::integer(1), testing::bulk("x"), texts({}), texts({"s"})}) {
    EXPECT_FALSE(record_from(kKey, reply(resp))) << resp;
  }
}

NewIntent intent_with(std::string_view correlation) {
  NewIntent intent;
  intent.key = kKey;
  intent.id_fingerprint = crypto::Fingerprint::from_raw("ididididididid!!").value();
  intent.correlation = CorrelationId::parse(correlation).value();
  intent.created = from_millis(1'790'000'000'000);
  intent.due = intent.created;
  return intent;
}

IntentRecord record_of(const NewIntent& intent) {
  IntentRecord record;
  record.key = intent.key;
  record.tenant = TenantId::parse(std::string(64, 't')).value();
  record.id = IntentId::parse("0f8fad5b-d9cb-469f-a165-70867728950e").value();
  record.sender = SenderId::parse("106540352242922").value();
  record.correlation = intent.correlation;
  record.on_unknown = OnUnknown::kResend;
  record.state = IntentState::kSending;
  record.attempt = 1;
  record.token = 1;
  record.created = intent.created;
  record.updated = intent.created;
  record.due = intent.due;
  record.expires_at = intent.due + Millis{5};
  record.timeline = {{record.state, record.updated}};
  return record;
}

/// As HGETALL gives back what was put.
net::RedisReply fields_of(const IntentRecord& record, const NewIntent& intent) {
  net::RedisWords fields;
  put_fields(fields, record, intent);
  return reply("*" + std::to_string(fields.count()) + "\r\n" + fields.bytes());
}

TEST(Record, SurvivesItsHash) {
  const NewIntent intent = intent_with(std::string(128, 'x'));
  const IntentRecord record = record_of(intent);
  const auto back = record_from(kKey, fields_of(record, intent));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->tenant, record.tenant);
  EXPECT_EQ(back->id, record.id);
  EXPECT_EQ(back->sender, record.sender);
  EXPECT_EQ(back->correlation, record.correlation);
  EXPECT_EQ(back->on_unknown, OnUnknown::kResend);
  EXPECT_EQ(back->expires_at, record.expires_at);
  EXPECT_EQ(back->timeline, record.timeline);
  EXPECT_EQ(back->due, record.due);
}

TEST(Record, HasNoFieldTooLongForAListpack) {
  const NewIntent intent = intent_with(std::string(128, 'x'));
  const net::RedisReply fields = fields_of(record_of(intent), intent);
  ASSERT_GT(fields.size(), 20U);
  for (std::size_t at = 0; at < fields.size(); ++at) EXPECT_LE(fields[at].text().size(), kFieldBytes);
}

TEST(Record, TellsAMessageIdFromAPayload) {
  EXPECT_TRUE(holds_wamid(reply(texts(with("", "")))));
  EXPECT_FALSE(holds_wamid(reply(texts(without("w")))));
}

}  // namespace
}  // namespace wac::store::redis
