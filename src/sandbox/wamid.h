#pragma once
// WhatsApp message ids as Meta makes them: `wamid.` and base64 of a small record that holds the user's phone
// number, the direction and a random id. That is why a wamid is personal data.

#include "base/random.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace wac::sandbox {

enum class Direction : std::uint8_t { kToUser, kFromUser };

/// `user` is the digits of the phone number, or a business-scoped user id or group id; its first 120
/// characters go in. 72 (to a user) or 80 random bits make it unique.
std::string make_wamid(std::string_view user, Direction direction, Random& random);

/// `wamid.` and 8 to 500 base64 characters. Real ids vary in their inside, so nothing more is asked.
bool is_wamid(std::string_view text);

}  // namespace wac::sandbox
