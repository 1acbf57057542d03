#include "sandbox/media_api.h"

#include "base/encoding.h"
#include "base/expose.h"

#include <boost/json.hpp>

#include <algorithm>
#include <charconv>

namespace wac::sandbox {
namespace {

namespace json = boost::json;
using net::HttpRequest;
using net::HttpResponse;
using net::Method;

constexpr std::string_view kDownloads = "/_media/";
constexpr std::size_t kPieceBytes = 64 * 1024;

/// `/v25.0/{id}/{edge}`, `/v25.0/{id}`.
struct Path {
  std::string_view id;
  std::string_view edge;
};
std::optional<Path> parse(std::string_view path) {
  if (!path.starts_with("/v")) return std::nullopt;
  const std::size_t first = path.find('/', 1);
  if (first == std::string_view::npos) return std::nullopt;
  path.remove_prefix(first + 1);
  const std::size_t second = path.find('/');
  if (second == std::string_view::npos) return Path{path, {}};
  return Path{path.substr(0, second), path.substr(second + 1)};
}

HttpResponse json_response(const json::object& body) {
  HttpResponse response;
  response.body = json::serialize(body);
  return response;
}

/// A single range of `bytes=`, clipped to the file; nothing when absent or of another form.
struct Range {
  std::uint64_t first = 0;
  std::uint64_t end = 0;
};
std::optional<Range> range_of(std::string_view header, std::uint64_t size) {
  if (!header.starts_with("bytes=") || size == 0) return std::nullopt;
  header.remove_prefix(6);
  const std::size_t dash = header.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto number = [](std::string_view text) -> std::optional<std::uint64_t> {
    std::uint64_t value = 0;
    const char* const stop = text.data() + text.size();
    const auto [end, failure] = std::from_chars(text.data(), stop, value);
    if (failure != std::errc{} || end != stop) return std::nullopt;
    return value;
  };
  const auto first = number(header.substr(0, dash));
  const auto last = number(header.substr(dash + 1));
  if (!first) return last ? std::optional{Range{size - std::min(size, *last), size}} : std::nullopt;
  return Range{*first, last ? std::min(size, *last + 1) : size};
}

Task<void> write_file(net::BodyWriter& writer, std::shared_ptr<TempFile> file, Range range) {
  for (std::uint64_t at = range.first; at < range.end;) {
    const std::string piece = file->read(at, std::min<std::uint64_t>(kPieceBytes, range.end - at));
    const bool written = co_await writer.write(piece);
    if (!written || piece.empty()) co_return;
    at += piece.size();
  }
}

}  // namespace

bool MediaApi::is_upload(Method method, std::string_view path) {
  const auto parts = parse(path);
  return method == Method::kPost && parts && parts->edge == "media";
}

std::optional<HttpResponse> MediaApi::handle(const HttpRequest& request) {
  if (request.method == Method::kPost && request.path == "/_sandbox/media/expire") return expire();
  if (!authorized(request)) return std::nullopt;
  if (request.method == Method::kGet && request.path.starts_with(kDownloads)) {
    const Media* const media = find(std::string{request.path.substr(kDownloads.size())});
    if (media != nullptr) return download(request, *media);
    HttpResponse gone;
    gone.status = 404;
    return gone;
  }
  const auto path = parse(request.path);
  if (!path) return std::nullopt;
  const bool known = std::ranges::find(config_.phone_number_ids, path->id) != config_.phone_number_ids.end();
  if (is_upload(request.method, request.path) && known) return upload(request, path->id);
  if (request.method == Method::kPost && path->edge == "messages" && known) {
    return refuse_message(request, path->id);
  }
  const std::string id{path->id};
  const Media* const media = path->edge.empty() ? find(id) : nullptr;
  if (media == nullptr) return std::nullopt;
  std::string owner;
  if (net::query_parameter(request.query, "phone_number_id", owner) && owner != media->sender) {
    return error(unknown_object(request.method == Method::kDelete ? "delete" : "get", id));
  }
  if (request.method == Method::kGet) return describe(request, id, *media);
  if (request.method != Method::kDelete) return std::nullopt;
  media_.erase(id);
  return json_response({{"success", true}});
}

std::string MediaApi::put(std::string_view sender, std::string type, std::string_view bytes) {
  // It becomes a header.
  const bool printable = std::ranges::all_of(type, [](char c) { return c >= ' ' && c <= '~'; });
  if (!printable || type.empty()) type = "application/octet-stream";
  auto file = std::make_shared<TempFile>();
  file->append(bytes);
  const std::string id = new_id();
  remember(id, {std::string{sender}, std::move(type), to_hex(crypto::sha256(bytes)), std::move(file)});
  return id;
}

std::optional<HttpResponse> MediaApi::show(const HttpRequest& request, const std::string& id) const {
  const Media* const media = find(id);
  if (media == nullptr) return std::nullopt;
  return download(request, *media);
}

HttpResponse MediaApi::expire() {
  const std::size_t count = media_.size();
  media_.clear();
  order_.clear();
  return json_response({{"expired", count}});
}

std::optional<GraphError> MediaApi::check(const HttpRequest& request, const MediaForm& form) const {
  const auto boundary = form_boundary(request.header("Content-Type"));
  if (!boundary) return graph_error(100, "The Content-Type must be multipart/form-data with a boundary.");
  if (!form.complete(*boundary)) return graph_error(100, "The body is not a complete form of that boundary.");
  const auto& fields = form.fields();
  const auto field = [&fields](const char* name) {
    const auto found = fields.find(name);
    return found == fields.end() ? std::string{} : found->second;
  };
  for (const auto& [name, value] : fields) {
    if (name != "messaging_product" && name != "type" && name != "file" && name != "ttl_minutes") {
      return graph_error(100, "Unexpected key \"" + name + "\" on param upload.");
    }
  }
  if (field("messaging_product") != "whatsapp") {
    return graph_error(100, "Param messaging_product must be \"whatsapp\".");
  }
  if (field("type").empty()) return graph_error(131008, "Parameter type is required.");
  if (!form.file() || !fields.contains("file")) return graph_error(131008, "Parameter file is required.");
  return refuse_file(field("type"), form.file_type(), form.file()->size());
}

HttpResponse MediaApi::upload(const HttpRequest& request, std::string_view sender) {
  const auto* const form = dynamic_cast<const MediaForm*>(request.sink);
  if (form == nullptr) return error(graph_error(131008, "Parameter file is required."));
  if (const auto refusal = check(request, *form)) return error(*refusal);
  const std::string id = new_id();
  remember(id, {std::string{sender}, form->fields().at("type"), to_hex(form->file_digest()), form->file()});
  return json_response({{"id", id}});
}

void MediaApi::remember(const std::string& id, Media media) {
  media_.emplace(id, std::move(media));
  order_.push_back(id);
  if (order_.size() <= kMostFiles) return;
  media_.erase(order_.front());
  order_.pop_front();
}

HttpResponse MediaApi::describe(const HttpRequest& request, const std::string& id, const Media& media) const {
  return json_response(
      {{"messaging_product", "whatsapp"},
       {"url", "http://" + std::string{request.header("Host")} + std::string{kDownloads} + id},
       {"mime_type", media.type},
       {"sha256", media.sha256},
       {"file_size", media.file->size()},
       {"id", id}});
}

HttpResponse MediaApi::download(const HttpRequest& request, const Media& media) const {
  const std::uint64_t size = media.file->size();
  const std::string_view wanted = request.header("Range");
  const std::optional<Range> part = range_of(wanted, size);
  HttpResponse response;
  response.content_type = "";
  response.headers.emplace_back("Content-Type", media.type);
  if (part && part->first >= part->end) {
    response.status = 416;
    response.headers.emplace_back("Content-Range", "bytes */" + std::to_string(size));
    return response;
  }
  const Range range = part.value_or(Range{0, size});
  if (part) {
    response.status = 206;
    response.headers.emplace_back("Content-Range", "bytes " + std::to_string(range.first) + "-" +
                                                       std::to_string(range.end - 1) + "/" +
                                                       std::to_string(size));
  }
  response.stream = [file = media.file, range](net::BodyWriter& writer) {
    return write_file(writer, file, range);
  };
  return response;
}

std::optional<HttpResponse> MediaApi::refuse_message(const HttpRequest& request, std::string_view sender) {
  if (request.body.find("\"id\"") == std::string_view::npos) return std::nullopt;
  json::error_code failure;
  const json::value body = json::parse(request.body, failure);
  if (failure) return std::nullopt;
  for (const std::string& id : media_ids_of(body)) {
    const Media* const media = find(id);
    if (media != nullptr && media->sender == sender) continue;
    return error(
        graph_error(131053, "Media " + id + " does not exist, has expired, or belongs to another number."));
  }
  return std::nullopt;
}

HttpResponse MediaApi::error(const GraphError& error) {
  HttpResponse response;
  response.status = error.http_status;
  response.body = to_json(error, "A" + new_id());
  return response;
}

std::string MediaApi::new_id() {
  constexpr std::uint64_t kFirst = 1'000'000'000'000'000;
  return std::to_string(kFirst + ids_.below(kFirst));
}

bool MediaApi::authorized(const HttpRequest& request) const {
  constexpr std::string_view kScheme = "Bearer ";
  const std::string_view header = request.header("Authorization");
  return header.starts_with(kScheme) &&
         crypto::constant_time_equal(header.substr(kScheme.size()),
                                     expose(config_.token, Purpose::kAuthorization));
}

const MediaApi::Media* MediaApi::find(const std::string& id) const {
  const auto found = media_.find(id);
  return found == media_.end() ? nullptr : &found->second;
}

}  // namespace wac::sandbox
