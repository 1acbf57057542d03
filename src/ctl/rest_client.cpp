#include "ctl/rest_client.h"

#include "base/expose.h"

#include <boost/json.hpp>

namespace wac::ctl {
namespace {

constexpr Millis kNetworkTime{10'000};

}  // namespace

Result<RestClient> RestClient::make(net::HttpClient& http, Scheduler& loop, std::string_view base,
                                    Secret key) {
  auto url = net::parse_url(base);
  if (!url) return std::unexpected(url.error());
  if (url->target.find('?') != std::string::npos) return fail(ErrorCode::kInvalid, "url: query");
  RestClient client{http, loop};
  client.url_ = base;
  client.endpoint_ = std::move(url->endpoint);
  client.prefix_ = std::move(url->target);
  while (client.prefix_.ends_with('/')) client.prefix_.pop_back();
  client.key_ = std::move(key);
  return client;
}

Task<Reply> RestClient::call(Call call) {
  net::ClientRequest request;
  request.endpoint = endpoint_;
  request.method = call.method;
  request.target = prefix_ + call.target;
  request.deadline = Deadline{loop_->now() + call.patience + kNetworkTime};
  request.headers.emplace_back("Accept", "application/json");
  if (!key_.empty()) {
    request.headers.emplace_back("Authorization",
                                 "Bearer " + std::string{expose(key_, Purpose::kAuthorization)});
  }
  if (!call.body.empty()) request.headers.emplace_back("Content-Type", "application/json");
  if (call.respond_async) request.headers.emplace_back("Prefer", "respond-async");
  request.body = std::move(call.body);
  auto response = co_await http_->send(std::move(request));
  if (!response) co_return std::unexpected(response.error());
  Answer answer;
  answer.status = response->status;
  answer.text = std::move(response->body);
  boost::json::error_code ec;
  answer.json = boost::json::parse(answer.text, ec);
  if (ec) answer.json = nullptr;
  co_return answer;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  constexpr std::string_view kPlain = "-._~";
  std::string out;
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (letter || (c >= '0' && c <= '9') || kPlain.find(c) != std::string_view::npos) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kHex[byte >> 4U];
    out += kHex[byte & 15U];
  }
  return out;
}

}  // namespace wac::ctl
