#pragma once
// YAML as a tree that knows its lines. Only what a configuration file needs: no anchors, aliases, tags or
// several documents, and no key twice.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wac::config {

struct YamlNode {
  enum class Kind : std::uint8_t { kNull, kScalar, kList, kMap };
  Kind kind = Kind::kNull;
  std::uint32_t line = 0;          ///< from 1
  std::string key;                 ///< in a map: its name there
  std::string text;                ///< of a scalar
  std::vector<YamlNode> children;  ///< of a list or a map, in the order of the file
};

struct YamlProblem {
  std::uint32_t line = 0;
  std::string_view rule;  ///< a literal; nothing of the file is in it
};

struct YamlDocument {
  YamlNode root;
  std::vector<YamlProblem> problems;  ///< not empty: the tree is not to be used
};

YamlDocument parse_yaml(const std::string& text);

}  // namespace wac::config
