#include "api/media_api.h"

#include "api/problem.h"
#include "base/encoding.h"

#include <algorithm>

namespace wac::api {
namespace {

using net::HttpRequest;
using net::HttpResponse;
using outbound::MediaReadFault;
using outbound::OpenMedia;

HttpResponse told(MediaReadFault fault) {
  switch (fault) {
    case MediaReadFault::kNotFound:
      return problem(404, "media_not_found", "Meta knows no such file of this sender.");
    case MediaReadFault::kGone:
      return problem(410, "media_gone", "Meta no longer has this file: it keeps what users send for 7 days.");
    case MediaReadFault::kRange:
      return problem(416, "range_not_satisfiable", "The file has no such part.");
    case MediaReadFault::kTokenRefused:
      return problem(502, "token_refused", "Meta does not accept the sender's token.");
    case MediaReadFault::kForbiddenHost:
      return problem(502, "media_forbidden_address",
                     "Meta names a host that MEDIA_DOWNLOAD_HOSTS does not hold.");
    case MediaReadFault::kUnavailable:
      return unavailable("media_unavailable", "Meta does not give the file at the moment.");
    case MediaReadFault::kBusy:
      return unavailable("overloaded", "Too many files are being read at once.");
  }
  return unavailable("media_unavailable", "Meta does not give the file at the moment.");
}

/// A part of a file has no hash of its own: it is passed on as it comes.
Task<void> write_media(net::BodyWriter& out, std::shared_ptr<OpenMedia> media) {
  const bool whole = media->status == 200;
  crypto::Sha256 hash;
  for (;;) {
    const Result<std::string_view> piece = co_await media->content->read();
    if (!piece) {
      out.give_up();
      co_return;
    }
    if (piece->empty()) break;
    if (whole) hash.update(*piece);
    const bool written = co_await out.write(*piece);
    if (!written) co_return;
  }
  if (whole && media->info.sha256 && hash.finish() != *media->info.sha256) out.give_up();
}

HttpResponse stream_of(OpenMedia opened) {
  HttpResponse response;
  response.status = opened.status;
  // Somebody else's bytes: a browser must neither guess what they are nor show them as a page of ours.
  response.content_type = "";
  response.headers.emplace_back("Content-Type", opened.info.mime);
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  response.headers.emplace_back("Content-Disposition", "attachment");
  response.headers.emplace_back("Cache-Control", "private, no-store");
  response.headers.emplace_back("Accept-Ranges", "bytes");
  if (opened.status == 206) response.headers.emplace_back("Content-Range", opened.content_range);
  if (opened.info.size) response.headers.emplace_back("X-Media-Size", std::to_string(*opened.info.size));
  if (opened.info.sha256) response.headers.emplace_back("X-Media-Sha256", to_hex(*opened.info.sha256));
  response.stream = [media = std::make_shared<OpenMedia>(std::move(opened))](net::BodyWriter& out) {
    return write_media(out, media);
  };
  return response;
}

/// `bytes=…` of one range; anything else is as good as absent (RFC 9110 §14.2).
std::string range_of(const HttpRequest& request) {
  const std::string_view range = request.header("range");
  const bool plain =
      range.starts_with("bytes=") && range.size() <= 64 && range.find(',') == std::string_view::npos;
  return plain ? std::string{range} : std::string{};
}

}  // namespace

Task<HttpResponse> MediaApi::get(const HttpRequest& request, std::string_view media_id) {
  if (parts_.reader == nullptr) co_return not_found();
  if (request.method != net::Method::kGet) co_return method_not_allowed("GET");
  const auto tenant = parts_.auth.tenant_of(request);
  if (!tenant) {
    parts_.metrics.add(telemetry::Counter::kApiUnauthorized);
    co_return unauthorized();
  }
  std::string sender_text;
  SenderId sender_id;
  if (net::query_parameter(request.query, "senderId", sender_text)) {
    const auto parsed = SenderId::parse(sender_text);
    if (!parsed) co_return problem(400, "invalid_request", "senderId must be a phone number id.");
    sender_id = *parsed;
  }
  const auto sender = parts_.directory.sender_of(*tenant, sender_id);
  if (sender == nullptr) co_return problem(404, "sender_not_found", "The tenant has no such sender.");
  if (!outbound::is_media_id(media_id)) co_return told(MediaReadFault::kNotFound);
  auto opened = co_await parts_.reader->open(*sender, std::string{media_id}, range_of(request));
  if (!opened) co_return told(opened.error());
  co_return stream_of(std::move(*opened));
}

}  // namespace wac::api
