#include "sandbox/phone_media.h"

#include "base/encoding.h"
#include "crypto/digest.h"

#include <boost/json.hpp>

#include <string>

namespace wac::sandbox {
namespace {

namespace json = boost::json;

constexpr std::string_view kUpload = "/_sandbox/phone/media";
constexpr std::string_view kFiles = "/_sandbox/phone/media/";

net::HttpResponse json_response(int status, const json::object& body) {
  net::HttpResponse response;
  response.status = status;
  response.body = json::serialize(body);
  return response;
}

net::HttpResponse upload(MediaApi& media, const net::HttpRequest& request) {
  std::string number;
  if (!net::query_parameter(request.query, "number", number) || request.body.empty()) {
    return json_response(400, {{"error", "number and a file are required"}});
  }
  std::string type(request.header("Content-Type"));
  type = type.substr(0, type.find(';'));
  if (type.empty()) type = "application/octet-stream";
  const crypto::Digest digest = crypto::sha256(request.body);
  const std::string id = media.put(number, type, request.body);
  // Webhooks carry the hash in base64 (facts §3.4).
  const std::string_view bytes(reinterpret_cast<const char*>(digest.data()), digest.size());
  return json_response(
      200,
      {{"id", id}, {"mime_type", type}, {"sha256", to_base64(bytes)}, {"file_size", request.body.size()}});
}

}  // namespace

bool is_phone_upload(net::Method method, std::string_view path) {
  return method == net::Method::kPost && path == kUpload;
}

std::optional<net::HttpResponse> phone_media(MediaApi& media, const net::HttpRequest& request) {
  if (is_phone_upload(request.method, request.path)) return upload(media, request);
  if (request.method != net::Method::kGet || !request.path.starts_with(kFiles)) return std::nullopt;
  auto file = media.show(request, std::string(request.path.substr(kFiles.size())));
  if (!file) return json_response(404, {{"error", "no such file"}});
  // Anybody's file on the page's own address: it must not run there.
  file->headers.emplace_back("Content-Security-Policy", "sandbox; default-src 'none'");
  file->headers.emplace_back("X-Content-Type-Options", "nosniff");
  return file;
}

}  // namespace wac::sandbox
