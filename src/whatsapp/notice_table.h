#pragma once
// The shapes of notices (facts §3.7): where Meta puts a member, and its name in our events. Private to
// webhook_notice.cpp.

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace wac::whatsapp::notices {

enum class Kind : std::uint8_t {
  kText,  ///< texts and whole numbers, written as texts: one type whatever Meta's version says
  kJson,  ///< any value, as Meta wrote it
};

/// Of two members with one name the first that is there counts: one is an older spelling of the other.
struct Member {
  std::string_view path;  ///< "member" or "object.member"
  std::string_view name;
  Kind kind = Kind::kText;
};

constexpr auto kAccountAlerts = std::to_array<Member>({
    {"entity_type", "entityType"},
    {"entity_id", "entityId"},
    {"alert_info.alert_severity", "severity"},
    {"alert_severity", "severity"},
    {"alert_info.alert_status", "status"},
    {"alert_status", "status"},
    {"alert_info.alert_type", "type"},
    {"alert_type", "type"},
    {"alert_info.alert_description", "description"},
    {"alert_description", "description"},
});
constexpr auto kAccountReviewUpdate = std::to_array<Member>({
    {"decision", "decision"},
});
constexpr auto kAccountSettingsUpdate = std::to_array<Member>({
    {"type", "type"},
    {"timestamp", "timestamp"},
    {"phone_number_settings", "phoneNumberSettings", Kind::kJson},
});
constexpr auto kAccountUpdate = std::to_array<Member>({
    {"event", "event"},
    {"phone_number", "phoneNumber"},
    {"country", "country"},
    {"ban_info.waba_ban_state", "banState"},
    {"ban_info.waba_ban_date", "banDate"},
    {"violation_info.violation_type", "violationType"},
    {"restriction_info", "restrictions", Kind::kJson},
    {"waba_info.waba_id", "wabaId"},
    {"waba_info.owner_business_id", "ownerBusinessId"},
    {"waba_info.ad_account_linked", "adAccountId"},
    {"waba_info.solution_id", "solutionId"},
    {"auth_international_rate_eligibility", "authInternationalRateEligibility", Kind::kJson},
});
constexpr auto kAutomaticEvents = std::to_array<Member>({
    {"id", "id"},
    {"event_name", "eventName"},
    {"timestamp", "timestamp"},
    {"ctwa_clid", "ctwaClid"},
    {"custom_data", "customData", Kind::kJson},
});
constexpr auto kBusinessCapabilityUpdate = std::to_array<Member>({
    {"max_daily_conversations_per_business", "maxDailyConversationsPerBusiness"},
    {"max_daily_conversation_per_phone", "maxDailyConversationsPerPhone"},
    {"max_phone_numbers_per_business", "maxPhoneNumbersPerBusiness"},
    {"max_phone_numbers_per_waba", "maxPhoneNumbersPerWaba"},
});
constexpr auto kBusinessUsernameUpdate = std::to_array<Member>({
    {"display_phone_number", "displayPhoneNumber"},
    {"username", "username"},
    {"status", "status"},
});
constexpr auto kCalls = std::to_array<Member>({
    {"id", "id"},
    {"event", "event"},
    {"status", "status"},
    {"direction", "direction"},
    {"timestamp", "timestamp"},
    {"from", "from"},
    {"from_user_id", "fromUserId"},
    {"to", "to"},
    {"to_user_id", "toUserId"},
    {"recipient_id", "recipientId"},
    {"recipient_user_id", "recipientUserId"},
    {"start_time", "startTime"},
    {"end_time", "endTime"},
    {"duration", "duration"},
    {"biz_opaque_callback_data", "opaque"},
    {"session", "session", Kind::kJson},
    {"errors", "errors", Kind::kJson},
});
constexpr auto kErrors = std::to_array<Member>({
    {"code", "code"},
    {"title", "title"},
    {"message", "message"},
    {"error_data.details", "details"},
    {"href", "href"},
});
constexpr auto kFlows = std::to_array<Member>({
    {"event", "event"},
    {"message", "message"},
    {"flow_id", "flowId"},
    {"old_status", "oldStatus"},
    {"new_status", "newStatus"},
    {"alert_state", "alertState"},
    {"threshold", "threshold", Kind::kJson},
    {"error_rate", "errorRate", Kind::kJson},
    {"error_count", "errorCount", Kind::kJson},
    {"p50_latency", "p50Latency", Kind::kJson},
    {"p90_latency", "p90Latency", Kind::kJson},
    {"requests_count", "requestsCount", Kind::kJson},
    {"availability", "availability", Kind::kJson},
    {"errors", "errors", Kind::kJson},
});
constexpr auto kGroupLifecycleUpdate = std::to_array<Member>({
    {"group_id", "groupId"},
    {"type", "type"},
    {"timestamp", "timestamp"},
    {"request_id", "requestId"},
    {"subject", "subject"},
    {"description", "description"},
    {"invite_link", "inviteLink"},
    {"join_approval_mode", "joinApprovalMode"},
    {"errors", "errors", Kind::kJson},
});
constexpr auto kGroupParticipantsUpdate = std::to_array<Member>({
    {"group_id", "groupId"},
    {"type", "type"},
    {"timestamp", "timestamp"},
    {"request_id", "requestId"},
    {"reason", "reason"},
    {"initiated_by", "initiatedBy"},
    {"join_request_id", "joinRequestId"},
    {"wa_id", "waId"},
    {"user_id", "userId"},
    {"added_participants", "addedParticipants", Kind::kJson},
    {"removed_participants", "removedParticipants", Kind::kJson},
    {"failed_participants", "failedParticipants", Kind::kJson},
    {"errors", "errors", Kind::kJson},
});
constexpr auto kGroupSettingsUpdate = std::to_array<Member>({
    {"group_id", "groupId"},
    {"type", "type"},
    {"timestamp", "timestamp"},
    {"request_id", "requestId"},
    {"group_subject", "groupSubject", Kind::kJson},
    {"group_description", "groupDescription", Kind::kJson},
    {"profile_picture", "profilePicture", Kind::kJson},
    {"errors", "errors", Kind::kJson},
});
constexpr auto kGroupStatusUpdate = std::to_array<Member>({
    {"group_id", "groupId"},
    {"type", "type"},
    {"timestamp", "timestamp"},
    {"request_id", "requestId"},
    {"errors", "errors", Kind::kJson},
});
constexpr auto kHistory = std::to_array<Member>({
    {"metadata.phase", "phase"},
    {"metadata.chunk_order", "chunkOrder"},
    {"metadata.progress", "progress"},
    {"errors", "errors", Kind::kJson},
});
constexpr auto kMessageTemplateComponentsUpdate = std::to_array<Member>({
    {"message_template_id", "templateId"},
    {"message_template_name", "templateName"},
    {"message_template_language", "templateLanguage"},
    {"message_template_title", "title"},
    {"message_template_element", "element"},
    {"message_template_footer", "footer"},
    {"message_template_buttons", "buttons", Kind::kJson},
});
constexpr auto kMessageTemplateQualityUpdate = std::to_array<Member>({
    {"message_template_id", "templateId"},
    {"message_template_name", "templateName"},
    {"message_template_language", "templateLanguage"},
    {"previous_quality_score", "previousQualityScore"},
    {"new_quality_score", "newQualityScore"},
});
constexpr auto kMessageTemplateStatusUpdate = std::to_array<Member>({
    {"message_template_id", "templateId"},
    {"message_template_name", "templateName"},
    {"message_template_language", "templateLanguage"},
    {"message_template_category", "templateCategory"},
    {"event", "event"},
    {"reason", "reason"},
    {"disable_info.disable_date", "disableDate"},
    {"other_info.title", "otherTitle"},
    {"other_info.description", "otherDescription"},
    {"rejection_info.reason", "rejectionReason"},
    {"rejection_info.recommendation", "rejectionRecommendation"},
});
constexpr auto kPartnerSolutions = std::to_array<Member>({
    {"event", "event"},
    {"solution_id", "solutionId"},
    {"solution_status", "solutionStatus"},
});
constexpr auto kPaymentConfigurationUpdate = std::to_array<Member>({
    {"configuration_name", "configurationName"},
    {"provider_name", "providerName"},
    {"provider_mid", "providerMid"},
    {"status", "status"},
    {"created_timestamp", "createdTimestamp"},
    {"updated_timestamp", "updatedTimestamp"},
});
constexpr auto kPhoneNumberNameUpdate = std::to_array<Member>({
    {"display_phone_number", "displayPhoneNumber"},
    {"decision", "decision"},
    {"requested_verified_name", "requestedVerifiedName"},
    {"rejection_reason", "rejectionReason"},
});
constexpr auto kPhoneNumberQualityUpdate = std::to_array<Member>({
    {"display_phone_number", "displayPhoneNumber"},
    {"event", "event"},
    {"current_limit", "currentLimit"},
    {"old_limit", "oldLimit"},
    {"max_daily_conversations_per_business", "maxDailyConversationsPerBusiness"},
});
constexpr auto kSecurity = std::to_array<Member>({
    {"display_phone_number", "displayPhoneNumber"},
    {"event", "event"},
    {"requester", "requester"},
});
constexpr auto kSmbAppStateSync = std::to_array<Member>({
    {"type", "type"},
    {"action", "action"},
    {"contact.full_name", "fullName"},
    {"contact.first_name", "firstName"},
    {"contact.phone_number", "phoneNumber"},
    {"contact.user_id", "userId"},
    {"metadata.timestamp", "timestamp"},
});
constexpr auto kTemplateCategoryUpdate = std::to_array<Member>({
    {"message_template_id", "templateId"},
    {"message_template_name", "templateName"},
    {"message_template_language", "templateLanguage"},
    {"previous_category", "previousCategory"},
    {"new_category", "newCategory"},
    {"correct_category", "correctCategory"},
    {"category_update_timestamp", "categoryUpdateTimestamp"},
});
constexpr auto kUserPreferences = std::to_array<Member>({
    {"wa_id", "waId"},
    {"user_id", "userId"},
    {"parent_user_id", "parentUserId"},
    {"category", "category"},
    {"value", "value"},
    {"detail", "detail"},
    {"timestamp", "timestamp"},
});

constexpr auto kNotices = std::to_array<std::pair<std::string_view, std::span<const Member>>>({
    {"account_alerts", kAccountAlerts},
    {"account_review_update", kAccountReviewUpdate},
    {"account_settings_update", kAccountSettingsUpdate},
    {"account_update", kAccountUpdate},
    {"automatic_events", kAutomaticEvents},
    {"business_capability_update", kBusinessCapabilityUpdate},
    {"business_username_update", kBusinessUsernameUpdate},
    {"business_username_updates", kBusinessUsernameUpdate},
    {"calls", kCalls},
    {"errors", kErrors},
    {"flows", kFlows},
    {"group_lifecycle_update", kGroupLifecycleUpdate},
    {"group_participants_update", kGroupParticipantsUpdate},
    {"group_settings_update", kGroupSettingsUpdate},
    {"group_status_update", kGroupStatusUpdate},
    {"history", kHistory},
    {"message_template_components_update", kMessageTemplateComponentsUpdate},
    {"message_template_quality_update", kMessageTemplateQualityUpdate},
    {"message_template_status_update", kMessageTemplateStatusUpdate},
    {"partner_solutions", kPartnerSolutions},
    {"payment_configuration_update", kPaymentConfigurationUpdate},
    {"phone_number_name_update", kPhoneNumberNameUpdate},
    {"phone_number_quality_update", kPhoneNumberQualityUpdate},
    {"security", kSecurity},
    {"smb_app_state_sync", kSmbAppStateSync},
    {"template_category_update", kTemplateCategoryUpdate},
    {"template_correct_category_detection", kTemplateCategoryUpdate},
    {"user_preferences", kUserPreferences},
});

}  // namespace wac::whatsapp::notices
