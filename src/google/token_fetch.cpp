#include "google/token_fetch.h"

#include "base/encoding.h"
#include "base/expose.h"
#include "google/jwt.h"

#include <boost/json.hpp>

namespace wac::google {
namespace {

namespace json = boost::json;

constexpr int kTooManyRequests = 429;
constexpr int kRequestTimeout = 408;

Result<FreshToken> token_of(std::string_view body) {
  constexpr std::int64_t kLifetimeMax = 12 * 3'600;  // what Google can be made to give
  boost::system::error_code failed;
  const json::value answer = json::parse(body, failed);
  const json::object* object = failed ? nullptr : answer.if_object();
  const json::value* token = object == nullptr ? nullptr : object->if_contains("access_token");
  const json::value* seconds = object == nullptr ? nullptr : object->if_contains("expires_in");
  if (token == nullptr || !token->is_string() || token->get_string().empty() || seconds == nullptr)
    return fail(ErrorCode::kProtocol, "google: no access token");
  FreshToken fresh{Secret{std::string{token->get_string()}}, {}};
  const auto lifetime = seconds->to_number<std::int64_t>(failed);
  if (failed || lifetime <= 0) return fail(ErrorCode::kProtocol, "google: a token without lifetime");
  // It stands in a header.
  const bool visible = std::ranges::all_of(expose(fresh.token, Purpose::kValidate),
                                           [](char c) { return c > ' ' && c <= '~'; });
  if (!visible) return fail(ErrorCode::kProtocol, "google: characters of a token");
  fresh.lifetime = std::chrono::seconds{std::min(lifetime, kLifetimeMax)};
  return fresh;
}

}  // namespace

Result<FreshToken> read_token(net::ClientResult result) {
  if (!result) return std::unexpected(result.error().error);
  const int status = result->status;
  if (status == 200) {
    auto fresh = token_of(result->body);
    wipe(result->body);
    return fresh;
  }
  const bool passing = status >= 500 || status == kTooManyRequests || status == kRequestTimeout;
  return fail(passing ? ErrorCode::kUnavailable : ErrorCode::kUnauthorized, "google: access token", status);
}

Task<Result<FreshToken>> MetadataTokens::fetch(Deadline deadline) {
  auto url =
      net::parse_url("http://" + host_ + "/computeMetadata/v1/instance/service-accounts/default/token");
  if (!url) co_return std::unexpected(url.error());
  net::ClientRequest request;
  request.method = "GET";
  request.endpoint = std::move(url->endpoint);
  request.target = std::move(url->target);
  std::string scopes = scopes_;
  std::ranges::replace(scopes, ' ', ',');
  if (!scopes.empty()) request.target += "?scopes=" + percent_encoded(scopes);
  request.headers.emplace_back("Metadata-Flavor", "Google");
  request.deadline = deadline;
  co_return read_token(co_await http_.send(std::move(request)));
}

Task<Result<FreshToken>> KeyTokens::fetch(Deadline deadline) {
  auto url = net::parse_url(account_.token_url);
  if (!url) co_return std::unexpected(url.error());
  const auto assertion = make_assertion(account_, scopes_, loop_.wall_now());
  if (!assertion) co_return std::unexpected(assertion.error());
  net::ClientRequest request;
  request.endpoint = std::move(url->endpoint);
  request.target = std::move(url->target);
  request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  request.body =
      "grant_type=" + percent_encoded("urn:ietf:params:oauth:grant-type:jwt-bearer") + "&assertion=";
  request.body += expose(*assertion, Purpose::kAuthorization);
  request.deadline = deadline;
  co_return read_token(co_await http_.send(std::move(request)));
}

}  // namespace wac::google
