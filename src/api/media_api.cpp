#include "api/media_api.h"

#include "api/problem.h"
#include "archive/byte_range.h"
#include "base/encoding.h"

#include <algorithm>

namespace wac::api {
namespace {

using archive::ArchiveFault;
using net::HttpRequest;
using net::HttpResponse;
using outbound::MediaReadFault;
using outbound::OpenMedia;
using telemetry::Counter;

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

/// Of somebody else's bytes: a browser must neither guess what they are nor show them as a page of ours.
HttpResponse media_response(int status, const std::string& mime) {
  HttpResponse response;
  response.status = status;
  response.content_type = "";
  response.headers.emplace_back("Content-Type", mime);
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  response.headers.emplace_back("Content-Disposition", "attachment");
  response.headers.emplace_back("Cache-Control", "private, no-store");
  response.headers.emplace_back("Accept-Ranges", "bytes");
  return response;
}

HttpResponse stream_of(OpenMedia opened) {
  HttpResponse response = media_response(opened.status, opened.info.mime);
  if (opened.status == 206) response.headers.emplace_back("Content-Range", opened.content_range);
  if (opened.info.size) response.headers.emplace_back("X-Media-Size", std::to_string(*opened.info.size));
  if (opened.info.sha256) response.headers.emplace_back("X-Media-Sha256", to_hex(*opened.info.sha256));
  response.stream = [media = std::make_shared<OpenMedia>(std::move(opened))](net::BodyWriter& out) {
    return write_media(out, media);
  };
  return response;
}

/// A file of the archive while it is passed on.
struct ArchivedRange {
  std::unique_ptr<archive::ArchivedMedia> media;
  std::unique_ptr<net::BodySource> content;  ///< null: no byte
  telemetry::LoopMetrics& metrics;
};

Task<void> write_archived(net::BodyWriter& out, std::shared_ptr<ArchivedRange> range) {
  while (range->content != nullptr) {
    const Result<std::string_view> piece = co_await range->content->next();
    if (!piece) {
      if (piece.error().code == ErrorCode::kCorrupt) range->metrics.add(Counter::kArchiveCorrupt);
      out.give_up();
      co_return;
    }
    if (piece->empty()) co_return;
    const bool written = co_await out.write(*piece);
    if (!written) co_return;
  }
}

HttpResponse told(ArchiveFault fault) {
  switch (fault) {
    case ArchiveFault::kErased:
      return problem(410, "media_erased", "The file was deleted.");
    case ArchiveFault::kCorrupt:
      return problem(500, "media_corrupt", "The archived file is damaged, or its key is not in KEYRING.");
    case ArchiveFault::kAbsent:
    case ArchiveFault::kUnavailable:
      break;
  }
  return unavailable("archive_unavailable", "The archive does not answer at the moment.");
}

/// `bytes=…` of one range; anything else is as good as absent (RFC 9110 §14.2).
std::string range_of(const HttpRequest& request) {
  const std::string_view range = request.header("range");
  const bool plain =
      range.starts_with("bytes=") && range.size() <= 64 && range.find(',') == std::string_view::npos;
  return plain ? std::string{range} : std::string{};
}

}  // namespace

Task<HttpResponse> MediaApi::handle(const HttpRequest& request, std::string_view media_id) {
  if (parts_.reader == nullptr) co_return not_found();
  const bool erases = request.method == net::Method::kDelete && parts_.archive != nullptr;
  if (request.method != net::Method::kGet && !erases) {
    co_return method_not_allowed(parts_.archive == nullptr ? "GET" : "GET, DELETE");
  }
  const auto tenant = parts_.auth.tenant_of(request);
  if (!tenant) {
    parts_.metrics.add(Counter::kApiUnauthorized);
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
  if (erases) co_return co_await erase(*tenant, std::string{media_id});
  co_return co_await get(request, *sender, std::string{media_id});
}

Task<HttpResponse> MediaApi::get(const HttpRequest& request, const config::SenderEntry& sender,
                                 std::string media_id) {
  if (parts_.archive != nullptr) {
    auto kept = co_await parts_.archive->open(sender.tenant, media_id);
    if (kept) co_return archived(std::move(*kept), range_of(request));
    if (kept.error() == ArchiveFault::kCorrupt) parts_.metrics.add(Counter::kArchiveCorrupt);
    if (kept.error() != ArchiveFault::kAbsent) co_return told(kept.error());
  }
  auto opened = co_await parts_.reader->open(sender, std::move(media_id), range_of(request));
  if (!opened) co_return told(opened.error());
  co_return stream_of(std::move(*opened));
}

HttpResponse MediaApi::archived(std::unique_ptr<archive::ArchivedMedia> media, std::string_view range) {
  const std::uint64_t size = media->size();
  const auto part = archive::parse_range(range, size);
  if (part && part->length == 0) {
    HttpResponse refused = told(MediaReadFault::kRange);
    refused.headers.emplace_back("Content-Range", "bytes */" + std::to_string(size));
    return refused;
  }
  HttpResponse response = media_response(part ? 206 : 200, media->mime());
  const archive::ByteRange asked = part.value_or(archive::ByteRange{0, size});
  if (part) {
    response.headers.emplace_back("Content-Range", "bytes " + std::to_string(asked.from) + "-" +
                                                       std::to_string(asked.from + asked.length - 1) + "/" +
                                                       std::to_string(size));
  }
  response.headers.emplace_back("X-Media-Size", std::to_string(size));
  response.headers.emplace_back("X-Media-Sha256", to_hex(media->sha256()));
  parts_.metrics.add(Counter::kArchiveServed);
  auto content = asked.length == 0 ? nullptr : media->read(asked.from, asked.length);
  auto shared = std::make_shared<ArchivedRange>(std::move(media), std::move(content), parts_.metrics);
  response.stream = [shared](net::BodyWriter& out) { return write_archived(out, shared); };
  return response;
}

Task<HttpResponse> MediaApi::erase(TenantId tenant, std::string media_id) {
  const auto erased = co_await parts_.archive->erase(std::move(tenant), std::move(media_id));
  if (!erased) co_return told(ArchiveFault::kUnavailable);
  parts_.metrics.add(Counter::kArchiveErased);
  HttpResponse response;
  response.status = 204;
  response.content_type = "";
  co_return response;
}

}  // namespace wac::api
