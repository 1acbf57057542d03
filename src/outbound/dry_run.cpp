// What would become of an intent. See outbound.h.

#include "outbound/outbound.h"
#include "whatsapp/advice.h"

namespace wac::outbound {
namespace {

void warn(DryRun& dry, std::string_view place, std::vector<whatsapp::Violation> warnings) {
  for (whatsapp::Violation& one : warnings) {
    dry.warnings.push_back({std::string{place} + one.pointer, std::move(one.rule)});
  }
}

}  // namespace

Task<DryRun> Outbound::dry_run(Intent intent, Deadline deadline) {
  DryRun dry;
  const config::SenderRef sender = parts_.directory.sender_of(intent.tenant, intent.sender);
  auto content = read_content(intent.content);
  if (sender == nullptr || !content) co_return dry;
  warn(dry, "/payload", whatsapp::advise(content->payload));
  if (intent.type == MessageType::kTemplate)
    co_await dry_run_template(*sender, *content, "/payload", deadline, &dry);
  if (!content->fallback) co_return dry;
  use_fallback(*content);
  warn(dry, "/fallback", whatsapp::advise(content->payload));
  co_await dry_run_template(*sender, *content, "/fallback", deadline, &dry);
  co_return dry;
}

Task<void> Outbound::dry_run_template(const config::SenderEntry& sender, const Content& content,
                                      std::string_view place, Deadline deadline, DryRun* dry) {
  TemplateVerdict verdict;
  if (parts_.templates != nullptr) verdict = co_await parts_.templates->look_up(sender, content, deadline);
  if (!verdict.known) {
    warn(*dry, place,
         {{"/template", "is not held against its definition: the account's templates are not known here"}});
  }
  if (!verdict.fault) co_return;
  dry->fault = std::move(verdict.fault);
  dry->place = place;
}

}  // namespace wac::outbound
