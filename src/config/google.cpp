#include "config/google.h"

#include "base/expose.h"
#include "config/consumers.h"
#include "config/values.h"
#include "crypto/rsa.h"

#include <boost/json.hpp>

namespace wac::config {
namespace {

namespace json = boost::json;

std::string_view member(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  const json::string* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string_view{} : std::string_view{*text};
}

}  // namespace

GoogleCredentials GoogleCredentials::clone() const {
  return {kind, {account.email, account.key_id, account.private_key.clone(), account.token_url}};
}

std::optional<GoogleCredentials> parse_service_account(const Secret& text) {
  boost::system::error_code failed;
  const json::value parsed = json::parse(expose(text, Purpose::kValidate), failed);
  const json::object* object = failed ? nullptr : parsed.if_object();
  if (object == nullptr || member(*object, "type") != "service_account") return std::nullopt;
  GoogleCredentials found;
  found.kind = GoogleCredentials::Kind::kServiceAccount;
  found.account.email = member(*object, "client_email");
  found.account.key_id = member(*object, "private_key_id");
  found.account.private_key = Secret{std::string{member(*object, "private_key")}};
  found.account.token_url = member(*object, "token_uri");
  const bool named =
      is_token(found.account.email, 1) && (found.account.key_id.empty() || is_token(found.account.key_id, 1));
  if (!named || !is_consumer_url(found.account.token_url, false)) return std::nullopt;
  if (!crypto::is_rsa_key(found.account.private_key)) return std::nullopt;
  return found;
}

}  // namespace wac::config
