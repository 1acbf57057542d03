#include "outbound/graph.h"

#include "base/expose.h"

namespace wac::outbound {
namespace {

std::string joined(std::initializer_list<std::string_view> parts) {
  std::size_t size = 0;
  for (const std::string_view part : parts) size += part.size();
  std::string text;
  text.reserve(size);
  for (const std::string_view part : parts) text += part;
  return text;
}

class HttpGraph final : public Graph {
 public:
  HttpGraph(net::Url base, std::string_view version, net::HttpClient& client)
      : endpoint_(std::move(base.endpoint)),
        path_(joined({base.target == "/" ? "" : base.target, "/", version, "/"})),
        client_(client) {}

  Task<net::ClientResult> send(const config::SenderEntry& sender, PersonalText body,
                               Deadline deadline) override {
    net::ClientRequest request;
    request.endpoint = endpoint_;
    request.target = joined({path_, sender.id.str(), "/messages"});
    request.headers.reserve(3);
    request.headers.emplace_back("Content-Type", "application/json");
    request.headers.emplace_back("User-Agent", "whatsapp-connector");
    request.headers.emplace_back("Authorization",
                                 joined({"Bearer ", expose(*sender.token, Purpose::kAuthorization)}));
    request.body = expose(body, Purpose::kGraphRequest);
    request.deadline = deadline;
    co_return co_await client_.send(std::move(request));
  }

 private:
  net::Endpoint endpoint_;
  std::string path_;  ///< what stands before a sender's id
  net::HttpClient& client_;
};

}  // namespace

Result<std::unique_ptr<Graph>> make_graph(const config::Config& config, net::HttpClient& client) {
  auto url = net::parse_url(config.graph_url);
  if (!url) return std::unexpected(url.error());
  return std::make_unique<HttpGraph>(std::move(*url), config.graph_version, client);
}

}  // namespace wac::outbound
