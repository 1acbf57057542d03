#include "sandbox/media_form.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <unistd.h>

namespace wac::sandbox {
namespace {

std::string lower(std::string_view text) {
  std::string out{text};
  std::ranges::transform(out, out.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

/// `name="value"` of a Content-Disposition line.
std::string parameter(std::string_view line, std::string_view name) {
  const std::string mark = "; " + std::string{name} + "=\"";
  const std::size_t at = line.find(mark);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = line.substr(at + mark.size());
  return std::string{rest.substr(0, rest.find('"'))};
}

}  // namespace

TempFile::TempFile() {
  const char* const directory = std::getenv("TMPDIR");
  std::string path = std::string{directory != nullptr ? directory : "/tmp"} + "/graph-sandbox-XXXXXX";
  fd_ = ::mkstemp(path.data());
  if (fd_ >= 0) ::unlink(path.c_str());
}

TempFile::~TempFile() {
  if (fd_ >= 0) ::close(fd_);
}

bool TempFile::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t wrote = ::write(fd_, bytes.data(), bytes.size());
    if (wrote <= 0) return false;
    size_ += static_cast<std::uint64_t>(wrote);
    bytes.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return true;
}

std::string TempFile::read(std::uint64_t offset, std::size_t most) const {
  std::string out(most, '\0');
  const ssize_t got = ::pread(fd_, out.data(), out.size(), static_cast<off_t>(offset));
  out.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return out;
}

void MediaForm::take(std::string_view bytes) {
  if (state_ == State::kEnd || state_ == State::kBroken) return;
  pending_ += bytes;
  while (step()) {
  }
}

bool MediaForm::complete(std::string_view boundary) const {
  return state_ == State::kEnd && delimiter_ == "\r\n--" + std::string{boundary};
}

bool MediaForm::broken() {
  state_ = State::kBroken;
  pending_.clear();
  return false;
}

/// Takes one element from what is pending; false when more is needed.
bool MediaForm::step() {
  switch (state_) {
    case State::kDelimiter:
      return take_delimiter();
    case State::kHeaders:
      return take_headers();
    case State::kContent:
      return take_content();
    case State::kAfterDelimiter:
      return after_delimiter();
    case State::kEnd:
    case State::kBroken:
      break;
  }
  pending_.clear();
  return false;
}

bool MediaForm::take_delimiter() {
  const std::size_t end = pending_.find("\r\n");
  if (end == std::string::npos) return pending_.size() > 80 ? broken() : false;
  if (!pending_.starts_with("--") || end < 3 || end > 72) return broken();
  delimiter_ = "\r\n" + pending_.substr(0, end);
  pending_.erase(0, end + 2);
  state_ = State::kHeaders;
  return true;
}

bool MediaForm::take_headers() {
  const std::size_t end = pending_.find("\r\n\r\n");
  if (end == std::string::npos) return pending_.size() > kMostHeaderBytes ? broken() : false;
  begin_part(std::string_view{pending_}.substr(0, end));
  pending_.erase(0, end + 4);
  if (name_.empty() || (in_file_ && file_)) return broken();
  if (in_file_) file_ = std::make_shared<TempFile>();
  state_ = State::kContent;
  return true;
}

void MediaForm::begin_part(std::string_view headers) {
  name_.clear();
  in_file_ = false;
  std::string type;
  while (!headers.empty()) {
    const std::size_t end = std::min(headers.find("\r\n"), headers.size());
    const std::string_view line = headers.substr(0, end);
    headers.remove_prefix(std::min(end + 2, headers.size()));
    const std::string field = lower(line.substr(0, line.find(':')));
    if (field == "content-disposition") {
      name_ = parameter(line, "name");
      file_name_ = parameter(line, "filename");
      in_file_ = line.find("; filename=\"") != std::string_view::npos;
    } else if (field == "content-type") {
      type = line.substr(std::min(line.find_first_not_of(' ', field.size() + 1), line.size()));
    }
  }
  if (in_file_) file_type_ = type;
  if (fields_.contains(name_)) name_.clear();
}

bool MediaForm::take_content() {
  const std::size_t end = pending_.find(delimiter_);
  if (end != std::string::npos) {
    add_content(std::string_view{pending_}.substr(0, end));
    if (state_ == State::kBroken) return broken();
    pending_.erase(0, end + delimiter_.size());
    end_part();
    state_ = State::kAfterDelimiter;
    return true;
  }
  // The last bytes may be the beginning of the delimiter.
  const std::size_t safe = pending_.size() - std::min(pending_.size(), delimiter_.size() - 1);
  add_content(std::string_view{pending_}.substr(0, safe));
  if (state_ == State::kBroken) return broken();
  pending_.erase(0, safe);
  return false;
}

void MediaForm::add_content(std::string_view bytes) {
  if (in_file_) {
    hash_.update(bytes);
    if (!file_->append(bytes)) state_ = State::kBroken;
    return;
  }
  std::string& field = fields_[name_];
  field += bytes;
  if (field.size() > kMostFieldBytes) state_ = State::kBroken;
}

void MediaForm::end_part() {
  if (!in_file_) return;
  digest_ = hash_.finish();
  fields_[name_] = "";
}

bool MediaForm::after_delimiter() {
  if (pending_.size() < 2) return false;
  if (pending_.starts_with("--")) {
    state_ = State::kEnd;
  } else if (pending_.starts_with("\r\n")) {
    state_ = State::kHeaders;
  } else {
    return broken();
  }
  pending_.erase(0, 2);
  return true;
}

}  // namespace wac::sandbox
