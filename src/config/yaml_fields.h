#pragma once
// Reads a map of a YAML file member by member and names every broken rule: where (key path and line) and what
// to write instead, never the value.

#include "config/load_steps.h"
#include "config/yaml.h"

#include <optional>
#include <string>
#include <string_view>

namespace wac::config {

/// What one file breaks.
class FileProblems {
 public:
  FileProblems(std::string file, Problems& problems) : file_(std::move(file)), problems_(problems) {}
  void add(std::size_t line, const std::string& path, std::string rule) {
    problems_.add_at(file_, line, path, std::move(rule));
  }

 private:
  std::string file_;
  Problems& problems_;
};

/// A place in the tree; written out only when something is wrong there. `parent` outlives it.
struct YamlPath {
  const YamlPath* parent = nullptr;
  std::string_view key;   ///< of a map's member
  std::size_t index = 0;  ///< of a list's item, where `key` is empty
  std::string text() const;
};

class YamlFields {
 public:
  /// A `map` of another kind is a problem and is read as an empty one. Arguments outlive it.
  YamlFields(const YamlNode& map, const YamlPath& path, FileProblems& problems);

  /// Null when absent. What was never asked for is an unknown key.
  const YamlNode* member(std::string_view key);
  std::optional<std::string_view> text(std::string_view key);
  /// Within [min, max], in decimal digits.
  std::optional<std::int64_t> number(std::string_view key, std::int64_t min, std::int64_t max);
  /// The items of a list; none when absent.
  const std::vector<YamlNode>& list(std::string_view key);

  /// `rule` about the member of that name, or about the map when there is none.
  void problem(std::string_view key, std::string rule);
  /// Last: every member that was not asked for.
  void refuse_unknown();

  const YamlPath& path() const { return path_; }

 private:
  const YamlNode& map_;
  const YamlPath& path_;
  FileProblems& problems_;
  std::vector<const YamlNode*> asked_;
};

}  // namespace wac::config
