#include "outbound/media_content.h"

namespace wac::outbound {
namespace {

std::string form_field(const std::string& boundary, std::string_view name, std::string_view value) {
  std::string out = "--" + boundary + "\r\nContent-Disposition: form-data; name=\"";
  out += name;
  out += "\"\r\n\r\n";
  out += value;
  out += "\r\n";
  return out;
}

}  // namespace

Task<std::expected<MediaHead, MediaFailure>> read_head(net::Download& download) {
  MediaHead head;
  while (head.bytes.size() < kReadAhead) {
    const Result<std::string_view> piece = co_await download.read();
    if (!piece) co_return std::unexpected(judge_failure(piece.error()));
    if (piece->empty()) {
      head.complete = true;
      break;
    }
    head.bytes += *piece;
  }
  co_return head;
}

MediaUpload::MediaUpload(MediaHead head, net::Download& rest, const whatsapp::MediaType& type,
                         std::string boundary, std::uint64_t max_bytes)
    : head_(std::move(head)), rest_(rest), boundary_(std::move(boundary)), max_bytes_(max_bytes) {
  form_ = form_field(boundary_, "messaging_product", "whatsapp") + form_field(boundary_, "type", type.mime);
  // Graph wants a file name; what recipients see is named in the message.
  form_ += "--" + boundary_ + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"file\"\r\n";
  form_ += "Content-Type: ";
  form_ += type.mime;
  form_ += "\r\n\r\n";
  end_ = "\r\n--" + boundary_ + "--\r\n";
}

std::optional<std::uint64_t> MediaUpload::length() const {
  std::optional<std::uint64_t> file = rest_.length();
  if (head_.complete) file = head_.bytes.size();
  if (!file) return std::nullopt;
  return form_.size() + *file + end_.size();
}

Result<std::string_view> MediaUpload::break_with(Error error) {
  broken_ = error;
  return std::unexpected(error);
}

Result<std::string_view> MediaUpload::pass(std::string_view bytes) {
  seen_ += bytes.size();
  if (seen_ > max_bytes_) return break_with({ErrorCode::kTooLarge, 0, "media: file"});
  hash_.update(bytes);
  return bytes;
}

Task<Result<std::string_view>> MediaUpload::next() {
  switch (part_) {
    case Part::kForm:
      part_ = Part::kHead;
      co_return std::string_view{form_};
    case Part::kHead:
      part_ = head_.complete ? Part::kEnd : Part::kRest;
      if (!head_.bytes.empty()) co_return pass(head_.bytes);
      [[fallthrough]];
    case Part::kRest:
      if (part_ == Part::kRest) {
        const Result<std::string_view> piece = co_await rest_.read();
        if (!piece) co_return break_with(piece.error());
        if (!piece->empty()) co_return pass(*piece);
      }
      [[fallthrough]];
    case Part::kEnd:
      part_ = Part::kDone;
      co_return std::string_view{end_};
    case Part::kDone:
      break;
  }
  co_return std::string_view{};
}

}  // namespace wac::outbound
