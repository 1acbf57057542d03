#include "sandbox/management_api.h"

#include "base/expose.h"
#include "crypto/digest.h"
#include "sandbox/listing.h"

#include <algorithm>
#include <array>

namespace wac::sandbox {
namespace {

namespace json = boost::json;
using net::HttpRequest;
using net::Method;

constexpr std::string_view kNumberFields =
    "id,verified_name,code_verification_status,display_phone_number,quality_rating,platform_type,throughput,"
    "webhook_configuration";
constexpr std::string_view kTemplateFields = "id,name,language,status,category,parameter_format,components";
constexpr std::string_view kAppId = "634974688087057";

std::string_view method_name(Method method) {
  switch (method) {
    case Method::kGet:
      return "get";
    case Method::kPost:
      return "post";
    case Method::kDelete:
      return "delete";
    default:
      return "other";
  }
}

/// Each item reduced to the fields asked for, then one page.
std::expected<json::object, GraphError> picked_page(const json::array& all, const HttpRequest& request,
                                                    std::string_view otherwise, std::string_view node_type) {
  json::array picked;
  for (const json::value& item : all) {
    auto one = pick(item.get_object(), request.query, otherwise, node_type);
    if (!one) return std::unexpected(std::move(one.error()));
    picked.push_back(std::move(*one));
  }
  return page(picked, request.path, request.query);
}

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) { return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c; });
  return text;
}

}  // namespace

ManagementApi::Answer ManagementApi::handle(const HttpRequest& request, std::string_view id,
                                            std::string_view edge) {
  if (id == config_.waba_id && edge == "subscribed_apps") return subscriptions(request);
  if (edge == "block_users" && parts_.backend.knows_number(id)) {
    return request.method == Method::kGet ? blocked(request, id) : change_blocks(request, id);
  }
  if (request.method == Method::kGet) return get(request, id, edge);
  return std::unexpected(unknown_object(method_name(request.method), id));
}

ManagementApi::Answer ManagementApi::get(const HttpRequest& request, std::string_view id,
                                         std::string_view edge) {
  if (id == "debug_token" && edge.empty()) return debug_token(request);
  if (id == config_.waba_id) return get_account(request, edge);
  if (parts_.backend.knows_number(id)) {
    if (edge.empty()) {
      return pick(number_info(id), request.query, kNumberFields, "WhatsAppBusinessPhoneNumber");
    }
    if (edge == "message_history") return history(request, id);
  }
  const MessageTemplate* const found = edge.empty() ? parts_.templates.find_id(id) : nullptr;
  if (found != nullptr)
    return pick(found->to_json(), request.query, kTemplateFields, "WhatsAppMessageTemplate");
  return std::unexpected(unknown_object("get", id));
}

ManagementApi::Answer ManagementApi::get_account(const HttpRequest& request, std::string_view edge) {
  if (edge == "message_templates") return templates(request);
  if (edge == "phone_numbers") {
    json::array numbers;
    for (const std::string& number : config_.phone_number_ids) numbers.push_back(number_info(number));
    return picked_page(numbers, request, kNumberFields, "WhatsAppBusinessPhoneNumber");
  }
  if (!edge.empty()) return std::unexpected(unknown_object("get", config_.waba_id));
  const json::object account{
      {"id", config_.waba_id},
      {"name", "Sandbox"},
      {"timezone_id", "1"},
      {"message_template_namespace", "sandbox"},
      {"currency", "USD"},
      {"account_review_status", "APPROVED"},
      {"health_status", json::object{{"can_send_message", "AVAILABLE"}, {"entities", json::array{}}}}};
  return pick(account, request.query, "id,name,timezone_id,message_template_namespace",
              "WhatsAppBusinessAccount");
}

ManagementApi::Answer ManagementApi::templates(const HttpRequest& request) const {
  json::array wanted;
  for (json::value& one : parts_.templates.listing()) {
    const json::object& object = one.get_object();
    const bool fits =
        std::ranges::all_of(std::array<std::string_view, 4>{"status", "name", "category", "language"},
                            [&](std::string_view name) {
                              std::string value;
                              if (!net::query_parameter(request.query, name, value)) return true;
                              if (name == "status" || name == "category") value = upper(value);
                              return object.at(name) == json::value(value);
                            });
    if (fits) wanted.push_back(std::move(one));
  }
  return picked_page(wanted, request, kTemplateFields, "WhatsAppMessageTemplate");
}

