#pragma once
// Media as Meta keeps it: upload, look up, download, delete, and the refusal of messages whose media is not
// there. Stands before GraphApi and leaves it every request that is not its own.
//
//   POST /_sandbox/media/expire   all files are gone, as after 30 days; {"expired":N}

#include "base/random.h"
#include "net/http_message.h"
#include "sandbox/config.h"
#include "sandbox/media_form.h"
#include "sandbox/media_rules.h"

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

namespace wac::sandbox {

/// Belongs to one loop. `config` and `ids` outlive it.
class MediaApi {
 public:
  /// Files kept; beyond it the oldest is forgotten, as if it had expired.
  static constexpr std::size_t kMostFiles = 1'000;

  MediaApi(const SandboxConfig& config, Random& ids) : config_(config), ids_(ids) {}

  static bool is_upload(net::Method method, std::string_view path);

  /// Nothing: the request is somebody else's, also when its token is wrong.
  std::optional<net::HttpResponse> handle(const net::HttpRequest& request);

  /// A file a user sends: kept like an upload, of any type. Returns its id.
  std::string put(std::string_view sender, std::string type, std::string_view bytes);
  /// A file without a token, for the phone page; nothing when unknown.
  std::optional<net::HttpResponse> show(const net::HttpRequest& request, const std::string& id) const;

 private:
  struct Media {
    std::string sender;
    std::string type;
    std::string sha256;  ///< hex
    std::shared_ptr<TempFile> file;
  };

  net::HttpResponse expire();
  net::HttpResponse upload(const net::HttpRequest& request, std::string_view sender);
  std::optional<GraphError> check(const net::HttpRequest& request, const MediaForm& form) const;
  net::HttpResponse describe(const net::HttpRequest& request, const std::string& id,
                             const Media& media) const;
  net::HttpResponse download(const net::HttpRequest& request, const Media& media) const;
  std::optional<net::HttpResponse> refuse_message(const net::HttpRequest& request, std::string_view sender);
  net::HttpResponse error(const GraphError& error);
  std::string new_id();
  void remember(const std::string& id, Media media);
  bool authorized(const net::HttpRequest& request) const;
  const Media* find(const std::string& id) const;

  const SandboxConfig& config_;
  Random& ids_;
  std::unordered_map<std::string, Media> media_;
  std::deque<std::string> order_;
};

}  // namespace wac::sandbox
