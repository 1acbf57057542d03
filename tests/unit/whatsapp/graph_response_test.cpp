#include "whatsapp/graph_response.h"

#include "base/expose.h"

#include <gtest/gtest.h>

namespace wac::whatsapp {
namespace {

std::string_view shown(const auto& value) {
  return expose(value, Purpose::kValidate);
}

TEST(SendAnswer, AcceptsAMessage) {
  const GraphAnswer answer = parse_send_answer(
      200,
      R"({"messaging_product":"whatsapp","contacts":[{"input":"+16505551234","wa_id":"16505551234"}],"messages":[{"id":"wamid.HBgL","message_status":"accepted"}]})");
  EXPECT_EQ(answer.verdict, SendVerdict::kAccepted);
  EXPECT_EQ(shown(answer.wamid), "wamid.HBgL");
  EXPECT_EQ(shown(answer.wa_id), "16505551234");
}

TEST(SendAnswer, AcceptsWithoutContactsAndWithAHeldTemplate) {
  const GraphAnswer answer = parse_send_answer(
      200, R"({"messages":[{"id":"wamid.A","message_status":"held_for_quality_assessment"}]})");
  EXPECT_EQ(answer.verdict, SendVerdict::kAccepted);
  EXPECT_TRUE(answer.wa_id.empty());
}

TEST(SendAnswer, IgnoresOddContactsOfAnAcceptedMessage) {
  for (const std::string_view contacts :
       {R"(5)", R"([])", R"([7])", R"([{"wa_id":5}])", R"([{"wa_id":"no digits"}])"}) {
    const GraphAnswer answer = parse_send_answer(
        200, R"({"contacts":)" + std::string{contacts} + R"(,"messages":[{"id":"wamid.A"}]})");
    EXPECT_EQ(answer.verdict, SendVerdict::kAccepted) << contacts;
    EXPECT_TRUE(answer.wa_id.empty()) << contacts;
  }
}

TEST(SendAnswer, AcceptsMarkRead) {
  const GraphAnswer answer = parse_send_answer(200, R"({"success":true})");
  EXPECT_EQ(answer.verdict, SendVerdict::kAccepted);
  EXPECT_TRUE(answer.wamid.empty());
}

TEST(SendAnswer, DoesNotKnowWhatAStrangeSuccessMeans) {
  for (const std::string_view body :
       {"", "{}", "[]", "null", "<html>ok</html>", R"({"messages":[]})", R"({"messages":[{"id":""}]})",
        R"({"messages":[{"id":5}]})", R"({"messages":{"id":"wamid.A"}})", R"({"success":false})",
        R"({"success":"true"})", R"({"messages":[{"id":"wamid.A"})", R"({"error":{"code":130429}})"}) {
    EXPECT_EQ(parse_send_answer(200, body).verdict, SendVerdict::kUnknown) << body;
  }
}

TEST(SendAnswer, KeepsWhatMetaSaysOfAnError) {
  const auto detail = [](std::string_view members) {
    const auto answer = parse_send_answer(400, R"({"error":{"code":131009,)" + std::string{members} + "}}");
    return std::string{shown(answer.detail)};
  };
  const std::string meaning = "parameter value invalid: ";
  EXPECT_EQ(detail(R"("message":"(#131009) bad","error_data":{"details":"latitude is missing"})"),
            meaning + "latitude is missing");
  EXPECT_EQ(detail(R"("error_data":"as text")"), meaning + "as text");
  EXPECT_EQ(detail(R"("message":"(#131009) bad","error_data":7)"), meaning + "(#131009) bad");
  EXPECT_EQ(detail(R"("message":"two\nlines\u0007")"), meaning + "two lines ");
  EXPECT_EQ(detail(R"("type":"x")"), "") << "the meaning alone is in the catalogue";
  std::string umlauts;
  for (int i = 0; i < 300; ++i) umlauts += "\u00fc";
  const std::string cut = detail("\"message\":\"a" + umlauts + '"');
  EXPECT_EQ(cut.size(), meaning.size() + 511) << "cut between characters";
}

TEST(SendAnswer, ReadsMetasErrorShape) {
  const GraphAnswer answer = parse_send_answer(
      400,
      R"({"error":{"message":"(#130429) Rate limit hit","type":"OAuthException","code":130429,"error_data":{"messaging_product":"whatsapp","details":"x"},"error_subcode":2494055,"fbtrace_id":"Az8or2yhqkZfEZ-_4Qn_Bam"}})");
  EXPECT_EQ(answer.verdict, SendVerdict::kRefused);
  EXPECT_EQ(answer.error.code, 130429U);
  EXPECT_EQ(answer.error.error_class, ErrorClass::kThrottled);
  EXPECT_EQ(answer.trace, "Az8or2yhqkZfEZ-_4Qn_Bam");
}

TEST(SendAnswer, ReadsErrorsWithMissingOrMistypedParts) {
  for (const std::string_view error :
       {R"({"code":100})", R"({"code":"100"})", R"({"code":100,"error_data":"plain text"})",
        R"({"code":100,"error_data":[[]],"message":7,"fbtrace_id":{}})",
        R"({"code":100,"is_transient":"yes"})"}) {
    const GraphAnswer answer = parse_send_answer(400, R"({"error":)" + std::string{error} + "}");
    EXPECT_EQ(answer.verdict, SendVerdict::kRefused) << error;
    EXPECT_EQ(answer.error.code, 100U) << error;
    EXPECT_TRUE(answer.trace.empty()) << error;
  }
}

TEST(SendAnswer, KeepsOnlyATraceThatIsSafeToLog) {
  const auto trace = [](const std::string& id) {
    return parse_send_answer(400, R"({"error":{"code":100,"fbtrace_id":")" + id + R"("}})").trace;
  };
  EXPECT_EQ(trace(std::string(64, 'a')), std::string(64, 'a'));
  EXPECT_EQ(trace(std::string(65, 'a')), "");
  EXPECT_EQ(trace("+1 650 555 1234"), "");
  EXPECT_EQ(trace(""), "");
}

TEST(SendAnswer, TakesAmbiguousCodesForUnknownWhateverTheStatus) {
  for (const int code : {1, 2, 131000, 131016, 131057, 133004}) {
    for (const int status : {400, 500, 503}) {
      const GraphAnswer answer =
          parse_send_answer(status, R"({"error":{"code":)" + std::to_string(code) + "}}");
      EXPECT_EQ(answer.verdict, SendVerdict::kUnknown) << code << " " << status;
      EXPECT_EQ(answer.error.code, static_cast<std::uint32_t>(code));
    }
  }
}

TEST(SendAnswer, BelievesMetasCodeOnA5xx) {
  EXPECT_EQ(parse_send_answer(500, R"({"error":{"code":131045}})").verdict, SendVerdict::kRefused);
  EXPECT_EQ(parse_send_answer(500, R"({"error":{"code":987654}})").verdict, SendVerdict::kUnknown);
}

TEST(SendAnswer, TakesATransientUnknownCodeForUnknown) {
  EXPECT_EQ(parse_send_answer(400, R"({"error":{"code":987654,"is_transient":true}})").verdict,
            SendVerdict::kUnknown);
  EXPECT_EQ(parse_send_answer(400, R"({"error":{"code":987654}})").verdict, SendVerdict::kRefused);
}

TEST(SendAnswer, DoesNotKnowWhatAGatewaysFaultMeans) {
  for (const int status : {500, 502, 503, 504, 520, 599, 300, 302, 304, 100, 0, 204, 600}) {
    for (const std::string_view body :
         {"", "<html>502 Bad Gateway</html>", "{}", "[1]", R"({"error":"text"})"}) {
      const GraphAnswer answer = parse_send_answer(status, body);
      EXPECT_EQ(answer.verdict, SendVerdict::kUnknown) << status << " " << body;
      EXPECT_EQ(answer.error.error_class, ErrorClass::kAmbiguous) << status << " " << body;
      EXPECT_FALSE(answer.error.known);
    }
  }
}

TEST(SendAnswer, TakesAProxysRefusalForARefusal) {
  const auto judge = [](int status) { return parse_send_answer(status, "<html>no</html>"); };
  for (const int status : {400, 401, 403, 404, 405, 411, 413, 414, 415, 421, 429, 431, 451}) {
    EXPECT_EQ(judge(status).verdict, SendVerdict::kRefused) << status;
  }
  EXPECT_EQ(judge(401).error.error_class, ErrorClass::kTenantFatal);
  EXPECT_EQ(judge(403).error.error_class, ErrorClass::kPermanent);
  EXPECT_EQ(judge(429).error.error_class, ErrorClass::kThrottled);
}

TEST(SendAnswer, DoesNotKnowWhatACutExchangeMeans) {
  for (const int status : {408, 409, 425, 499}) {
    EXPECT_EQ(parse_send_answer(status, "").verdict, SendVerdict::kUnknown) << status;
    EXPECT_EQ(parse_send_answer(status, "").error.error_class, ErrorClass::kAmbiguous) << status;
  }
}

TEST(SendAnswer, DoesNotTakeHalfOfMetasAnswerForARefusal) {
  EXPECT_EQ(parse_send_answer(400, R"( {"error":{"message":"An unkn)").verdict, SendVerdict::kUnknown);
}

TEST(SendAnswer, SurvivesNestedWeirdness) {
  for (const std::string_view body :
       {R"({"error":{"error":{"code":100}}})", R"({"error":[{"code":100}]})", R"({"error":null})",
        R"({"error":{"code":-1}})", R"({"error":{"code":1.5}})", R"({"error":{"code":99999999999}})",
        R"({"error":{"code":"1x"}})", R"({"error":{"code":{}}})"}) {
    EXPECT_EQ(parse_send_answer(400, body).verdict, SendVerdict::kUnknown) << body;
    EXPECT_EQ(parse_send_answer(403, body).verdict, SendVerdict::kRefused) << body;
  }
  EXPECT_EQ(parse_send_answer(500, std::string(100'000, '[')).verdict, SendVerdict::kUnknown);
}

}  // namespace
}  // namespace wac::whatsapp
