#include "outbound/templates.h"

#include "whatsapp/json_text.h"

namespace wac::outbound {
namespace {

using telemetry::Field;
using telemetry::Severity;
using whatsapp::TemplateFault;

/// How often somebody else's listing is looked for.
constexpr Millis kLook{20};

std::optional<TemplateFault> judge_by(const whatsapp::TemplateCatalogue& templates, const Content& content) {
  auto kind = whatsapp::RecipientKind::kPhone;
  if (content.recipient && content.recipient->is_group()) kind = whatsapp::RecipientKind::kGroup;
  if (content.recipient && !content.recipient->is_group() && !content.recipient->is_phone())
    kind = whatsapp::RecipientKind::kUserId;
  return whatsapp::check_template(content.payload, kind, templates);
}

}  // namespace

Task<std::optional<TemplateFault>> Templates::check(const config::SenderEntry& sender, const Content& content,
                                                    Deadline patience) {
  if (sender.waba_id.empty() || !is_template(content)) co_return std::nullopt;
  const MonoTime now = loop_.now();
  const auto known = cache_.known(sender.waba_id, now);
  refresh(sender, now - rules_.refresh);
  if (!known.templates) co_return std::nullopt;
  auto fault = judge_by(*known.templates, content);
  if (!fault || known.asked >= now - rules_.trusted) co_return fault;
  const auto newer = co_await newer_than(sender, known.asked, patience);
  if (newer.templates && newer.asked > known.asked) co_return judge_by(*newer.templates, content);
  // Graph does not say. An old listing is not enough to fail a message for good: Meta may judge it.
  if (known.asked < now - rules_.refresh) co_return std::nullopt;
  co_return fault;
}

Task<TemplateVerdict> Templates::look_up(const config::SenderEntry& sender, const Content& content,
                                         Deadline patience) {
  if (sender.waba_id.empty() || !is_template(content)) co_return TemplateVerdict{};
  auto known = cache_.known(sender.waba_id, loop_.now());
  if (!known.templates) known = co_await newer_than(sender, MonoTime{}, patience);
  if (!known.templates) co_return TemplateVerdict{};
  TemplateVerdict verdict;
  verdict.known = true;
  verdict.fault = co_await check(sender, content, patience);
  co_return verdict;
}

void Templates::refresh(const config::SenderEntry& sender, MonoTime wanted) {
  if (stopping_ || !cache_.claim(sender.waba_id, wanted, loop_.now())) return;
  Order order{sender.waba_id, sender.token->clone(), sender.tenant};
  work_.spawn(list_account(std::move(order)));
}

Task<TemplateCache::Known> Templates::newer_than(const config::SenderEntry& sender, MonoTime asked,
                                                 Deadline patience) {
  const std::string account = sender.waba_id;
  refresh(sender, asked + MonoTime::duration{1});
  auto known = cache_.known(account, loop_.now());
  // Another loop may be listing it: what it finds shows in the cache.
  while (!stopping_ && !known.failing && (!known.templates || known.asked <= asked) &&
         !patience.passed(loop_.now() + kLook)) {
    co_await sleep_until(loop_, loop_.now() + kLook);
    known = cache_.known(account, loop_.now());
  }
  co_return known;
}

Task<void> Templates::list_account(Order order) {
  const MonoTime asked = loop_.now();
  auto templates = co_await read_all(order);
  if (!templates) {
    cache_.give_up(order.account, loop_.now() + rules_.retry);
    co_return;
  }
  const std::size_t count = templates->size();
  cache_.store(order.account, std::move(templates), asked);
  log_.log(Severity::kInfo, "templates listed", Field{"tenantId", order.tenant}, Field{"templates", count},
           Field{"latencyMs", std::chrono::duration_cast<Millis>(loop_.now() - asked)});
}

Task<std::shared_ptr<whatsapp::TemplateCatalogue>> Templates::read_all(const Order& order) {
  auto templates = std::make_shared<whatsapp::TemplateCatalogue>();
  std::string after;
  for (std::size_t pages = 0; !stopping_; ++pages) {
    if (pages == rules_.max_pages || templates->size() >= rules_.max_templates) {
      templates->mark_incomplete();
      co_return templates;
    }
    const auto answer =
        co_await source_.page(order.account, order.token, after, Deadline{loop_.now() + rules_.page_time});
    const int status = answer ? answer->status : 0;
    auto page = status == 200 ? whatsapp::parse_template_page(answer->body) : std::nullopt;
    if (!page) {
      log_.log(Severity::kWarning, "templates could not be listed: messages are checked by what is known",
               Field{"tenantId", order.tenant}, Field{"upstreamStatus", status});
      break;
    }
    // What cannot be read may be the very template that a message names.
    if (page->odd != 0) templates->mark_incomplete();
    for (auto& one : page->templates) templates->add(std::move(one));
    if (page->after.empty()) co_return templates;
    after = std::move(page->after);
  }
  co_return std::shared_ptr<whatsapp::TemplateCatalogue>{};
}

bool Templates::is_marketing(const config::SenderEntry& sender, std::string_view name,
                             std::string_view language) {
  if (sender.waba_id.empty()) return false;
  const auto known = cache_.known(sender.waba_id, loop_.now());
  const auto* definition = known.templates ? known.templates->find(name, language) : nullptr;
  return definition != nullptr && definition->category == "MARKETING";
}

Task<void> Templates::stop() {
  stopping_ = true;
  co_await work_.join();
}

}  // namespace wac::outbound
