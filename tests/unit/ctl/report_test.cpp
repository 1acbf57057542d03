#include "ctl/report.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <sstream>

namespace wac::ctl {
namespace {

using boost::json::parse;

Answer answer(int status, std::string_view json) {
  Answer made;
  made.status = status;
  made.text = json;
  made.json = parse(json);
  return made;
}

TEST(Report, OfAProblemListsEveryField) {
  EXPECT_EQ(describe_problem(answer(400, R"({"code":"invalid_request","detail":"Nothing was sent.","errors":[
      {"pointer":"/intents/0/to","rule":"is required"},{"pointer":"","rule":"must be an object"}]})")),
            "400 invalid_request: Nothing was sent.\n"
            "  /intents/0/to: is required\n"
            "  : must be an object\n");
}

TEST(Report, OfAnAnswerOfSomethingElseSaysSo) {
  EXPECT_EQ(describe_problem(answer(502, "{}")), "502: not an answer of whatsapp-connector\n");
}

TEST(Report, OfASentIntentShowsItsIdentityAndItsTime) {
  EXPECT_EQ(describe_intent(parse(R"({"intentId":"i","status":"sent","state":"sent","wamid":"wamid.X",
                                      "attempts":1,"latencyMs":12})")),
            "sent  intent i  wamid wamid.X  attempts 1  12 ms\n");
}

TEST(Report, OfAFailedIntentGivesTheAdvice) {
  EXPECT_EQ(describe_intent(parse(R"({"intentId":"i","status":"failed","state":"failed","attempts":1,
      "errorCode":"131026","errorMessage":"undeliverable","advice":"Ask the user."})")),
            "failed  intent i  attempts 1\n"
            "  error 131026: undeliverable\n"
            "  advice: Ask the user.\n");
}

TEST(Report, OfADuplicateShowsWhereTheFirstOneStands) {
  EXPECT_EQ(describe_intent(parse(R"({"intentId":"i","status":"deduped","state":"read"})")),
            "deduped  state read  intent i\n");
}

TEST(Report, OfAMissingAnswerTellsWhetherRepeatingIsSafe) {
  EXPECT_EQ(describe_failure("http://h:1", {Error{ErrorCode::kConnectFailed}, net::Written::kNothing}),
            "cannot reach http://h:1: nothing listens there (connection refused or no route)\n");
  EXPECT_EQ(describe_failure("http://h:1", {Error{ErrorCode::kConnectionLost}, net::Written::kMaybe}),
            "cannot reach http://h:1: the connection broke; the request may have arrived, and repeating it "
            "with the "
            "same intent id is safe\n");
}

TEST(Report, OfARefusalGoesToTheErrorStreamAndWithJsonToBoth) {
  std::ostringstream out;
  std::ostringstream err;
  const Answer problem = answer(409, R"({"code":"state_conflict","detail":"No."})");
  EXPECT_EQ(refused(Console{out, err, Output::kText}, problem), Exit::kFailed);
  EXPECT_EQ(out.str(), "");
  EXPECT_EQ(err.str(), "409 state_conflict: No.\n");
  EXPECT_EQ(refused(Console{out, err, Output::kJson}, problem), Exit::kFailed);
  EXPECT_EQ(out.str(), problem.text + '\n');
}

TEST(PercentEncoding, LeavesOnlyUnreservedCharacters) {
  EXPECT_EQ(percent_encode("aZ0-._~"), "aZ0-._~");
  EXPECT_EQ(percent_encode("$ /+é"), "%24%20%2F%2B%C3%A9");
}

}  // namespace
}  // namespace wac::ctl
