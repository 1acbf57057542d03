#include "outbound/media_reader.h"

#include "base/encoding.h"
#include "base/expose.h"
#include "outbound/media_rules.h"
#include "whatsapp/graph_response.h"
#include "whatsapp/json_text.h"

#include <boost/json.hpp>

#include <algorithm>

namespace wac::outbound {
namespace {

namespace json = boost::json;

/// How long a caller waits for its turn.
constexpr Millis kPatience{5'000};
/// What users send is at most 100 MB (facts §4); Meta's own word counts, this only bounds it.
constexpr std::uint64_t kMostBytes = 256ULL * 1024 * 1024;

bool is_mime_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view{"/.+-_"}.find(c) != std::string_view::npos;
}

std::string checked_mime(std::string_view text) {
  text = text.substr(0, text.find(';'));
  const bool shaped =
      text.size() <= 127 && std::ranges::count(text, '/') == 1 && std::ranges::all_of(text, is_mime_char);
  return shaped ? std::string{text} : "application/octet-stream";
}

MediaReadFault fault_of(const net::ClientResponse& answer) {
  const auto told = whatsapp::parse_send_answer(answer.status, answer.body);
  if (told.verdict != whatsapp::SendVerdict::kRefused) return MediaReadFault::kUnavailable;
  if (told.error.scope == whatsapp::ErrorScope::kToken) return MediaReadFault::kTokenRefused;
  const bool permanent = told.error.error_class == whatsapp::ErrorClass::kPermanent;
  return permanent ? MediaReadFault::kNotFound : MediaReadFault::kUnavailable;
}

}  // namespace

std::optional<MediaInfo> parse_media_info(std::string_view body) {
  const auto value = whatsapp::parse_json(body, {});
  const json::object* object = value ? value->if_object() : nullptr;
  if (object == nullptr) return std::nullopt;
  MediaInfo info;
  info.url = whatsapp::text_of(*object, "url");
  if (info.url.empty()) return std::nullopt;
  info.mime = checked_mime(whatsapp::text_of(*object, "mime_type"));
  info.sha256 = parse_sha256(whatsapp::text_of(*object, "sha256"));
  const json::value* size = object->if_contains("file_size");
  if (size != nullptr && size->is_int64() && size->get_int64() >= 0) {
    info.size = static_cast<std::uint64_t>(size->get_int64());
  }
  return info;
}

std::optional<crypto::Digest> parse_sha256(std::string_view text) {
  crypto::Digest digest{};
  const auto bytes = text.size() == 2 * digest.size() ? from_hex(text) : from_base64(text);
  if (!bytes || bytes->size() != digest.size()) return std::nullopt;
  std::ranges::transform(*bytes, digest.begin(), [](char c) { return static_cast<std::uint8_t>(c); });
  return digest;
}

bool is_media_id(std::string_view text) {
  return !text.empty() && text.size() <= 32 &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

Result<std::unique_ptr<MediaReader>> MediaReader::make(const config::Config& config, Scheduler& loop,
                                                       net::HttpClient& client,
                                                       net::HttpTransfers& transfers) {
  auto url = net::parse_url(config.graph_url);
  if (!url) return std::unexpected(url.error());
  return std::make_unique<MediaReader>(config, loop, client, transfers, std::move(*url));
}

MediaReader::MediaReader(const config::Config& config, Scheduler& loop, net::HttpClient& client,
                         net::HttpTransfers& transfers, net::Url graph)
    : config_(config),
      loop_(loop),
      client_(client),
      transfers_(transfers),
      graph_(std::move(graph)),
      judge_(source_rules(config).judge),
      slots_(loop, config.media_in_flight) {
  if (graph_.target == "/") graph_.target.clear();
}

net::ClientRequest MediaReader::request(const config::SenderEntry& sender, net::Endpoint endpoint,
                                        std::string target, Deadline deadline) const {
  net::ClientRequest request;
  request.method = "GET";
  request.endpoint = std::move(endpoint);
  request.target = std::move(target);
  request.headers.emplace_back("User-Agent", "whatsapp-connector");
  request.headers.emplace_back("Authorization",
                               "Bearer " + std::string{expose(*sender.token, Purpose::kAuthorization)});
  request.deadline = deadline;
  return request;
}

Task<MediaReader::Opened> MediaReader::open(const config::SenderEntry& sender, std::string media_id,
                                            std::string range) {
  OpenMedia opened;
  opened.slot = co_await slots_.take(Deadline{loop_.now() + kPatience});
  if (!opened.slot) co_return std::unexpected(MediaReadFault::kBusy);
  const Deadline deadline{loop_.now() + config_.media_timeout};
  // A URL lives for five minutes: one that has ended is asked for once more.
  for (int tries = 0; tries < 2; ++tries) {
    auto info = co_await look_up(sender, media_id, deadline);
    if (!info) co_return std::unexpected(info.error());
    auto content = co_await fetch(sender, info->url, range, deadline);
    if (!content && content.error() == MediaReadFault::kGone) continue;
    if (!content) co_return std::unexpected(content.error());
    opened.info = std::move(*info);
    opened.status = (*content)->head().status;
    opened.content_range = (*content)->head().header("content-range");
    opened.content = std::move(*content);
    co_return opened;
  }
  co_return std::unexpected(MediaReadFault::kGone);
}

Task<std::expected<MediaInfo, MediaReadFault>> MediaReader::look_up(const config::SenderEntry& sender,
                                                                    const std::string& media_id,
                                                                    Deadline deadline) {
  // With the number's id Graph checks that the file is this number's own.
  std::string target = graph_.target + "/" + config_.graph_version + "/" + media_id +
                       "?phone_number_id=" + std::string{sender.id.str()};
  const Deadline soon = deadline.sooner(loop_.now() + config_.graph_timeout);
  const auto answer = co_await client_.send(request(sender, graph_.endpoint, std::move(target), soon));
  if (!answer) co_return std::unexpected(MediaReadFault::kUnavailable);
  if (answer->status != 200) co_return std::unexpected(fault_of(*answer));
  auto info = parse_media_info(answer->body);
  if (!info) co_return std::unexpected(MediaReadFault::kUnavailable);
  co_return std::move(*info);
}

bool MediaReader::may_get_token(const net::Endpoint& endpoint) const {
  if (endpoint == graph_.endpoint) return true;
  return endpoint.tls && endpoint.port == 443 && matches_any(endpoint.host, config_.media_download_hosts);
}

Task<std::expected<std::unique_ptr<net::Download>, MediaReadFault>> MediaReader::fetch(
    const config::SenderEntry& sender, const std::string& url, const std::string& range, Deadline deadline) {
  auto place = net::parse_url(url);
  if (!place || !may_get_token(place->endpoint)) co_return std::unexpected(MediaReadFault::kForbiddenHost);
  net::TransferRules rules;
  rules.response_body_bytes = kMostBytes;
  // Graph itself may be a neighbour (a proxy, the sandbox); a URL in its answer may not lead to one.
  if (place->endpoint != graph_.endpoint) rules.judge = judge_;
  net::ClientRequest asked = request(sender, place->endpoint, place->target, deadline);
  asked.headers.emplace_back("Accept-Encoding", "identity");
  if (!range.empty()) asked.headers.emplace_back("Range", range);
  auto got = co_await transfers_.download(std::move(asked), std::move(rules));
  if (!got) {
    co_return std::unexpected(got.error().error.code == ErrorCode::kForbidden ? MediaReadFault::kForbiddenHost
                                                                              : MediaReadFault::kUnavailable);
  }
  switch ((*got)->head().status) {
    case 200:
    case 206:
      co_return std::move(*got);
    case 401:
    case 403:
      co_return std::unexpected(MediaReadFault::kTokenRefused);
    case 404:
    case 410:
      co_return std::unexpected(MediaReadFault::kGone);
    case 416:
      co_return std::unexpected(MediaReadFault::kRange);
    default:
      co_return std::unexpected(MediaReadFault::kUnavailable);
  }
}

}  // namespace wac::outbound
