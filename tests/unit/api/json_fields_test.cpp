#include "api/json_fields.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace wac::api {
namespace {

namespace json = boost::json;

TEST(JsonFields, NamesEveryBrokenRuleByPointer) {
  const json::object object = json::parse(R"({"a":1,"b":"x","c/d":2,"t":"yesterday"})").as_object();
  std::vector<FieldError> errors;
  JsonFields fields{object, "/intents/0", errors};
  EXPECT_FALSE(fields.text("a"));
  EXPECT_EQ(fields.text("b"), "x");
  fields.required_text("missing");
  EXPECT_FALSE(fields.time("t"));
  fields.refuse_unknown();
  ASSERT_EQ(errors.size(), 4U);
  EXPECT_EQ(errors[0].pointer, "/intents/0/a");
  EXPECT_EQ(errors[1].pointer, "/intents/0/missing");
  EXPECT_EQ(errors[2].pointer, "/intents/0/t");
  EXPECT_EQ(errors[3].pointer, "/intents/0/c~1d") << "RFC 6901 escaping";
}

TEST(JsonFields, NumbersAreWholeAndWithinTheirRange) {
  const json::object object = json::parse(R"({"a":1,"b":5,"c":6,"d":1.0,"e":"3"})").as_object();
  std::vector<FieldError> errors;
  JsonFields fields{object, "", errors};
  EXPECT_EQ(fields.number("a", 1, 5), 1);
  EXPECT_EQ(fields.number("b", 1, 5), 5);
  EXPECT_FALSE(fields.number("missing", 1, 5));
  EXPECT_TRUE(errors.empty());
  for (const char* field : {"c", "d", "e"}) EXPECT_FALSE(fields.number(field, 1, 5)) << field;
  ASSERT_EQ(errors.size(), 3U);
  EXPECT_EQ(errors[0].rule, "must be a number from 1 to 5");
}

}  // namespace
}  // namespace wac::api
