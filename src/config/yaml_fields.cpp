#include "config/yaml_fields.h"

#include "config/values.h"

#include <algorithm>

namespace wac::config {
namespace {

/// A key as it may be shown: what does not look like one could be a value that was written in its place.
bool looks_like_key(std::string_view key) {
  return !key.empty() && key.size() <= 32 &&
         std::ranges::all_of(key, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

}  // namespace

std::string YamlPath::text() const {
  std::string out = parent == nullptr ? std::string{} : parent->text();
  if (parent == nullptr) return out;
  if (key.empty()) return out + "[" + std::to_string(index) + "]";
  if (!out.empty()) out += '.';
  return out.append(key);
}

YamlFields::YamlFields(const YamlNode& map, const YamlPath& path, FileProblems& problems)
    : map_(map), path_(path), problems_(problems) {
  if (map.kind == YamlNode::Kind::kMap || map.kind == YamlNode::Kind::kNull) return;
  problems.add(map.line, path.text(), "write a map here: \"key: value\" lines");
}

const YamlNode* YamlFields::member(std::string_view key) {
  if (map_.kind != YamlNode::Kind::kMap) return nullptr;
  const auto found = std::ranges::find(map_.children, key, &YamlNode::key);
  if (found == map_.children.end()) return nullptr;
  asked_.push_back(&*found);
  return &*found;
}

std::optional<std::string_view> YamlFields::text(std::string_view key) {
  const YamlNode* node = member(key);
  if (node == nullptr) return std::nullopt;
  if (node->kind == YamlNode::Kind::kScalar && !node->text.empty()) return node->text;
  problem(key, "write a text here");
  return std::nullopt;
}

std::optional<std::int64_t> YamlFields::number(std::string_view key, std::int64_t min, std::int64_t max) {
  const YamlNode* node = member(key);
  if (node == nullptr) return std::nullopt;
  const auto value = number_within<std::int64_t>(node->text, min, max);
  if (!value) problem(key, "write a number from " + std::to_string(min) + " to " + std::to_string(max));
  return value;
}

const std::vector<YamlNode>& YamlFields::list(std::string_view key) {
  static const std::vector<YamlNode> nothing;
  const YamlNode* node = member(key);
  if (node == nullptr) return nothing;
  if (node->kind == YamlNode::Kind::kList) return node->children;
  problem(key, "write a list here: \"- item\" lines");
  return nothing;
}

void YamlFields::problem(std::string_view key, std::string rule) {
  const auto found = std::ranges::find(map_.children, key, &YamlNode::key);
  const std::size_t line = found == map_.children.end() ? map_.line : found->line;
  problems_.add(line, YamlPath{&path_, key, 0}.text(), std::move(rule));
}

void YamlFields::refuse_unknown() {
  if (map_.kind != YamlNode::Kind::kMap) return;
  for (const YamlNode& node : map_.children) {
    if (std::ranges::find(asked_, &node) != asked_.end()) continue;
    const std::string key = looks_like_key(node.key) ? node.key : "?";
    problems_.add(node.line, YamlPath{&path_, key, 0}.text(),
                  "remove this key: there is none of that name here");
  }
}

}  // namespace wac::config
