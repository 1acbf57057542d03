#pragma once
// Who a message goes to (facts §2.1, §8): a phone number in E.164 form with `+`, a business-scoped user id,
// or a group.

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

/// A group's id as the groups API gives it: base64 text that carries the business's number, so personal.
using GroupId = Personal<struct GroupIdTag>;

/// 10 to 256 letters, digits, `_`, `-` and `=`, at least one of them a letter, so that no phone number is
/// one.
std::optional<GroupId> parse_group_id(std::string_view text);

struct Recipient {
  std::variant<Phone, UserId, GroupId> who;
  bool is_phone() const { return std::holds_alternative<Phone>(who); }
  bool is_group() const { return std::holds_alternative<GroupId>(who); }
};

}  // namespace wac::whatsapp
