#pragma once
// The whole sandbox behind one HTTP handler: the Graph API, the control API and the webhooks they cause.

#include "base/random.h"
#include "net/http_client.h"
#include "net/http_server.h"
#include "sandbox/backend.h"
#include "sandbox/config.h"
#include "sandbox/control_api.h"
#include "sandbox/faults.h"
#include "sandbox/graph_api.h"
#include "sandbox/ledger.h"
#include "sandbox/limits.h"
#include "sandbox/management_api.h"
#include "sandbox/media_api.h"
#include "sandbox/phone_api.h"
#include "sandbox/template_control.h"
#include "sandbox/templates.h"
#include "sandbox/transcript.h"
#include "sandbox/users.h"
#include "sandbox/webhook_client.h"
#include "sandbox/webhook_queue.h"

#include <list>
#include <memory>
#include <optional>
#include <string>

namespace wac::sandbox {

/// Belongs to one loop. stop() before destroying it; serve no request after stop().
class Sandbox final : public net::HttpHandler {
 public:
  /// What the sandbox is built on; all of it outlives the sandbox. `chance` decides faults, duplicates and
  /// disorder and may be seeded; `ids` may not.
  struct Parts {
    Scheduler& scheduler;
    net::HttpClient& client;
    Random& chance;
    Random& ids;
  };
  Sandbox(SandboxConfig config, TemplateCatalogue templates, std::optional<net::Url> webhook_url,
          Parts parts);
  ~Sandbox() override;

  Ledger& ledger() { return ledger_; }
  Faults& faults() { return faults_; }

  std::size_t body_limit(net::Method method, std::string_view path) const override;
  std::unique_ptr<net::BodySink> body_sink(net::Method method, std::string_view path) const override;
  Task<net::HttpResponse> handle(const net::HttpRequest& request) override;

  /// Ends waits for delayed answers and stops webhooks; completes when none is in flight.
  Task<void> stop();

 private:
  Task<Reply> verify(const net::HttpRequest& request);
  Task<void> wait(Millis delay);
  static WebhookQueue::Hooks hooks(Sandbox& self);

  SandboxConfig config_;
  TemplateCatalogue templates_;
  Scheduler& scheduler_;
  Ledger ledger_;
  Faults faults_;
  WebhookClient webhook_client_;
  WebhookQueue queue_;
  Limits limits_;
  Users users_;
  Transcript transcript_;
  Backend backend_;
  ManagementApi management_;
  GraphApi graph_;
  MediaApi media_;
  TemplateControl template_control_;
  ControlApi control_;
  PhoneApi phone_;
  /// Answers that are being delayed.
  std::list<OneShot<bool>> waits_;
  bool stopping_ = false;
};

}  // namespace wac::sandbox
