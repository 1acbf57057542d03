#pragma once
// What makes a webhook item itself. Private to the webhook parser.

#include "base/personal.h"

#include <array>
#include <charconv>
#include <string>
#include <string_view>

namespace wac::whatsapp {

/// Parts of an identity, each behind its length, so that no two lists of parts read the same.
class Identity {
 public:
  Identity& part(std::string_view text) {
    std::array<char, 20> length;
    const auto [end, error] = std::to_chars(length.data(), length.data() + length.size(), text.size());
    text_.append(length.data(), end);
    text_ += ':';
    text_ += text;
    return *this;
  }
  PersonalText take() { return PersonalText{std::move(text_)}; }

 private:
  std::string text_;
};

}  // namespace wac::whatsapp
