#include "sandbox/media_rules.h"

#include <algorithm>
#include <array>

namespace wac::sandbox {
namespace {

namespace json = boost::json;

constexpr std::uint64_t kKiB = 1024;
constexpr std::uint64_t kMiB = 1024 * kKiB;

struct Type {
  std::string_view mime;
  std::uint64_t most;
};

constexpr std::array kTypes = {
    Type{"audio/aac", 16 * kMiB},
    Type{"audio/amr", 16 * kMiB},
    Type{"audio/mpeg", 16 * kMiB},
    Type{"audio/mp4", 16 * kMiB},
    // "The base audio/ogg type is not supported": the codec must be named.
    Type{"audio/ogg; codecs=opus", 16 * kMiB},
    Type{"image/jpeg", 5 * kMiB},
    Type{"image/png", 5 * kMiB},
    // The larger of static (100 KB) and animated (500 KB): which one it is shows only when it is sent.
    Type{"image/webp", 500 * kKiB},
    Type{"video/mp4", 16 * kMiB},
    Type{"video/3gpp", 16 * kMiB},
    Type{"text/plain", kMostMediaBytes},
    Type{"application/pdf", kMostMediaBytes},
    Type{"application/msword", kMostMediaBytes},
    Type{"application/vnd.ms-excel", kMostMediaBytes},
    Type{"application/vnd.ms-powerpoint", kMostMediaBytes},
    Type{"application/vnd.openxmlformats-officedocument.wordprocessingml.document", kMostMediaBytes},
    Type{"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", kMostMediaBytes},
    Type{"application/vnd.openxmlformats-officedocument.presentationml.presentation", kMostMediaBytes},
};

constexpr std::array<std::string_view, 6> kMediaMembers = {"image",    "audio",   "video",
                                                           "document", "sticker", "gif"};

void collect(const json::value& value, bool is_media, std::vector<std::string>& out) {
  if (const json::array* const array = value.if_array()) {
    for (const json::value& item : *array) collect(item, is_media, out);
  }
  const json::object* const object = value.if_object();
  if (object == nullptr) return;
  const json::value* const id = object->if_contains("id");
  if (is_media && id != nullptr && id->is_string()) out.emplace_back(id->get_string());
  for (const auto& member : *object) {
    const std::string_view name{member.key().data(), member.key().size()};
    collect(member.value(), std::ranges::find(kMediaMembers, name) != kMediaMembers.end(), out);
  }
}

}  // namespace

std::optional<std::string> form_boundary(std::string_view content_type) {
  constexpr std::string_view kForm = "multipart/form-data;";
  if (!content_type.starts_with(kForm)) return std::nullopt;
  const std::size_t at = content_type.find("boundary=");
  if (at == std::string_view::npos) return std::nullopt;
  std::string_view boundary = content_type.substr(at + 9);
  boundary = boundary.substr(0, boundary.find(';'));
  if (boundary.size() >= 2 && boundary.starts_with('"') && boundary.ends_with('"')) {
    boundary = boundary.substr(1, boundary.size() - 2);
  }
  if (boundary.empty() || boundary.size() > 70) return std::nullopt;
  return std::string{boundary};
}

std::optional<GraphError> refuse_file(std::string_view type, std::string_view part_type, std::uint64_t size) {
  const auto found = std::ranges::find(kTypes, type, &Type::mime);
  if (found == kTypes.end()) {
    return graph_error(100, "Param type must be a supported media type; got " + std::string{type} + ".");
  }
  if (part_type != type) return graph_error(100, "Param file must be of the type that param type names.");
  if (size == 0) return graph_error(131053, "Param file is empty.");
  if (size > found->most) {
    return graph_error(131053, "Param file is too large for its type: " + std::to_string(size) + " bytes.");
  }
  return std::nullopt;
}

std::vector<std::string> media_ids_of(const json::value& body) {
  std::vector<std::string> ids;
  collect(body, false, ids);
  return ids;
}

}  // namespace wac::sandbox
