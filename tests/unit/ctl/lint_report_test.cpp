#include "ctl/lint_report.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace wac::ctl {
namespace {

using Found = std::vector<std::string>;

Found words(const std::vector<whatsapp::Violation>& violations) {
  Found found;
  for (const auto& [pointer, rule] : violations) found.push_back(pointer + " " + rule);
  return found;
}

Found errors_of(std::string_view text) {
  return words(lint_document(boost::json::parse(text)).errors);
}

TEST(LintReport, TakesAPayloadAnIntentOrARequest) {
  EXPECT_EQ(errors_of(R"({"type":"text","text":{"body":"a"}})"), Found{});
  EXPECT_EQ(errors_of(R"({"type":"text","text":{"body":""}})"),
            Found{"/text/body must have 1 to 4096 characters"});
  EXPECT_EQ(errors_of(R"({"intentId":"x","to":"+15550001111","payload":{"type":"text","text":{"body":""}}})"),
            Found{"/payload/text/body must have 1 to 4096 characters"});
  EXPECT_EQ(
      errors_of(
          R"({"intents":[{"to":"+15550001111","payload":{"type":"text","text":{"body":"a"}}},{"to":"1555","payload":{"type":"text","text":{}}}]})"),
      (Found{"/intents/1/payload/text/body is required",
             "/intents/1/to must be + and 7 to 15 digits (E.164)"}));
}

TEST(LintReport, ChecksWhoItGoesToAndWhatItQuotes) {
  const std::string payload = R"("payload":{"type":"text","text":{"body":"a"}})";
  EXPECT_EQ(errors_of("{" + payload + "}"), Found{R"(/to is required (or "recipient"))"});
  EXPECT_EQ(errors_of(R"({"to":"+15550001111","recipient":"US.1",)" + payload + "}"),
            Found{R"(/recipient must be absent when "to" is given)"});
  EXPECT_EQ(errors_of(R"({"recipient":"nobody",)" + payload + "}"),
            Found{"/recipient must be a business-scoped user id such as US.1349…"});
  EXPECT_EQ(errors_of(R"({"recipient":"US.13491208655302741918",)" + payload + "}"), Found{});
  EXPECT_EQ(errors_of(R"({"payload":{"type":"mark_read","mark_read":{"message_id":"wamid.A"}}})"), Found{});
  EXPECT_EQ(
      errors_of(
          R"({"to":"+15550001111","context":{"messageId":"wamid.A"},"payload":{"type":"reaction","reaction":{"message_id":"wamid.B","emoji":""}}})"),
      Found{"/context must be absent: this type cannot quote a message"});
}

TEST(LintReport, KnowsWhatGoesToGroups) {
  const std::string group = R"("recipientType":"group","to":"Y2FwaV9ncm91cDox")";
  const std::string text = R"(,"payload":{"type":"text","text":{"body":"a"}}})";
  const std::string pin = R"(,"payload":{"type":"pin","pin":{"type":"unpin","message_id":"wamid.A"}}})";
  EXPECT_EQ(errors_of("{" + group + text), Found{});
  EXPECT_EQ(errors_of("{" + group + pin), Found{});
  EXPECT_EQ(errors_of(R"({"to":"+15550001111")" + pin),
            Found{R"(/recipientType must be "group": this type is for groups only)"});
  EXPECT_EQ(errors_of(R"({"recipientType":"group","to":"+15550001111")" + text),
            Found{"/to must be the id of a group"});
  EXPECT_EQ(errors_of(R"({"recipientType":"all","to":"+15550001111")" + text),
            Found{R"(/recipientType must be "individual" or "group")"});
}

TEST(LintReport, KnowsEveryFieldOfAnIntent) {
  const std::string payload = R"("to":"+15550001111","payload":{"type":"text","text":{"body":"a"}})";
  EXPECT_EQ(
      errors_of("{" + payload +
                R"(,"intentId":"a","tenantId":"b","senderId":"1","provider":"whatsapp","dedupeKey":"k",)"
                R"("correlationId":"c","createdAt":"t","sendAt":"t","expiresAt":"t","onUnknown":"resend",)"
                R"("context":{"messageId":"wamid.A"},"priority":"high","whenPaused":"refuse",)"
                R"("recipientType":"individual"})"),
      Found{});
  EXPECT_EQ(
      errors_of("{" + payload + R"(,"prio":"high","priority":"urgent","sendAt":7,"context":{"id":"a"}})"),
      (Found{"/sendAt must be text", "/context/messageId is required", "/context/id is not a field here",
             "/priority must be one of normal, high", "/prio is not a field here"}));
  EXPECT_EQ(errors_of(R"({"dryRun":true,"intents":[{)" + payload + "}]}"),
            Found{"/dryRun is not a field here"});
}

TEST(LintReport, ChecksTheFallback) {
  const std::string hello = R"({"type":"template","template":{"name":"hello","language":{"code":"en"}}})";
  const std::string text =
      R"({"to":"+15550001111","payload":{"type":"text","text":{"body":"a"}},"fallback":)";
  EXPECT_EQ(errors_of(text + hello + "}"), Found{});
  EXPECT_EQ(errors_of(text + R"({"type":"template","template":{"name":"Hello","language":{"code":"en"}}}})"),
            Found{"/fallback/template/name must be lower-case letters, digits and _ only"});
  EXPECT_EQ(errors_of(text + R"({"type":"text","text":{"body":"b"}}})"),
            Found{R"(/fallback must be a payload of type "template")"});
  EXPECT_EQ(errors_of(text + "7}"), Found{"/fallback must be an object"});
  EXPECT_EQ(
      errors_of(
          R"({"to":"+15550001111","payload":{"type":"raw","raw":{"type":"future","future":{}}},"fallback":)" +
          hello + "}"),
      Found{"/fallback must be absent: this type needs no open window"});
  EXPECT_EQ(
      errors_of(
          R"({"recipientType":"group","to":"Y2FwaV9ncm91cDox","payload":{"type":"text","text":{"body":"a"}},"fallback":)" +
          hello + "}"),
      Found{"/fallback must be absent: of groups no window is known"});
}

TEST(LintReport, RefusesWhatIsNoMessage) {
  EXPECT_EQ(errors_of("[]"), Found{R"( must be an object: a payload, an intent or {"intents":[…]})"});
  EXPECT_EQ(errors_of(R"({"intents":[]})"), Found{"/intents must be a list of 1 to 100 intents"});
  EXPECT_EQ(errors_of(R"({"intents":[7,{}]})"),
            (Found{"/intents/0 must be an object", "/intents/1/payload is required"}));
  EXPECT_EQ(errors_of(R"({"payload":7})"), Found{"/payload must be an object"});
}

TEST(LintReport, WarnsOnlyAboutWhatIsValid) {
  const auto warnings = [](std::string_view text) {
    return words(lint_document(boost::json::parse(text)).warnings);
  };
  EXPECT_EQ(
      warnings(R"({"to":"+15550001111","payload":{"type":"document","document":{"id":"1"}}})"),
      Found{"/payload/document/filename is not given: its extension decides the icon that the user sees"});
  EXPECT_EQ(warnings(R"({"type":"document","document":{}})"), Found{});
}

}  // namespace
}  // namespace wac::ctl
