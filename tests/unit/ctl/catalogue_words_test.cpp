#include "ctl/catalogue_words.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace wac::ctl {
namespace {

TEST(CatalogueWords, SayWhatACodeMeans) {
  const CodeWords words = words_about(131056);
  EXPECT_EQ(words.code, "131056");
  EXPECT_EQ(words.meaning, "too many messages to this recipient");
  EXPECT_EQ(words.kind, "throttled");
  EXPECT_EQ(words.scope, "recipient");
  EXPECT_EQ(words.wait, "1 s");
  EXPECT_FALSE(words.advice.empty());
  EXPECT_TRUE(words.known);
  EXPECT_EQ(words_about(133016).wait, "3 d");
  EXPECT_EQ(words_about(131064).wait, "6 h");
  EXPECT_EQ(words_about(80007).wait, "5 min");
  EXPECT_EQ(words_about(100).wait, "");
  EXPECT_EQ(words_about(230).code, "230") << "of the range 201-299";
  EXPECT_EQ(words_about(4'000'000'003).code, "template_parameters");
  EXPECT_FALSE(words_about(999'999).known);
}

TEST(CatalogueWords, ListEveryCodeOnce) {
  const auto all = all_code_words();
  EXPECT_GT(all.size(), 150U);
  for (const CodeWords& words : all) {
    EXPECT_TRUE(words.known);
    EXPECT_EQ(std::ranges::count(all, words.code, &CodeWords::code), 1) << words.code;
    EXPECT_EQ(words.meaning.find('|'), std::string::npos) << "it would break the table";
    EXPECT_EQ(words.advice.find('|'), std::string::npos);
  }
  EXPECT_TRUE(std::ranges::count(all, std::string{"201-299"}, &CodeWords::code) == 1);
  EXPECT_TRUE(std::ranges::count(all, std::string{"template_unknown"}, &CodeWords::code) == 1);
}

TEST(CatalogueWords, AreTheDocumentation) {
  std::ostringstream file;
  file << std::ifstream{WAC_SOURCE_DIR "/docs/errors.md"}.rdbuf();
  EXPECT_EQ(file.str(), errors_markdown()) << "connectorctl explain --all --markdown > docs/errors.md";
}

}  // namespace
}  // namespace wac::ctl
