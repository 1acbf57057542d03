#include "config/settings.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace wac::config {
namespace {

TEST(ConfigurationDocument, HasTheLineOfEverySetting) {
  std::ostringstream file;
  file << std::ifstream{WAC_SOURCE_DIR "/docs/configuration.md"}.rdbuf();
  const std::string text = file.str();
  std::size_t rows = 0;
  for (const Setting& setting : all_settings()) {
    ++rows;
    EXPECT_NE(text.find("\n" + document(setting) + "\n"), std::string::npos)
        << "docs/configuration.md lacks this line:\n"
        << document(setting);
  }
  std::size_t documented = 0;
  for (std::size_t at = text.find("\n| `", text.find("## Variables")); at != std::string::npos;
       at = text.find("\n| `", at + 1))
    ++documented;
  EXPECT_EQ(documented, rows) << "docs/configuration.md describes a setting that does not exist";
}

}  // namespace
}  // namespace wac::config
