#include "google/jwt.h"

#include "base/encoding.h"
#include "crypto/rsa.h"

#include <boost/json.hpp>

namespace wac::google {

namespace json = boost::json;

std::string to_base64url(std::string_view bytes) {
  std::string text = to_base64(bytes);
  while (text.ends_with('=')) text.pop_back();
  for (char& c : text) {
    if (c == '+') c = '-';
    if (c == '/') c = '_';
  }
  return text;
}

Result<Secret> make_assertion(const config::ServiceAccount& account, std::string_view scopes, WallTime now) {
  constexpr std::int64_t kSeconds = 3'600;
  json::object header{{"alg", "RS256"}, {"typ", "JWT"}};
  if (!account.key_id.empty()) header["kid"] = account.key_id;
  const std::int64_t issued = to_millis(now) / 1'000;
  const json::object claims{{"iss", account.email},
                            {"scope", scopes},
                            {"aud", account.token_url},
                            {"iat", issued},
                            {"exp", issued + kSeconds}};
  std::string text = to_base64url(json::serialize(header)) + "." + to_base64url(json::serialize(claims));
  const auto signature = crypto::sign_rs256(account.private_key, text);
  if (!signature) return std::unexpected(signature.error());
  text += "." + to_base64url(*signature);
  return Secret{std::move(text)};
}

}  // namespace wac::google
