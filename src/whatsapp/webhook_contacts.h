#pragma once
// value.contacts[]: whom messages, statuses and other items belong to. Private to the webhook parser.

#include "whatsapp/json_view.h"

#include <cstddef>
#include <string_view>
#include <unordered_map>

namespace wac::whatsapp {

/// Keeps views into the notification.
class Contacts {
 public:
  /// `contacts` may be null: there are none.
  explicit Contacts(const JsonArray* contacts) : contacts_(contacts) {}

  /// The contact with either id; null when there is none. `position` is the item's place among its siblings:
  /// Meta lists contacts in the same order.
  const JsonObject* find(std::string_view wa_id, std::string_view user_id, std::size_t position);

 private:
  void build_index();

  const JsonArray* contacts_;
  std::unordered_map<std::string_view, const JsonObject*> index_;
};

}  // namespace wac::whatsapp
