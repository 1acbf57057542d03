#pragma once
// Who a message goes to (facts §2.1, §8): a phone number in E.164 form with `+`, or a business-scoped user
// id.

#include "base/personal.h"

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace wac::whatsapp {

/// `+` and 7 to 15 digits, the first not 0 (ITU-T E.164). Formatting characters are refused: callers send
/// numbers, not text.
std::optional<Phone> parse_phone(std::string_view text);

/// `CC.<1-128 alphanumerics>` or `CC.ENT.<…>`, CC two capital letters. Case-sensitive, kept whole.
std::optional<UserId> parse_user_id(std::string_view text);

struct Recipient {
  std::variant<Phone, UserId> who;
  bool is_phone() const { return who.index() == 0; }
};

}  // namespace wac::whatsapp
