#include "whatsapp/webhook_fields.h"

#include <algorithm>

namespace wac::whatsapp {
namespace {

// Sorted by name. kRaw where nobody has described the shape.
constexpr auto kFields = std::to_array<FieldRule>({
    {"account_alerts", DataForm::kNotice},
    {"account_review_update", DataForm::kNotice},
    {"account_settings_update", DataForm::kNotice},
    {"account_update", DataForm::kNotice},
    {"automatic_events", DataForm::kNotice, {"automatic_events"}},
    {"business_capability_update", DataForm::kNotice},
    {"business_username_update", DataForm::kNotice},
    {"business_username_updates", DataForm::kNotice},
    {"calls", DataForm::kNotice, {"calls", "statuses"}},
    {"consumer_profile", DataForm::kRaw},
    {"flows", DataForm::kNotice},
    {"group_lifecycle_update", DataForm::kNotice, {"groups"}},
    {"group_participants_update", DataForm::kNotice, {"groups"}},
    {"group_settings_update", DataForm::kNotice, {"groups"}},
    {"group_status_update", DataForm::kNotice, {"groups"}},
    {"history", DataForm::kNotice, {"history"}},
    {"message_echoes", DataForm::kEcho, {"message_echoes"}},
    {"message_template_components_update", DataForm::kNotice},
    {"message_template_quality_update", DataForm::kNotice},
    {"message_template_status_update", DataForm::kNotice},
    {"messaging_handovers", DataForm::kRaw},
    {"partner_solutions", DataForm::kNotice},
    {"payment_configuration_update", DataForm::kNotice},
    {"phone_number_name_update", DataForm::kNotice},
    {"phone_number_quality_update", DataForm::kNotice},
    {"security", DataForm::kNotice},
    {"smb_app_state_sync", DataForm::kNotice, {"state_sync"}},
    {"smb_message_echoes", DataForm::kEcho, {"message_echoes"}},
    {"standby", DataForm::kRaw},
    {"template_category_update", DataForm::kNotice},
    {"template_correct_category_detection", DataForm::kNotice},
    {"user_preferences", DataForm::kNotice, {"user_preferences"}},
});
static_assert(std::ranges::is_sorted(kFields, {}, &FieldRule::name));

}  // namespace

const FieldRule* find_field(std::string_view name) {
  const auto found = std::ranges::lower_bound(kFields, name, {}, &FieldRule::name);
  return found != kFields.end() && found->name == name ? &*found : nullptr;
}

}  // namespace wac::whatsapp
