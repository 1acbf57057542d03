#include "config/setting_kinds.h"

namespace wac::config {

Setting text(const char* name, std::string Config::* field, const char* rule, bool (*check)(std::string_view),
             const char* meaning) {
  Setting setting;
  setting.name = name;
  setting.rule = rule;
  setting.meaning = meaning;
  setting.apply = [field, check](Draft& draft, const Secret& value) {
    if (!check(text_of(value))) return false;
    draft.config.*field = text_of(value);
    return true;
  };
  setting.show = [field](const Config& config) { return config.*field; };
  setting.fallback = setting.show(Config{});
  return setting;
}

Setting secret(const char* name, std::size_t min, const char* meaning, void (*take)(Draft&, Secret),
               bool (*is_set)(const Config&)) {
  Setting setting;
  setting.name = name;
  setting.secrecy = Secrecy::kSecret;
  setting.rule = "at least " + std::to_string(min) + " visible ASCII characters without spaces";
  setting.meaning = meaning;
  setting.apply = [min, take](Draft& draft, const Secret& value) {
    if (!is_token(text_of(value), min)) return false;
    take(draft, value.clone());
    return true;
  };
  setting.show = [is_set](const Config& config) { return std::string{is_set(config) ? "set" : ""}; };
  return setting;
}

Setting with_default(Setting setting, const char* fallback) {
  setting.fallback = fallback;
  return setting;
}

Setting watched(Setting setting) {
  setting.watched = true;
  return setting;
}

}  // namespace wac::config
