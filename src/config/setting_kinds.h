#pragma once
// The recurring kinds of settings.

#include "base/expose.h"
#include "config/settings.h"
#include "config/values.h"

#include <algorithm>
#include <concepts>
#include <type_traits>
#include <utility>

namespace wac::config {

inline std::string_view text_of(const Secret& value) {
  return expose(value, Purpose::kValidate);
}

/// A number, or a time in milliseconds. `field`: from a Config (const or not) to the member it sets.
template <class Access>
Setting number_at(const char* name, Access field, std::int64_t min, std::int64_t max, const char* meaning) {
  using T = std::remove_reference_t<decltype(field(std::declval<Config&>()))>;
  constexpr bool kIsTime = std::same_as<T, Millis>;
  Setting setting;
  setting.name = name;
  setting.rule = std::string{"a number "} + (kIsTime ? "of milliseconds " : "") + "from " +
                 std::to_string(min) + " to " + std::to_string(max);
  setting.meaning = meaning;
  setting.apply = [field, min, max](Draft& draft, const Secret& value) {
    const auto parsed = number_within<std::int64_t>(text_of(value), min, max);
    if (parsed) field(draft.config) = static_cast<T>(*parsed);
    return parsed.has_value();
  };
  setting.show = [field](const Config& config) {
    if constexpr (kIsTime) {
      return std::to_string(field(config).count());
    } else {
      return std::to_string(field(config));
    }
  };
  setting.fallback = setting.show(Config{});
  return setting;
}

template <class T>
Setting number(const char* name, T Config::* field, std::int64_t min, std::int64_t max, const char* meaning) {
  return number_at(name, [field](auto& config) -> auto& { return config.*field; }, min, max, meaning);
}

/// A number of Config::limits.
template <class T>
Setting limit(const char* name, T Limits::* field, std::int64_t min, std::int64_t max, const char* meaning) {
  return number_at(name, [field](auto& config) -> auto& { return config.limits.*field; }, min, max, meaning);
}

/// One of a few words.
template <class T>
Setting choice(const char* name, std::vector<std::pair<const char*, T>> words, const char* meaning,
               void (*take)(Draft&, T), std::string (*show)(const Config&)) {
  Setting setting;
  setting.name = name;
  setting.rule = "one of: ";
  for (const auto& [word, value] : words)
    setting.rule += std::string{setting.rule.back() == ' ' ? "" : ", "} + word;
  setting.meaning = meaning;
  setting.apply = [words, take](Draft& draft, const Secret& value) {
    const auto found = std::ranges::find(words, text_of(value),
                                         [](const auto& word) { return std::string_view{word.first}; });
    if (found == words.end()) return false;
    take(draft, found->second);
    return true;
  };
  setting.show = show;
  setting.fallback = setting.show(Config{});
  return setting;
}

Setting text(const char* name, std::string Config::* field, const char* rule, bool (*check)(std::string_view),
             const char* meaning);

/// A secret of at least `min` visible characters.
Setting secret(const char* name, std::size_t min, const char* meaning, void (*take)(Draft&, Secret),
               bool (*is_set)(const Config&));

Setting with_default(Setting setting, const char* fallback);
Setting watched(Setting setting);

// Settings with a form of their own.
Setting api_key_hashes();
Setting keyring();
Setting redis_url();
Setting sender_id();
Setting waba_id();
Setting tenant_id();
/// Of consumers, with the rules of delivery.
void append_consumer_settings(std::vector<Setting>& table);

/// Of Google's APIs and Pub/Sub.
void append_google_settings(std::vector<Setting>& table);
/// Of groups of readers.
void append_group_settings(std::vector<Setting>& table);

/// Of the archive of media.
void append_archive_settings(std::vector<Setting>& table);

/// What `mediaUrl` may lead to, and at what cost.
void append_media_settings(std::vector<Setting>& table);

/// The one the variables describe; null when they describe none.
const SenderConfig* first_sender(const Config& config);

}  // namespace wac::config
