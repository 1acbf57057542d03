#pragma once
// What a webhook item tells about a contact (facts §2.6, §3.4, §3.7, §8): that it wrote, that it wants no
// marketing, that its number or id changed.

#include "base/personal.h"
#include "base/time.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace wac::whatsapp {

class JsonObject;

enum class MarketingChoice : std::uint8_t { kStop, kResume };

struct ContactNews {
  Phone phone;         ///< wa_id: digits; empty when not told
  UserId user;         ///< empty when not told
  Phone former_phone;  ///< the number it had before
  UserId former_user;  ///< the id it had before
  bool wrote = false;  ///< a message or a call of its own: opens the customer-service window
  std::optional<MarketingChoice> marketing;
  std::optional<WallTime> at;  ///< by Meta's clock
};

/// Graph's code for a message that was not sent because the user wants no marketing.
inline constexpr std::uint32_t kStoppedMarketing = 131050;

/// Of an entry of `messages`. `contact`: its entry of `contacts`, or null. In a group nobody opens a window.
void append_news_of_message(std::vector<ContactNews>& news, const JsonObject& message,
                            const JsonObject* contact);

/// Of an entry of `statuses` that failed with `error_code`.
void append_news_of_failure(std::vector<ContactNews>& news, const JsonObject& status,
                            std::uint32_t error_code);

/// Of an entry of another field's list: `user_preferences` and `calls`, others tell nothing.
void append_news_of_entry(std::vector<ContactNews>& news, std::string_view field, const JsonObject& entry);

}  // namespace wac::whatsapp
