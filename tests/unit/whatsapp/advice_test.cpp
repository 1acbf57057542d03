#include "whatsapp/advice.h"

#include "unit/whatsapp/json_support.h"

#include <gtest/gtest.h>

namespace wac::whatsapp {
namespace {

using Found = std::vector<std::string>;

Found advice_on(std::string_view payload) {
  EXPECT_EQ(testing::lint_text(payload), Found{}) << "advice is about what is allowed";
  Found found;
  for (const Violation& violation : advise(testing::json_of(payload).as_object()))
    found.push_back(violation.pointer + " " + violation.rule);
  return found;
}

TEST(Advise, IsSilentAboutTheOrdinary) {
  EXPECT_EQ(advice_on(R"({"type":"text","text":{"body":"see https://example.com","preview_url":true}})"),
            Found{});
  EXPECT_EQ(advice_on(R"({"type":"image","image":{"id":"1"}})"), Found{});
  EXPECT_EQ(advice_on(R"({"type":"raw","raw":{"type":"x","x":{}}})"), Found{});
}

TEST(Advise, NamesWhatIsProbablyNotMeant) {
  EXPECT_EQ(advice_on(R"({"type":"text","text":{"body":"no link","preview_url":true}})"),
            Found{"/text/preview_url has no effect: the body has no http:// or https:// URL"});
  EXPECT_EQ(advice_on(R"({"type":"document","document":{"id":"1"}})"),
            Found{"/document/filename is not given: its extension decides the icon that the user sees"});
  EXPECT_EQ(
      advice_on(
          R"({"type":"contacts","contacts":[{"name":{"formatted_name":"A","first_name":"A"},"phones":[{"phone":"+1","wa_id":"1"},{"phone":"+2"}]}]})"),
      Found{"/contacts/0/phones/1/wa_id is not given: the card offers \"Invite\" instead of a chat"});
}

TEST(Advise, NamesVariableTextThatMetaOftenRefuses) {
  const auto with = [](std::string_view text) {
    return advice_on(
        R"({"type":"template","template":{"name":"t","language":{"code":"en"},"components":[{"type":"carousel","cards":[{"card_index":0,"components":[{"type":"body","parameters":[{"type":"text","text":")" +
        std::string{text} + R"("}]}]}]}]}})");
  };
  const Found refused{
      "/template/components/0/cards/0/components/0/parameters/0/text has a line break, a tab or more than "
      "four "
      "spaces in a row: Meta may refuse it"};
  EXPECT_EQ(with("a    b"), Found{}) << "four spaces";
  EXPECT_EQ(with("a     b"), refused);
  EXPECT_EQ(with("a\\nb"), refused);
  EXPECT_EQ(with("a\\tb"), refused);
}

}  // namespace
}  // namespace wac::whatsapp
