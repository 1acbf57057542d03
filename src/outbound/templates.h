#pragma once
// Holds template messages against their definitions before they are sent. Costs the send path no waiting: a
// message whose definition is not known yet passes, and only one that is about to be refused waits for a
// listing newer than the one it would be refused by.

#include "base/scheduler.h"
#include "config/directory.h"
#include "outbound/content.h"
#include "outbound/template_cache.h"
#include "outbound/template_source.h"
#include "telemetry/log.h"
#include "whatsapp/template_check.h"

#include <optional>

namespace wac::outbound {

struct TemplateRules {
  Millis refresh{300'000};  ///< a listing older than this is fetched anew, in the background
  Millis trusted{10'000};   ///< a listing no older than this may refuse a message by itself
  Millis retry{30'000};     ///< after Graph failed
  Millis page_time{10'000};
  std::size_t max_templates = 10'000;  ///< of one account; what is beyond is not known
  std::size_t max_pages = 200;
};

/// What is known about one message's template.
struct TemplateVerdict {
  bool known = false;  ///< false: nothing could be judged
  std::optional<whatsapp::TemplateFault> fault;
};

/// One per loop; `cache` is shared. Everything outlives it.
class Templates {
 public:
  Templates(Scheduler& loop, TemplateCache& cache, TemplateSource& source, TemplateRules rules,
            telemetry::Logger& log)
      : loop_(loop), cache_(cache), source_(source), rules_(rules), log_(log) {}

  /// Before a send: why it must not be sent, as far as is known. `patience` bounds the wait for a newer
  /// listing.
  Task<std::optional<whatsapp::TemplateFault>> check(const config::SenderEntry& sender,
                                                     const Content& content, Deadline patience);
  /// For a dry run: waits for a listing when none is known.
  Task<TemplateVerdict> look_up(const config::SenderEntry& sender, const Content& content, Deadline patience);

  /// Whether the template is known to be of the category MARKETING. Waits for nothing.
  bool is_marketing(const config::SenderEntry& sender, std::string_view name, std::string_view language);

  /// Begins no listing any more and completes when none is running.
  Task<void> stop();

 private:
  struct Order {
    std::string account;
    Secret token;
    TenantId tenant;
  };
  /// Lists the account in the background if what is known is older than `wanted`.
  void refresh(const config::SenderEntry& sender, MonoTime wanted);
  Task<TemplateCache::Known> newer_than(const config::SenderEntry& sender, MonoTime asked, Deadline patience);
  Task<void> list_account(Order order);
  /// Null when Graph did not give a whole listing.
  Task<std::shared_ptr<whatsapp::TemplateCatalogue>> read_all(const Order& order);

  Scheduler& loop_;
  TemplateCache& cache_;
  TemplateSource& source_;
  TemplateRules rules_;
  telemetry::Logger& log_;
  bool stopping_ = false;
  TaskScope work_;
};

}  // namespace wac::outbound
