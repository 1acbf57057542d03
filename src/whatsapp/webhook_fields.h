#pragma once
// The fields an app can subscribe to besides `messages` (facts §3.7). Private to the webhook parser.

#include "whatsapp/webhook_data.h"

#include <array>
#include <string_view>

namespace wac::whatsapp {

struct FieldRule {
  std::string_view name;
  DataForm form;
  /// Members of the value that hold its items, each an event of its own; none: the value is the one item.
  std::array<std::string_view, 2> lists = {};
};

/// Null for a field we do not know.
const FieldRule* find_field(std::string_view name);

}  // namespace wac::whatsapp
