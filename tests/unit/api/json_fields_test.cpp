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

}  // namespace
}  // namespace wac::api
