#include "config/yaml.h"

#include <gtest/gtest.h>

namespace wac::config {
namespace {

/// "line: rule" of each problem.
std::string problems_of(const std::string& text) {
  std::string out;
  for (const YamlProblem& problem : parse_yaml(text).problems) {
    out += std::to_string(problem.line) + ": " + std::string{problem.rule}.substr(0, 20) + "\n";
  }
  return out;
}

TEST(Yaml, KnowsItsLinesAndKeepsTextAsItIs) {
  const YamlDocument document = parse_yaml("# a comment\nid: 007\nlist:\n  - \"a b\"\n  - {x: ~}\n");
  ASSERT_TRUE(document.problems.empty());
  const YamlNode& root = document.root;
  ASSERT_EQ(root.kind, YamlNode::Kind::kMap);
  ASSERT_EQ(root.children.size(), 2U);
  EXPECT_EQ(root.children[0].key, "id");
  EXPECT_EQ(root.children[0].text, "007") << "no number loses its zeros";
  EXPECT_EQ(root.children[0].line, 2U);
  const YamlNode& list = root.children[1];
  EXPECT_EQ(list.line, 3U);
  ASSERT_EQ(list.children.size(), 2U);
  EXPECT_EQ(list.children[0].text, "a b");
  EXPECT_EQ(list.children[0].line, 4U);
  EXPECT_EQ(list.children[1].children.at(0).kind, YamlNode::Kind::kNull);
}

TEST(Yaml, AnEmptyFileIsNothing) {
  EXPECT_EQ(parse_yaml("").root.kind, YamlNode::Kind::kNull);
  EXPECT_TRUE(parse_yaml("# only this\n").problems.empty());
}

TEST(Yaml, RefusesWhatAConfigurationDoesNotNeed) {
  EXPECT_EQ(problems_of("a: 1\nb: 2\na: 3\n"), "3: remove the key: it i\n");
  EXPECT_EQ(problems_of("a: &x 1\nb: *x\n"), "1: remove the anchor (&\n2: write the value out:\n");
  EXPECT_EQ(problems_of("a: !!str 1\n"), "1: remove the tag (!nam\n");
  EXPECT_EQ(problems_of("? [a]\n: 1\n"), "1: use plain text as a \n");
  EXPECT_EQ(problems_of("a: 1\n---\nb: 2\n"), "3: keep one document: \"\n");
}

TEST(Yaml, SaysWhereItCannotBeRead) {
  EXPECT_EQ(problems_of("a: 1\n  b: [\n"), "2: repair the YAML: it \n");
  EXPECT_FALSE(problems_of(std::string(100'000, '[')).empty()) << "however deep";
}

}  // namespace
}  // namespace wac::config
