#include "whatsapp/webhook_contacts.h"

#include "whatsapp/json_view.h"

#include <algorithm>

namespace wac::whatsapp {
namespace {

bool belongs(const JsonObject& contact, std::string_view wa_id, std::string_view user_id) {
  return (!wa_id.empty() && text_of(contact, "wa_id") == wa_id) ||
         (!user_id.empty() && text_of(contact, "user_id") == user_id);
}

}  // namespace

const JsonObject* Contacts::find(std::string_view wa_id, std::string_view user_id, std::size_t position) {
  if (contacts_ == nullptr || contacts_->empty()) return nullptr;
  const JsonObject* guess = (*contacts_)[std::min(position, contacts_->size() - 1)].if_object();
  if (guess != nullptr && belongs(*guess, wa_id, user_id)) return guess;
  if (contacts_->size() == 1) return nullptr;
  if (index_.empty()) build_index();
  for (const std::string_view id : {wa_id, user_id}) {
    if (id.empty()) continue;
    if (const auto found = index_.find(id); found != index_.end()) return found->second;
  }
  return nullptr;
}

void Contacts::build_index() {
  for (const JsonValue& entry : *contacts_) {
    const JsonObject* contact = entry.if_object();
    if (contact == nullptr) continue;
    for (const std::string_view key : {"wa_id", "user_id"}) {
      if (const std::string_view id = text_of(*contact, key); !id.empty()) index_.emplace(id, contact);
    }
  }
  // Never empty after this, so that it is built once.
  index_.emplace(std::string_view{}, nullptr);
}

}  // namespace wac::whatsapp
