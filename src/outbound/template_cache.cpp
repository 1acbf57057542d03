#include "outbound/template_cache.h"

#include <algorithm>

namespace wac::outbound {

TemplateCache::Known TemplateCache::known(const std::string& account, MonoTime now) {
  const std::lock_guard lock{mutex_};
  const auto found = entries_.find(account);
  if (found == entries_.end()) return {};
  Entry& entry = found->second;
  entry.used = now;
  return {entry.templates, entry.asked, now < entry.retry_at};
}

bool TemplateCache::claim(const std::string& account, MonoTime wanted, MonoTime now) {
  const std::lock_guard lock{mutex_};
  Entry& entry = entries_[account];
  const bool fresh = entry.templates != nullptr && entry.asked >= wanted;
  if (fresh || entry.claimed || now < entry.retry_at || now < entry.not_before) return false;
  entry.claimed = true;
  entry.changed = false;
  entry.used = now;
  return true;
}

void TemplateCache::store(const std::string& account,
                          std::shared_ptr<const whatsapp::TemplateCatalogue> templates, MonoTime asked) {
  const std::lock_guard lock{mutex_};
  Entry& entry = entries_[account];
  entry.templates = std::move(templates);
  entry.asked = entry.changed ? MonoTime::min() : asked;
  entry.retry_at = {};
  entry.not_before = asked + kLeastBetween;
  entry.claimed = false;
  make_room(account);
}

void TemplateCache::give_up(const std::string& account, MonoTime retry_at) {
  const std::lock_guard lock{mutex_};
  Entry& entry = entries_[account];
  entry.retry_at = retry_at;
  entry.claimed = false;
}

void TemplateCache::invalidate(std::string_view account) {
  const std::lock_guard lock{mutex_};
  const auto found = entries_.find(account);
  if (found == entries_.end()) return;
  found->second.asked = MonoTime::min();
  found->second.changed = true;
}

void TemplateCache::make_room(const std::string& keep) {
  std::size_t total = 0;
  for (const auto& [account, entry] : entries_) total += entry.templates ? entry.templates->size() : 0;
  while (total > max_templates_) {
    Entry* oldest = nullptr;
    for (auto& [account, entry] : entries_) {
      const bool candidate = entry.templates != nullptr && account != keep;
      if (candidate && (oldest == nullptr || entry.used < oldest->used)) oldest = &entry;
    }
    if (oldest == nullptr) return;
    total -= oldest->templates->size();
    oldest->templates.reset();
  }
}

}  // namespace wac::outbound