ManagementApi::Answer ManagementApi::subscriptions(const HttpRequest& request) {
  if (request.method == Method::kDelete) {
    parts_.queue.subscribe(false);
    return json::object{{"success", true}};
  }
  if (request.method == Method::kPost) {
    json::error_code failure;
    const json::value body =
        request.body.empty() ? json::value(json::object{}) : json::parse(request.body, failure);
    const json::object* const object = failure ? nullptr : body.if_object();
    if (object == nullptr) return std::unexpected(graph_error(100, "The body is not a JSON object."));
    const json::value* const uri = object->if_contains("override_callback_uri");
    override_uri_.clear();
    if (uri != nullptr) {
      const bool good =
          uri->is_string() && uri->get_string().size() <= 200 && object->contains("verify_token");
      if (!good) {
        return std::unexpected(
            graph_error(100, "override_callback_uri has at most 200 characters and needs a verify_token."));
      }
      override_uri_ = uri->get_string();
    }
    parts_.queue.subscribe(true);
    return json::object{{"success", true}};
  }
  json::array data;
  if (parts_.queue.subscribed()) {
    json::object app{
        {"whatsapp_business_api_data",
         json::object{
             {"id", kAppId}, {"link", "https://www.facebook.com/games/?app_id="}, {"name", "Sandbox"}}}};
    if (!override_uri_.empty()) app["override_callback_uri"] = override_uri_;
    data.push_back(std::move(app));
  }
  return json::object{{"data", std::move(data)}};
}

ManagementApi::Answer ManagementApi::debug_token(const HttpRequest& request) const {
  std::string token;
  if (!net::query_parameter(request.query, "input_token", token)) {
    return std::unexpected(graph_error(100, "Param input_token is required."));
  }
  json::object data{{"app_id", kAppId}, {"type", "SYSTEM_USER"}, {"application", "Sandbox"}};
  if (!crypto::constant_time_equal(token, expose(config_.token, Purpose::kAuthorization))) {
    data["is_valid"] = false;
    data["scopes"] = json::array{};
    data["error"] =
        json::object{{"code", 190}, {"subcode", 467}, {"message", "The access token could not be decrypted"}};
    return json::object{{"data", std::move(data)}};
  }
  json::array targets;
  targets.emplace_back(config_.waba_id);
  json::array granular;
  json::array scopes;
  for (const std::string_view scope : {"whatsapp_business_messaging", "whatsapp_business_management"}) {
    scopes.emplace_back(scope);
    granular.push_back(json::object{{"scope", scope}, {"target_ids", targets}});
  }
  data["data_access_expires_at"] = 0;
  data["expires_at"] = 0;
  data["is_valid"] = true;
  data["issued_at"] = 1'735'689'600;
  data["scopes"] = std::move(scopes);
  data["granular_scopes"] = std::move(granular);
  data["user_id"] = "122100000000000001";
  return json::object{{"data", std::move(data)}};
}

json::object ManagementApi::number_info(std::string_view id) const {
  json::object info{
      {"id", id},
      {"display_phone_number", "+" + parts_.backend.display_number(id)},
      {"verified_name", "Sandbox"},
      {"quality_rating", "GREEN"},
      {"throughput", json::object{{"level", "STANDARD"}}},
      {"status", "CONNECTED"},
      {"name_status", "APPROVED"},
      {"code_verification_status", "VERIFIED"},
      {"platform_type", "CLOUD_API"},
      {"account_mode", "SANDBOX"},
      {"is_official_business_account", false},
      {"is_pin_enabled", true},
      {"webhook_configuration", json::object{{"application", "https://localhost/webhook"}}},
      {"messaging_limit_tier", "TIER_UNLIMITED"},
      {"whatsapp_business_manager_messaging_limit", "TIER_UNLIMITED"},
      {"health_status", json::object{{"can_send_message", "AVAILABLE"}, {"entities", json::array{}}}}};
  if (const auto set = set_.find(id); set != set_.end()) {
    for (const auto& field : set->second) info[field.key()] = field.value();
  }
  return info;
}

std::expected<json::object, std::string> ManagementApi::set_number(const json::object& request) {
  const json::value* const named = request.if_contains("phone_number_id");
  const std::string id = named == nullptr     ? config_.phone_number_ids.front()
                         : named->is_string() ? std::string(named->get_string())
                                              : std::string();
  if (!parts_.backend.knows_number(id)) return std::unexpected("phone_number_id is unknown");
  const json::object now = number_info(id);
  json::object& set = set_[id];
  for (const auto& field : request) {
    if (field.key() == "phone_number_id") continue;
    if (!now.contains(field.key()))
      return std::unexpected("a phone number has no field " + std::string(field.key()));
    set[field.key()] = field.value();
  }
  if (request.contains("throughput") || request.contains("whatsapp_business_manager_messaging_limit")) {
    const json::object changed = number_info(id);
    parts_.backend.announce(
        "phone_number_quality_update",
        json::object{{"display_phone_number", parts_.backend.display_number(id)},
                     {"event", request.contains("throughput") ? "THROUGHPUT_UPGRADE" : "ONBOARDING"},
                     {"max_daily_conversations_per_business",
                      changed.at("whatsapp_business_manager_messaging_limit")}});
  }
  return number_info(id);
}

}  // namespace wac::sandbox
