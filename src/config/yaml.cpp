#include "config/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>

namespace wac::config {
namespace {

std::uint32_t line_of(const YAML::Mark& mark) {
  return static_cast<std::uint32_t>(std::max(mark.line, 0) + 1);
}

/// Builds the tree from the parser's events; what is refused is noted and left out.
class TreeBuilder final : public YAML::EventHandler {
 public:
  explicit TreeBuilder(YamlDocument& document) : document_(document) {}

  void OnDocumentStart(const YAML::Mark& /*mark*/) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add(make(YamlNode::Kind::kNull, mark, "?", anchor));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
    refuse(mark, "write the value out: aliases (*name) are not read; use \"defaults\" for what is shared");
    add(make(YamlNode::Kind::kNull, mark, "?", YAML::NullAnchor));
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    YamlNode node = make(YamlNode::Kind::kScalar, mark, tag, anchor);
    node.text = value;
    add(std::move(node));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    open_.push_back({make(YamlNode::Kind::kList, mark, tag, anchor), {}});
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open_.push_back({make(YamlNode::Kind::kMap, mark, tag, anchor), {}});
  }
  void OnMapEnd() override { close(); }

  void refuse(const YAML::Mark& mark, std::string_view rule) {
    document_.problems.push_back({line_of(mark), rule});
  }

 private:
  struct Open {
    YamlNode node;
    /// In a map, between a key and its value: the key.
    std::vector<YamlNode> key;
  };

  YamlNode make(YamlNode::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) refuse(mark, "remove the anchor (&name): it is not read");
    if (!tag.empty() && tag != "?" && tag != "!") refuse(mark, "remove the tag (!name): it is not read");
    YamlNode node;
    node.kind = kind;
    node.line = line_of(mark);
    return node;
  }

  void add(YamlNode node) {
    if (open_.empty()) {
      document_.root = std::move(node);
      return;
    }
    Open& parent = open_.back();
    if (parent.node.kind == YamlNode::Kind::kMap) {
      if (parent.key.empty()) {
        if (node.kind != YamlNode::Kind::kScalar) {
          document_.problems.push_back({node.line, "use plain text as a key"});
        }
        parent.key.push_back(std::move(node));
        return;
      }
      node.key = std::move(parent.key.front().text);
      // A member is where its key is: that is what a person looks for.
      node.line = parent.key.front().line;
      parent.key.clear();
    }
    parent.node.children.push_back(std::move(node));
  }

  void close() {
    YamlNode node = std::move(open_.back().node);
    open_.pop_back();
    if (node.kind == YamlNode::Kind::kMap) refuse_repeated_keys(node);
    add(std::move(node));
  }

  void refuse_repeated_keys(const YamlNode& map) {
    std::vector<const YamlNode*> members;
    for (const YamlNode& member : map.children) members.push_back(&member);
    std::ranges::sort(members, {}, [](const YamlNode* member) {
      return std::pair(std::string_view{member->key}, member->line);
    });
    for (std::size_t i = 1; i < members.size(); ++i) {
      if (members[i - 1]->key == members[i]->key) {
        document_.problems.push_back({members[i]->line, "remove the key: it is there twice"});
      }
    }
  }

  YamlDocument& document_;
  std::vector<Open> open_;
};

}  // namespace

YamlDocument parse_yaml(const std::string& text) {
  YamlDocument document;
  TreeBuilder builder{document};
  std::istringstream stream{text};
  try {
    YAML::Parser parser{stream};
    parser.HandleNextDocument(builder);
    YamlDocument next;
    TreeBuilder second{next};
    if (parser.HandleNextDocument(second)) {
      document.problems.push_back({next.root.line, "keep one document: \"---\" must not start a second one"});
    }
  } catch (const YAML::Exception& error) {
    // Its message may quote the file.
    builder.refuse(error.mark, "repair the YAML: it cannot be read here");
  }
  return document;
}

}  // namespace wac::config
