#include "outbound/graph.h"

#include "base/expose.h"

namespace wac::outbound {
namespace {

class HttpGraph final : public Graph {
 public:
  HttpGraph(net::Url base, std::string version, net::HttpClient& client)
      : base_(std::move(base)), version_(std::move(version)), client_(client) {
    if (base_.target == "/") base_.target.clear();
  }

  Task<net::ClientResult> send(const config::SenderEntry& sender, PersonalText body,
                               Deadline deadline) override {
    net::ClientRequest request;
    request.endpoint = base_.endpoint;
    request.target = base_.target + "/" + version_ + "/" + std::string{sender.id.str()} + "/messages";
    request.headers.emplace_back("Content-Type", "application/json");
    request.headers.emplace_back("User-Agent", "whatsapp-connector");
    request.headers.emplace_back("Authorization",
                                 "Bearer " + std::string{expose(*sender.token, Purpose::kAuthorization)});
    request.body = expose(body, Purpose::kGraphRequest);
    request.deadline = deadline;
    co_return co_await client_.send(std::move(request));
  }

 private:
  net::Url base_;
  std::string version_;
  net::HttpClient& client_;
};

}  // namespace

Result<std::unique_ptr<Graph>> make_graph(const config::Config& config, net::HttpClient& client) {
  auto url = net::parse_url(config.graph_url);
  if (!url) return std::unexpected(url.error());
  return std::make_unique<HttpGraph>(std::move(*url), config.graph_version, client);
}

}  // namespace wac::outbound
