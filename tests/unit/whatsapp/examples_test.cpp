// Whether the examples, each a literal request of build_message_test.cpp, leave out any type, subtype,
// component or parameter of the facts, and whether the linter knows one that is not in them.

#include "unit/whatsapp/examples.h"

#include "unit/whatsapp/json_support.h"

#include <gtest/gtest.h>

#include <set>

namespace wac::whatsapp {
namespace {

namespace json = boost::json;
using testing::json_of;
using Names = std::set<std::string>;

void walk_components(const json::value& parent, Names& found) {
  const auto* components = parent.as_object().if_contains("components");
  if (components == nullptr) return;
  for (const json::value& component : components->as_array()) {
    const json::object& object = component.as_object();
    std::string name = "template/" + std::string{text_of(object, "type")};
    if (object.contains("sub_type")) name += "/" + std::string{text_of(object, "sub_type")};
    found.insert(name);
    if (const auto* parameters = find_array(object, "parameters");
        parameters && !object.contains("sub_type")) {
      for (const json::value& parameter : *parameters) {
        std::string kind = name + "/" + std::string{text_of(parameter.as_object(), "type")};
        if (parameter.as_object().contains("parameter_name")) kind += "/named";
        found.insert(kind);
      }
    }
    if (const auto* cards = find_array(object, "cards")) {
      for (const json::value& card : *cards) walk_components(card, found);
    }
  }
}

void walk_cards(const json::value& interactive, Names& found) {
  const auto* cards = interactive.at("action").as_object().if_contains("cards");
  if (cards == nullptr) return;
  for (const json::value& card : cards->as_array()) {
    const bool replies = card.at("action").as_object().contains("buttons");
    found.insert("interactive/carousel/" + std::string{text_of(card.as_object(), "type")} +
                 (replies ? "/quick_reply" : ""));
  }
}

Names names_of_examples() {
  Names found;
  for (const testing::Example& example : testing::kExamples) {
    const std::string type{example.type};
    found.insert(type);
    const json::value content = json_of(example.content);
    if (type == "template") walk_components(content, found);
    if (type != "interactive") continue;
    const std::string sub_type = type + "/" + std::string{text_of(content.as_object(), "type")};
    found.insert(sub_type);
    if (const auto* header = find_object(content.as_object(), "header"))
      found.insert(type + "/header/" + std::string{text_of(*header, "type")});
    walk_cards(content, found);
  }
  return found;
}

TEST(Examples, ShowEveryTypeAndSubtypeOfTheFacts) {
  const Names facts{
      "text", "image", "audio", "video", "document", "sticker", "location", "contacts", "reaction",
      "interactive", "template", "pin",
      // §2.4
      "interactive/button", "interactive/list", "interactive/cta_url", "interactive/flow",
      "interactive/product", "interactive/product_list", "interactive/catalog_message",
      "interactive/location_request_message", "interactive/address_message",
      "interactive/call_permission_request", "interactive/voice_call", "interactive/request_contact_info",
      "interactive/carousel", "interactive/order_details", "interactive/order_status",
      "interactive/header/text", "interactive/header/image", "interactive/header/video",
      "interactive/header/document", "interactive/carousel/cta_url",
      "interactive/carousel/cta_url/quick_reply", "interactive/carousel/product",
      // §2.5
      "template/header", "template/header/text", "template/header/text/named", "template/header/image",
      "template/header/video", "template/header/document", "template/header/gif", "template/header/location",
      "template/header/product", "template/body", "template/body/text", "template/body/text/named",
      "template/body/currency", "template/body/currency/named", "template/body/date_time",
      "template/body/date_time/named", "template/button/quick_reply", "template/button/url",
      "template/button/copy_code", "template/button/catalog", "template/button/mpm", "template/button/flow",
      "template/button/voice_call", "template/button/order_details", "template/button/spm",
      "template/limited_time_offer", "template/limited_time_offer/limited_time_offer", "template/carousel",
      "template/tap_target_configuration", "template/tap_target_configuration/tap_target_configuration"};
  EXPECT_EQ(names_of_examples(), facts);
}

/// The words the linter itself lists for a place that takes one of several.
Names words_at(std::string_view payload) {
  const auto found = testing::lint_text(payload);
  constexpr std::string_view kBegin = " must be one of ";
  if (found.empty() || found[0].find(kBegin) == std::string::npos) return {};
  std::string_view list{found[0]};
  list.remove_prefix(list.find(kBegin) + kBegin.size());
  Names words;
  while (!list.empty()) {
    const std::string_view word = list.substr(0, list.find(", "));
    words.emplace(word);
    list.remove_prefix(std::min(list.size(), word.size() + 2));
  }
  return words;
}

TEST(Examples, KnowNoLessThanTheLinter) {
  const Names examples = names_of_examples();
  // mark_read and raw have requests of a form of their own: see build_message_test.cpp.
  for (const std::string& type : words_at(R"({"type":"?"})")) {
    if (type != "mark_read" && type != "raw") EXPECT_TRUE(examples.contains(type)) << type;
  }
  for (const std::string& type : words_at(R"({"type":"interactive","interactive":{"type":"?"}})"))
    EXPECT_TRUE(examples.contains("interactive/" + type)) << type;
  const auto in_template = [](std::string_view component) {
    return words_at(R"({"type":"template","template":{"name":"t","language":{"code":"en"},"components":[)" +
                    std::string{component} + "]}}");
  };
  for (const std::string& type : in_template(R"({"type":"?"})"))
    EXPECT_TRUE(examples.contains("template/" + type) || type == "button") << type;
  for (const std::string& type : in_template(R"({"type":"button","index":"0","sub_type":"?"})"))
    EXPECT_TRUE(examples.contains("template/button/" + type)) << type;
  for (const std::string part : {"header", "body"}) {
    for (const std::string& type : in_template(R"({"type":")" + part + R"(","parameters":[{"type":"?"}]})"))
      EXPECT_TRUE(examples.contains("template/" + part + "/" + type)) << type;
  }
  EXPECT_GT(words_at(R"({"type":"?"})").size(), 10U) << "the words were read";
}

}  // namespace
}  // namespace wac::whatsapp
