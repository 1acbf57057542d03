#pragma once
// The error catalogue in words.

#include <cstdint>
#include <string>
#include <vector>

namespace wac::ctl {

/// One code as people read about it: its number or name, then meaning, class, scope, wait and advice.
struct CodeWords {
  std::string code;  ///< "131056", "201-299", "template_unknown"
  std::string meaning;
  std::string kind;  ///< the class's name
  std::string scope;
  std::string wait;  ///< "1 s", "5 min"; empty: none
  std::string advice;
  bool known = true;
};

/// What the catalogue says about `code`, or that it says nothing.
CodeWords words_about(std::uint32_t code);
/// Every entry: Meta's by number, then ours.
std::vector<CodeWords> all_code_words();

/// What a class means for the message: "not taken by Meta: sent again after the wait".
std::string class_words(const std::string& kind);

/// The text of docs/errors.md.
std::string errors_markdown();

}  // namespace wac::ctl
