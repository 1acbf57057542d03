#pragma once
// A small Cloud Storage for one test, which holds its callers to what the real one holds them to: the token,
// preconditions, generations and ranges. The form of the API is that of Google's documentation of
// objects.insert and objects.get (JSON API v1). It plays the metadata server as well. For programs that link
// net.

#include "net/http_server.h"

#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace wac::testing {

inline net::HttpResponse storage_answer(int status, std::string body = "{}") {
  net::HttpResponse response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

inline Task<void> write_text(net::BodyWriter& out, std::string text, std::size_t cut) {
  const bool written = co_await out.write(std::string_view{text}.substr(0, cut));
  if (written && cut < text.size()) out.give_up();
}

class FakeCloudStorage final : public net::HttpHandler {
 public:
  struct Object {
    std::string content;
    std::uint64_t generation = 0;
  };
  std::mutex mutex;
  std::map<std::string, Object> objects;
  std::string valid_token = "token-1";
  std::size_t unauthorized = 0;
  /// The next answers, whatever is asked.
  std::vector<int> failures;
  std::size_t cut_downloads_at = SIZE_MAX;
  bool ignores_ranges = false;

  std::size_t body_limit(net::Method, std::string_view) const override { return 4U << 20U; }
  Task<net::HttpResponse> handle(const net::HttpRequest& request) override {
    const std::scoped_lock lock(mutex);
    if (!failures.empty()) {
      const int status = failures.front();
      failures.erase(failures.begin());
      co_return storage_answer(status);
    }
    if (request.path == "/computeMetadata/v1/instance/service-accounts/default/token") {
      if (request.header("metadata-flavor") != "Google") co_return storage_answer(403);
      co_return storage_answer(
          200, R"({"access_token":")" + valid_token + R"(","expires_in":3599,"token_type":"Bearer"})");
    }
    if (request.header("authorization") != "Bearer " + valid_token) {
      ++unauthorized;
      co_return storage_answer(401);
    }
    if (request.method == net::Method::kPost && request.path == "/upload/storage/v1/b/my-bucket/o") {
      co_return insert(request);
    }
    constexpr std::string_view kObjects = "/storage/v1/b/my-bucket/o/";
    if (request.method == net::Method::kGet && request.path.starts_with(kObjects)) {
      co_return get(request, request.path.substr(kObjects.size()));
    }
    co_return storage_answer(404);
  }

 private:
  static std::string parameter(const net::HttpRequest& request, std::string_view name) {
    std::string value;
    return net::query_parameter(request.query, name, value) ? value : std::string{};
  }

  net::HttpResponse insert(const net::HttpRequest& request) {
    const std::string name = parameter(request, "name");
    if (parameter(request, "uploadType") != "media" || name.empty()) return storage_answer(400);
    const bool must_be_new = parameter(request, "ifGenerationMatch") == "0";
    if (must_be_new && objects.contains(name)) return storage_answer(412);
    objects[name] = {std::string{request.body}, ++generations_};
    return storage_answer(200, R"({"generation":")" + std::to_string(generations_) + R"("})");
  }

  net::HttpResponse get(const net::HttpRequest& request, std::string_view encoded) {
    std::string name;
    if (encoded.find('/') != std::string_view::npos || !net::percent_decode(encoded, name))
      return storage_answer(404);
    const auto found = objects.find(name);
    if (found == objects.end()) return storage_answer(404);
    const Object& object = found->second;
    if (parameter(request, "alt") != "media") {
      return storage_answer(200, R"({"size":")" + std::to_string(object.content.size()) +
                                     R"(","generation":")" + std::to_string(object.generation) + R"("})");
    }
    if (parameter(request, "generation") != std::to_string(object.generation)) return storage_answer(404);
    const std::string range{request.header("range")};
    const std::size_t dash = range.find('-');
    if (!range.starts_with("bytes=") || dash == std::string::npos) return storage_answer(400);
    const std::size_t from = std::stoul(range.substr(6));
    const std::size_t to = std::stoul(range.substr(dash + 1));
    if (from >= object.content.size()) return storage_answer(416);
    net::HttpResponse response = storage_answer(ignores_ranges ? 200 : 206);
    std::string text = ignores_ranges ? object.content : object.content.substr(from, to - from + 1);
    response.stream = [text = std::move(text), cut = cut_downloads_at](net::BodyWriter& out) {
      return write_text(out, text, cut);
    };
    return response;
  }

  std::uint64_t generations_ = 1'000;
};

}  // namespace wac::testing
