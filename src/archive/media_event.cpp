#include "archive/media_event.h"

#include "base/expose.h"
#include "outbound/media_reader.h"
#include "whatsapp/json_text.h"

#include <algorithm>

namespace wac::archive {
namespace {

namespace json = boost::json;
using whatsapp::find_object;
using whatsapp::text_of;

constexpr std::string_view kWithFiles[] = {"image", "audio", "video", "document", "sticker"};

void add_file(const json::object& message, std::vector<MediaReference>& media) {
  const std::string_view type = text_of(message, "type");
  if (std::ranges::find(kWithFiles, type) == std::end(kWithFiles)) return;
  const json::object* content = find_object(message, type);
  if (content == nullptr) return;
  const std::string_view id = text_of(*content, "id");
  if (!outbound::is_media_id(id)) return;
  media.push_back({std::string{id}, outbound::parse_sha256(text_of(*content, "sha256"))});
}

}  // namespace

std::optional<MediaEvent> read_media_event(const PersonalText& event) {
  constexpr std::string_view kOfSender = "/whatsapp/senders/";
  const auto parsed = whatsapp::parse_json(expose(event, Purpose::kValidate), {});
  const json::object* root = parsed ? parsed->if_object() : nullptr;
  if (root == nullptr) return std::nullopt;
  const std::string_view source = text_of(*root, "source");
  const auto tenant = TenantId::parse(text_of(*root, "tenantid"));
  const auto sender = source.starts_with(kOfSender) ? SenderId::parse(source.substr(kOfSender.size()))
                                                    : std::optional<SenderId>{};
  const json::object* data = find_object(*root, "data");
  const json::object* message = data == nullptr ? nullptr : find_object(*data, "message");
  if (!tenant || !sender || message == nullptr) return std::nullopt;
  MediaEvent found{*tenant, *sender, {}};
  add_file(*message, found.media);
  const json::object* edit = find_object(*message, "edit");
  const json::object* edited = edit == nullptr ? nullptr : find_object(*edit, "message");
  if (edited != nullptr) add_file(*edited, found.media);
  return found;
}

}  // namespace wac::archive
