#pragma once

#include "base/expose.h"
#include "config/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

namespace wac::config {

constexpr const char* kKeyring =
    R"({"version":1,"fingerprint":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=","active":1,)"
    R"("seal":[{"id":1,"key":"ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="}]})";

class ConfigTest : public ::testing::Test {
 protected:
  ConfigTest() {
    std::string pattern = ::testing::TempDir() + "wac-config-XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) std::abort();
    directory = pattern;
    variables["DATA_DIR"] = data_dir();
  }
  ~ConfigTest() override { std::filesystem::remove_all(directory); }

  /// Writes a file of the test's folder; returns its path.
  std::string write_file(const std::string& name, const std::string& content) const {
    const std::string path = directory + "/" + name;
    std::filesystem::create_directories(std::filesystem::path{path}.parent_path());
    std::ofstream{path, std::ios::binary} << content;
    return path;
  }

  std::string data_dir() const { return directory + "/data"; }

  /// A complete production environment.
  void use_production() {
    variables["ENVIRONMENT"] = "production";
    variables["WHATSAPP_ACCESS_TOKEN"] = "EAAG-production-token";
    variables["WHATSAPP_PHONE_NUMBER_ID"] = "106540352242922";
    variables["WHATSAPP_VERIFY_TOKEN"] = "verify-me-please";
    variables["WHATSAPP_WEBHOOK_SECRET"] = "0123456789abcdef0123456789abcdef";
    variables["KEYRING"] = kKeyring;
    variables["API_KEY_HASHES"] = "default:" + std::string(64, 'a');
    variables["REDIS_URL"] = "rediss://user:password@redis.example:6379";
  }

  LoadResult load_all(const std::vector<std::string>& names = {}) const {
    return load(
        [this](const std::string& name) -> std::optional<std::string> {
          const auto found = variables.find(name);
          if (found == variables.end()) return std::nullopt;
          return found->second;
        },
        names);
  }

  /// "KEY: rule" of each problem.
  std::vector<std::string> problems() const {
    std::vector<std::string> list;
    for (const Problem& problem : load_all().problems) list.push_back(problem.key + ": " + problem.rule);
    return list;
  }
  std::vector<std::string> problem_keys() const {
    std::vector<std::string> list;
    for (const Problem& problem : load_all().problems) list.push_back(problem.key);
    return list;
  }

  static std::string text(const Secret& secret) { return std::string{expose(secret, Purpose::kValidate)}; }

  std::string directory;
  std::map<std::string, std::string> variables;
};

}  // namespace wac::config
