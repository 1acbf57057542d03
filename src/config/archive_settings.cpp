// The settings of the archive of media.

#include "config/pubsub.h"
#include "config/setting_kinds.h"

namespace wac::config {
namespace {

Setting place() {
  Setting setting;
  setting.name = "MEDIA_ARCHIVE";
  setting.fallback = "none: files are read from Meta while it has them";
  setting.rule = "file:///absolute/folder or gs://bucket/prefix";
  setting.meaning =
      "Where files that users send are kept, encrypted under KEYRING, so that `GET /v1/media` has them after "
      "Meta's 7 days.";
  setting.apply = [](Draft& draft, const Secret& value) {
    auto found = parse_archive_place(text_of(value));
    if (!found) return false;
    ArchiveConfig& archive = draft.config.archive;
    archive.kind = found->kind;
    archive.folder = std::move(found->folder);
    archive.bucket = std::move(found->bucket);
    archive.prefix = std::move(found->prefix);
    return true;
  };
  setting.show = [](const Config& config) { return config.archive.place(); };
  return setting;
}

Setting endpoint() {
  Setting setting;
  setting.name = "GCS_ENDPOINT";
  setting.rule = "https://host[:port], or http:// in development or to this host";
  setting.meaning = "Where Google Cloud Storage is. Over `http://` no credentials are sent.";
  setting.apply = [](Draft& draft, const Secret& value) {
    draft.config.archive.endpoint = text_of(value);
    // Which hosts may be spoken to in plain text depends on ENVIRONMENT: load() looks at it again.
    return is_google_endpoint(draft.config.archive.endpoint, true);
  };
  setting.show = [](const Config& config) { return config.archive.endpoint; };
  setting.fallback = setting.show(Config{});
  return setting;
}

}  // namespace

void append_archive_settings(std::vector<Setting>& table) {
  constexpr std::int64_t kTenYears = 315'360'000'000;
  constexpr std::int64_t kTera = 1'099'511'627'776;
  table.push_back(place());
  table.push_back(number_at(
      "MEDIA_ARCHIVE_RETENTION_MS", [](auto& config) -> auto& { return config.archive.retention; }, 0,
      kTenYears,
      "How long a file is kept in a folder. 0: until it is deleted. A bucket has lifecycle rules instead."));
  table.push_back(number_at(
      "MEDIA_ARCHIVE_MIN_FREE_BYTES", [](auto& config) -> auto& { return config.archive.min_free; }, 0, kTera,
      "With less free space in the folder's file system no file is added: it is tried again later. 0: no "
      "such bound."));
  table.push_back(endpoint());
}

}  // namespace wac::config
