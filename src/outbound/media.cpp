#include "outbound/media.h"

#include "base/encoding.h"
#include "base/expose.h"
#include "whatsapp/json_text.h"
#include "whatsapp/text_rules.h"

#include <boost/json.hpp>

#include <algorithm>

namespace wac::outbound {
namespace {

using telemetry::Counter;
using telemetry::Field;
using telemetry::Severity;

/// A file that was replaced because Meta had lost it is not replaced again so soon: then it is something else
/// that Meta refuses.
constexpr Millis kReplacedAgainAfter = std::chrono::minutes{10};
constexpr std::size_t kBoundaryBytes = 16;
/// Graph looks at a large file before it answers.
constexpr Millis kUploadPatience{60'000};

net::TransferRules fetch_rules(const SourceRules& rules, std::uint64_t max_bytes) {
  net::TransferRules out;
  out.response_body_bytes = max_bytes;
  out.judge = rules.judge;
  return out;
}

std::string random_boundary(Random& random) {
  std::array<std::uint8_t, kBoundaryBytes> bytes{};
  random.fill(bytes);
  return to_hex(bytes);
}

std::unexpected<MediaFailure> under_way() {
  return std::unexpected(MediaFailure{{}, MediaFailure::Lasts::kUnderWay});
}

std::vector<std::string> ids_of(const SuppliedMedia* supplied) {
  std::vector<std::string> ids;
  if (supplied == nullptr) return ids;
  for (const UsedMedia& file : supplied->files) ids.push_back(file.id);
  return ids;
}

/// The last part of a URL's path.
std::string_view file_name_of(std::string_view url) {
  const std::string_view path = url.substr(0, url.find_first_of("?#"));
  return path.substr(path.rfind('/') + 1);
}

/// {"id":"…"} of a successful upload.
std::optional<std::string> uploaded_id(const net::ClientResult& result) {
  if (!result || result->status < 200 || result->status > 299) return std::nullopt;
  const auto answer = whatsapp::parse_json(result->body, {});
  const boost::json::object* object = answer ? answer->if_object() : nullptr;
  if (object == nullptr) return std::nullopt;
  const std::string_view id = whatsapp::text_of(*object, "id");
  if (id.empty() || !whatsapp::kOpaqueId.accepts(id)) return std::nullopt;
  return std::string{id};
}

}  // namespace

Result<std::unique_ptr<Media>> Media::make(const MediaParts& parts) {
  auto url = net::parse_url(parts.config.graph_url);
  if (!url) return std::unexpected(url.error());
  return std::make_unique<Media>(parts, std::move(*url));
}

Media::Media(MediaParts parts, net::Url graph)
    : parts_(parts),
      graph_(std::move(graph)),
      rules_(source_rules(parts_.config)),
      slots_(parts_.loop, parts_.config.media_in_flight) {
  if (graph_.target == "/") graph_.target.clear();
}

bool Media::Wanted::is_lost(const KnownMedia& media) const {
  return std::ranges::find(lost, media.id) != lost.end();
}

bool Media::may_be_lost(const KnownMedia& media) const {
  return !media.replaced || parts_.loop.wall_now() - media.uploaded > kReplacedAgainAfter;
}

Task<std::expected<SuppliedMedia, MediaFailure>> Media::supply(const config::SenderEntry& sender,
                                                               boost::json::object& payload,
                                                               Deadline deadline, const SuppliedMedia* lost) {
  const std::vector<MediaPlace> places = media_places(payload);
  std::vector<Promise> promises;
  std::vector<crypto::Fingerprint> keys;
  for (const MediaPlace& place : places) {
    const auto key = parts_.fingerprints.of(
        crypto::Domain::kMediaUrl,
        {sender.id.str(), whatsapp::name(place.kind), place.voice ? "voice" : "", place.url});
    const std::string_view name = place.file_name.empty() ? file_name_of(place.url) : place.file_name;
    keys.push_back(key);
    promises.push_back(
        request({sender.id, sender.partition, sender.token->clone(), key, std::string{place.url},
                 std::string{name}, place.kind, place.voice, ids_of(lost)}));
  }
  const auto timer = parts_.loop.call_at(deadline.at, [promises] {
    for (const Promise& promise : promises) {
      promise.set(under_way());
    }
  });
  SuppliedMedia supplied;
  std::optional<MediaFailure> failure;
  for (std::size_t i = 0; i < places.size(); ++i) {
    const Outcome outcome = co_await promises[i];
    if (outcome) {
      put_media_id(places[i], outcome->id);
      supplied.files.push_back({keys[i], outcome->id});
      supplied.may_be_lost = supplied.may_be_lost || outcome->may_be_lost;
    } else if (!failure || outcome.error().lasts == MediaFailure::Lasts::kForGood) {
      failure = outcome.error();
    }
  }
  parts_.loop.cancel(timer);
  if (failure) co_return std::unexpected(*failure);
  co_return supplied;
}

Media::Promise Media::request(Wanted wanted) {
  const Promise promise;
  if (handing_back_) {
    promise.set(under_way());
    return promise;
  }
  auto& flight = flights_[wanted.flight_key()];
  if (flight) {
    flight->waiting.push_back(promise);
    return promise;
  }
  flight = std::make_shared<Flight>(Flight{std::move(wanted), {promise}});
  // In a turn of its own: the caller may have more to ask for.
  parts_.loop.post([this, started = flight] { work_.spawn(run(started)); });
  return promise;
}

Task<void> Media::run(std::shared_ptr<Flight> flight) {
  const Outcome outcome = co_await obtain(flight->wanted);
  if (!outcome) parts_.metrics.add(Counter::kMediaFailed);
  flights_.erase(flight->wanted.flight_key());
  for (const Promise& promise : flight->waiting) {
    // Resumed in turns of their own: each goes on to send its message.
    parts_.loop.post([promise, outcome] { promise.set(outcome); });
  }
}

Task<Media::Outcome> Media::obtain(const Wanted& wanted) {
  const WallTime now = parts_.loop.wall_now();
  std::optional<KnownMedia> known = co_await parts_.ids.find(wanted.partition, wanted.key, now);
  if (known && wanted.is_lost(*known)) known.reset();
  if (known && now - known->checked < parts_.config.media_url_ttl) {
    parts_.metrics.add(Counter::kMediaReused);
    co_return Obtained{known->id, may_be_lost(*known)};
  }
  const Slot slot = co_await slots_.take(Deadline{parts_.loop.now() + parts_.config.media_timeout});
  if (!slot) co_return under_way();
  co_return co_await fetch_and_upload(wanted, std::move(known));
}

Task<Media::Outcome> Media::fetch_and_upload(const Wanted& wanted, std::optional<KnownMedia> known) {
  const Deadline deadline{parts_.loop.now() + parts_.config.media_timeout};
  const auto source = co_await fetch(wanted, known ? &*known : nullptr, deadline);
  if (!source) co_return std::unexpected(source.error());
  if ((*source)->head().status == 304) co_return co_await reuse(wanted, std::move(*known));
  co_return co_await take(wanted, **source, deadline);
}

Task<std::expected<std::unique_ptr<net::Download>, MediaFailure>> Media::fetch(const Wanted& wanted,
                                                                               const KnownMedia* known,
                                                                               Deadline deadline) {
  auto place = judge_source(wanted.url, rules_);
  const std::uint64_t most =
      std::min<std::uint64_t>(whatsapp::media_limit(wanted.kind), parts_.config.media_max_bytes);
  for (int hops = 0; place; ++hops) {
    net::ClientRequest request;
    request.endpoint = place->endpoint;
    request.method = "GET";
    request.target = place->target;
    request.headers = {
        {"User-Agent", "whatsapp-connector"}, {"Accept", "*/*"}, {"Accept-Encoding", "identity"}};
    if (known != nullptr && !known->etag.empty()) request.headers.emplace_back("If-None-Match", known->etag);
    if (known != nullptr && !known->last_modified.empty()) {
      request.headers.emplace_back("If-Modified-Since", known->last_modified);
    }
    request.deadline = deadline;
    auto got = co_await parts_.transfers.download(std::move(request), fetch_rules(rules_, most));
    if (!got) co_return std::unexpected(judge_failure(got.error().error));
    const net::ClientResponse& head = (*got)->head();
    const std::string_view coding = head.header("content-encoding");
    const bool plain = coding.empty() || coding == "identity";
    if (head.status == 200 && plain) co_return std::move(*got);
    if (head.status == 304 && known != nullptr) co_return std::move(*got);
    if (!is_redirect(head.status) || hops == kMostRedirects)
      co_return std::unexpected(judge_status(head.status));
    place = judge_redirect(*place, head.header("location"), rules_);
  }
  co_return std::unexpected(place.error());
}

Task<Media::Outcome> Media::take(const Wanted& wanted, net::Download& source, Deadline deadline) {
  auto head = co_await read_head(source);
  if (!head) co_return std::unexpected(head.error());
  const auto type =
      whatsapp::recognise_media(wanted.kind, source.head().header("content-type"), wanted.file_name,
                                std::string_view{head->bytes}.substr(0, whatsapp::kMediaHeadBytes));
  if (!type || (wanted.voice && !whatsapp::may_be_voice(type->mime))) {
    co_return std::unexpected(refused_for_good(LocalError::kMediaTypeRefused));
  }
  const std::uint64_t most = std::min<std::uint64_t>(type->max_bytes, parts_.config.media_max_bytes);
  if (head->bytes.size() > most || source.length().value_or(0) > most) {
    co_return std::unexpected(refused_for_good(LocalError::kMediaTooLarge));
  }
  KnownMedia media;
  media.mime = type->mime;
  media.etag = source.head().header("etag");
  media.last_modified = source.head().header("last-modified");
  if (head->complete) {
    const auto key = content_key(parts_.fingerprints, wanted.sender, crypto::sha256(head->bytes), type->mime);
    auto same = co_await parts_.ids.find(wanted.partition, key, parts_.loop.wall_now());
    if (same && !wanted.is_lost(*same)) {
      same->etag = media.etag;
      same->last_modified = media.last_modified;
      co_return co_await reuse(wanted, std::move(*same));
    }
  }
  MediaUpload body(std::move(*head), source, *type, random_boundary(parts_.random), most);
  const MonoTime started = parts_.loop.now();
  auto id = co_await upload(wanted, body, deadline);
  if (!id) co_return std::unexpected(id.error());
  parts_.metrics.add(Counter::kMediaUploaded);
  parts_.log.log(Severity::kInfo, "media uploaded", Field{"senderId", wanted.sender},
                 Field{"bytes", body.file_bytes()},
                 Field{"latencyMs", std::chrono::duration_cast<Millis>(parts_.loop.now() - started)});
  media.id = std::move(*id);
  media.sha256 = body.digest();
  media.uploaded = media.checked = parts_.loop.wall_now();
  media.replaced = !wanted.lost.empty();
  const Obtained obtained{media.id, false};
  const auto key = content_key(parts_.fingerprints, wanted.sender, media.sha256, media.mime);
  co_await parts_.ids.keep(wanted.partition, key, media, media.uploaded);
  co_await parts_.ids.keep(wanted.partition, wanted.key, media, media.uploaded);
  co_return obtained;
}

Task<std::expected<std::string, MediaFailure>> Media::upload(const Wanted& wanted, MediaUpload& body,
                                                             Deadline deadline) {
  net::ClientRequest request;
  request.endpoint = graph_.endpoint;
  request.target =
      graph_.target + "/" + parts_.config.graph_version + "/" + std::string{wanted.sender.str()} + "/media";
  request.headers.emplace_back("Content-Type", body.content_type());
  request.headers.emplace_back("User-Agent", "whatsapp-connector");
  request.headers.emplace_back("Authorization",
                               "Bearer " + std::string{expose(wanted.token, Purpose::kAuthorization)});
  request.deadline = deadline;
  net::TransferRules rules;
  rules.idle_deadline = kUploadPatience;
  auto result = co_await parts_.transfers.upload(std::move(request), body, rules);
  if (auto id = uploaded_id(result)) co_return std::move(*id);
  if (!result && body.broken()) co_return std::unexpected(judge_failure(*body.broken()));
  MediaFailure failure;
  failure.graph = std::make_shared<const net::ClientResult>(std::move(result));
  co_return std::unexpected(std::move(failure));
}

Task<Media::Outcome> Media::reuse(const Wanted& wanted, KnownMedia known) {
  parts_.metrics.add(Counter::kMediaReused);
  known.checked = parts_.loop.wall_now();
  const Obtained obtained{known.id, may_be_lost(known)};
  co_await parts_.ids.keep(wanted.partition, wanted.key, std::move(known), parts_.loop.wall_now());
  co_return obtained;
}

void Media::hand_back() {
  handing_back_ = true;
  for (const auto& [key, flight] : flights_) {
    for (const Promise& promise : std::exchange(flight->waiting, {})) {
      parts_.loop.post([promise] { promise.set(under_way()); });
    }
  }
}

Task<void> Media::stop() {
  parts_.transfers.stop();
  co_await work_.join();
}

}  // namespace wac::outbound
