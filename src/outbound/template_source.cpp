#include "outbound/template_source.h"

#include "base/encoding.h"
#include "base/expose.h"

#include <algorithm>

namespace wac::outbound {
namespace {

constexpr std::string_view kQuery =
    "/message_templates?fields=name,status,category,language,components,parameter_format&limit=100";

class GraphTemplates final : public TemplateSource {
 public:
  GraphTemplates(net::Url base, std::string version, net::HttpClient& client)
      : base_(std::move(base)), version_(std::move(version)), client_(client) {
    if (base_.target == "/") base_.target.clear();
  }

  Task<net::ClientResult> page(const std::string& account, const Secret& token, const std::string& after,
                               Deadline deadline) override {
    net::ClientRequest request;
    request.endpoint = base_.endpoint;
    request.method = "GET";
    request.target = base_.target + "/" + version_ + "/" + account + std::string{kQuery};
    if (!after.empty()) request.target += "&after=" + percent_encoded(after);
    request.headers.emplace_back("Accept", "application/json");
    request.headers.emplace_back("User-Agent", "whatsapp-connector");
    request.headers.emplace_back("Authorization",
                                 "Bearer " + std::string{expose(token, Purpose::kAuthorization)});
    request.deadline = deadline;
    co_return co_await client_.send(std::move(request));
  }

 private:
  net::Url base_;
  std::string version_;
  net::HttpClient& client_;
};

}  // namespace

Result<std::unique_ptr<TemplateSource>> make_template_source(const config::Config& config,
                                                             net::HttpClient& client) {
  auto url = net::parse_url(config.graph_url);
  if (!url) return std::unexpected(url.error());
  return std::make_unique<GraphTemplates>(std::move(*url), config.graph_version, client);
}

}  // namespace wac::outbound
