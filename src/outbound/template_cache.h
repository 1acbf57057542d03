#pragma once
// The templates of every WhatsApp Business Account that has sent one, as Graph last listed them. Shared by
// all loops; memory is bounded by dropping the accounts that were not asked about for longest.

#include "base/time.h"
#include "whatsapp/template_definition.h"

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace wac::outbound {

/// Thread-safe.
class TemplateCache {
 public:
  /// An account is not listed more often, however often its templates change: Graph limits such calls.
  static constexpr Millis kLeastBetween{5'000};

  /// `max_templates`: of all accounts together.
  explicit TemplateCache(std::size_t max_templates = 200'000) : max_templates_(max_templates) {}

  struct Known {
    std::shared_ptr<const whatsapp::TemplateCatalogue> templates;  ///< null: not listed yet
    MonoTime asked;        ///< when that listing was asked for; the clock's minimum after invalidate()
    bool failing = false;  ///< the last try failed, the next one is not due yet
  };
  Known known(const std::string& account, MonoTime now);

  /// Whether the caller is to list the account now: nobody else does, and what is known is older than
  /// `wanted`. Who gets true calls store() or give_up(), whatever happens.
  bool claim(const std::string& account, MonoTime wanted, MonoTime now);
  void store(const std::string& account, std::shared_ptr<const whatsapp::TemplateCatalogue> templates,
             MonoTime asked);
  /// What was known is kept; no new try before `retry_at`.
  void give_up(const std::string& account, MonoTime retry_at);

  /// Something about the account's templates has changed: what is known serves until it is listed anew.
  void invalidate(std::string_view account);

 private:
  struct Entry {
    std::shared_ptr<const whatsapp::TemplateCatalogue> templates;
    MonoTime asked;
    MonoTime used;
    MonoTime retry_at;
    MonoTime not_before;
    bool claimed = false;
    bool changed = false;  ///< invalidated since it was claimed
  };
  void make_room(const std::string& keep);

  std::size_t max_templates_;
  std::mutex mutex_;
  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace wac::outbound
