#include "config/reloader.h"

#include "base/expose.h"
#include "config/settings.h"

#include <algorithm>

namespace wac::config {
namespace {

bool is_changed(const WatchedFile& file) {
  return stamp_of(file.path) != file.stamp;
}

}  // namespace

Variables remember(Variables variables, const std::vector<std::string>& more) {
  const auto kept = std::make_shared<std::map<std::string, std::optional<Secret>>>();
  const auto keep = [&](const std::string& name) {
    auto text = variables(name);
    (*kept)[name] = text ? std::optional<Secret>{Secret{std::move(*text)}} : std::nullopt;
  };
  for (const Setting& setting : all_settings()) {
    for (const std::string& name : {setting.name, setting.alias}) {
      if (name.empty()) continue;
      keep(name);
      keep(name + "_FILE");
    }
  }
  for (const std::string& name : more) keep(name);
  return [kept, variables = std::move(variables)](const std::string& name) -> std::optional<std::string> {
    const auto found = kept->find(name);
    if (found == kept->end()) return variables(name);
    if (!found->second) return std::nullopt;
    return std::string{expose(*found->second, Purpose::kValidate)};
  };
}

Reloader::Reloader(Variables variables, std::vector<WatchedFile> files)
    : variables_(std::move(variables)), files_(std::move(files)) {}

bool Reloader::changed() {
  const std::size_t count = std::min(files_.size(), kFilesPerLook);
  for (std::size_t i = 0; i < count; ++i) {
    if (is_changed(files_[next_++ % files_.size()])) return true;
  }
  // Few files and whole rounds: the order does not matter. Many: the one a person edits is not to wait.
  return files_.size() > count &&
         std::ranges::any_of(files_, [](const WatchedFile& file) { return file.main && is_changed(file); });
}

LoadResult Reloader::load() {
  LoadResult result = config::load(variables_);
  files_ = result.files;
  next_ = 0;
  return result;
}

}  // namespace wac::config
