#pragma once
// Notices of an account in our words: flat, camel case, ids and times always texts. Private to the webhook
// parser.

#include "whatsapp/json_view.h"

#include <string>
#include <string_view>

namespace wac::whatsapp {

/// The kind of `value.errors[]`, which has no field of its own.
inline constexpr std::string_view kErrorNotice = "errors";

/// Appends `item`, of a field of facts §3.7 (or kErrorNotice), as an object. What is absent or of another
/// JSON type than documented is left out; an item we know nothing of becomes an empty object.
void append_notice(std::string& out, std::string_view field, const JsonObject& item);

}  // namespace wac::whatsapp
