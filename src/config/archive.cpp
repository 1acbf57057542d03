#include "config/archive.h"

#include "config/consumers.h"
#include "config/load_steps.h"
#include "config/pubsub.h"

#include <algorithm>

namespace wac::config {
namespace {

using Kind = ArchiveConfig::Kind;

constexpr std::string_view kFile = "file://";
constexpr std::string_view kBucket = "gs://";
constexpr std::size_t kMostPath = 1'024;
constexpr std::size_t kMostPrefix = 512;

bool is_word_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

/// Names of a path: none empty, none that leads upwards.
bool are_names(std::string_view path) {
  while (!path.empty()) {
    const std::string_view name = path.substr(0, path.find('/'));
    if (name.empty() || name == "." || name == "..") return false;
    path.remove_prefix(std::min(path.size(), name.size() + 1));
  }
  return true;
}

bool is_folder(std::string_view path) {
  return path.size() > 1 && path.size() <= kMostPath && path[0] == '/' && are_names(path.substr(1)) &&
         std::ranges::none_of(path, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

bool is_bucket(std::string_view name) {
  return name.size() >= 3 && name.size() <= 222 && name[0] != '-' && name[0] != '.' &&
         std::ranges::all_of(name, is_word_char);
}

bool is_prefix(std::string_view prefix) {
  return prefix.size() <= kMostPrefix && are_names(prefix) && std::ranges::all_of(prefix, [](char c) {
           return is_word_char(c) || (c >= 'A' && c <= 'Z') || c == '/';
         });
}

std::string_view without_slash(std::string_view text) {
  if (text.size() > 1 && text.ends_with('/')) text.remove_suffix(1);
  return text;
}

/// One that gets every event which may speak of a file.
ConsumerConfig archiver_of(const Config& config) {
  ConsumerConfig consumer;
  consumer.id = media_archive_id();
  consumer.kind = ConsumerKind::kMediaArchive;
  for (const char* type : {"image", "audio", "video", "document", "sticker", "edit"}) {
    consumer.types.push_back(std::string{"whatsapp.message.received."} + type);
  }
  // What the business sent from its phone.
  consumer.types.emplace_back("whatsapp.account.smb_message_echoes");
  consumer.types.emplace_back("whatsapp.account.message_echoes");
  consumer.timeout = config.media_timeout;
  consumer.parallel = config.media_in_flight;
  return consumer;
}

}  // namespace

std::string ArchiveConfig::place() const {
  switch (kind) {
    case Kind::kNone:
      return {};
    case Kind::kFolder:
      return std::string{kFile} + folder;
    case Kind::kBucket:
      return std::string{kBucket} + bucket + (prefix.empty() ? "" : "/" + prefix);
  }
  return {};
}

std::optional<ArchiveConfig> parse_archive_place(std::string_view text) {
  ArchiveConfig place;
  if (text.starts_with(kFile)) {
    place.kind = Kind::kFolder;
    place.folder = without_slash(text.substr(kFile.size()));
    return is_folder(place.folder) ? std::optional{place} : std::nullopt;
  }
  if (!text.starts_with(kBucket)) return std::nullopt;
  place.kind = Kind::kBucket;
  text.remove_prefix(kBucket.size());
  place.bucket = text.substr(0, text.find('/'));
  text.remove_prefix(std::min(text.size(), place.bucket.size() + 1));
  place.prefix = without_slash(text);
  return is_bucket(place.bucket) && is_prefix(place.prefix) ? std::optional{place} : std::nullopt;
}

ConsumerId media_archive_id() {
  return ConsumerId::parse("media-archive").value();
}

void add_archive(Draft& draft, Problems& problems) {
  Config& config = draft.config;
  const ArchiveConfig& archive = config.archive;
  const bool plain = config.environment == Environment::kDevelopment || !draft.environment_known;
  if (!is_google_endpoint(archive.endpoint, plain)) {
    problems.add("GCS_ENDPOINT", "set it to https://host[:port]");
  }
  if (archive.kind == Kind::kBucket && archive.retention > Millis{0}) {
    problems.add("MEDIA_ARCHIVE_RETENTION_MS",
                 "unset it: give the bucket a lifecycle rule that deletes objects by age");
  }
  if (!archive.on()) return;
  for (TenantConfig& tenant : config.tenants) {
    if (tenant.archives_media) tenant.consumers.push_back(archiver_of(config));
  }
}

}  // namespace wac::config
