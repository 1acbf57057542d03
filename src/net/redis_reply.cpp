#include "base/encoding.h"
#include "net/redis.h"

#include <hiredis/hiredis.h>
#include <openssl/evp.h>

#include <array>
#include <charconv>
#include <cstdlib>
#include <cstring>

namespace wac::net {
namespace {

/// `*<count>\r\n` or `$<size>\r\n`.
constexpr std::size_t kHeaderBytes = 24;

/// Writes a header of at most kHeaderBytes; answers where it ends.
inline char* write_header(char* to, char mark, std::size_t value) {
  *to++ = mark;
  if (value < 100) {
    if (value >= 10) *to++ = static_cast<char>('0' + value / 10);
    *to++ = static_cast<char>('0' + value % 10);
  } else {
    to = std::to_chars(to, to + kHeaderBytes - 3, value).ptr;
  }
  *to++ = '\r';
  *to++ = '\n';
  return to;
}

std::string sha1_hex(const std::string& text) {
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest;
  unsigned int size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr) != 1) std::abort();
  return to_hex(std::span(digest).first(size));
}

}  // namespace

RedisReply::RedisReply(redisReply* owned)
    : owned_(owned, [](redisReply* reply) { freeReplyObject(reply); }), node_(owned) {}

RedisReply::RedisReply(const redisReply* view, std::nullptr_t) : node_(view) {}

RedisReply::Kind RedisReply::kind() const {
  if (node_ == nullptr) return Kind::kNil;
  switch (node_->type) {
    case REDIS_REPLY_INTEGER:
      return Kind::kInteger;
    case REDIS_REPLY_STRING:
      return Kind::kString;
    case REDIS_REPLY_STATUS:
      return Kind::kStatus;
    case REDIS_REPLY_ERROR:
      return Kind::kError;
    case REDIS_REPLY_ARRAY:
      return Kind::kArray;
    default:
      return Kind::kNil;
  }
}

std::int64_t RedisReply::integer() const {
  return kind() == Kind::kInteger ? node_->integer : 0;
}

std::string_view RedisReply::text() const {
  const Kind what = kind();
  if (what != Kind::kString && what != Kind::kStatus && what != Kind::kError) return {};
  return {node_->str, node_->len};
}

std::size_t RedisReply::size() const {
  return kind() == Kind::kArray ? node_->elements : 0;
}

RedisReply RedisReply::operator[](std::size_t i) const {
  return {i < size() ? node_->element[i] : nullptr, nullptr};
}

RedisReply RedisReply::part(std::size_t i) const {
  RedisReply shared = (*this)[i];
  shared.owned_ = owned_;
  return shared;
}

RedisWords& RedisWords::arg(std::string_view value) {
  ++count_;
  const std::size_t before = bytes_.size();
  bytes_.resize_and_overwrite(before + kHeaderBytes + value.size() + 2, [&](char* text, std::size_t) {
    char* to = write_header(text + before, '$', value.size());
    // An empty view may have no address at all.
    if (!value.empty()) std::memcpy(to, value.data(), value.size());
    to += value.size();
    *to++ = '\r';
    *to++ = '\n';
    return static_cast<std::size_t>(to - text);
  });
  return *this;
}

RedisWords& RedisWords::arg(std::int64_t value) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  return arg(std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data())));
}

RedisWords& RedisWords::append(const RedisWords& more) {
  count_ += more.count_;
  bytes_ += more.bytes_;
  return *this;
}

void RedisWords::reserve(std::size_t count, std::size_t bytes) {
  bytes_.reserve(bytes_.size() + bytes + count * (kHeaderBytes + 2));
}

std::string_view RedisWords::word(std::size_t i) const {
  if (i >= count_) return {};
  // `$<size>\r\n<bytes>\r\n` each, as arg() wrote them.
  std::string_view rest = bytes_;
  for (;;) {
    std::size_t size = 0;
    const char* end = std::from_chars(rest.data() + 1, rest.data() + rest.size(), size).ptr;
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()) + 2);
    if (i-- == 0) return rest.substr(0, size);
    rest.remove_prefix(size + 2);
  }
}

RedisCommand::RedisCommand(std::string_view name) {
  // Of most commands.
  words_.reserve(4, 64);
  words_.arg(name);
}

RedisCommand& RedisCommand::arg(std::string_view value) {
  words_.arg(value);
  return *this;
}

RedisCommand& RedisCommand::arg(std::int64_t value) {
  words_.arg(value);
  return *this;
}

std::size_t RedisCommand::max_size() const {
  return words_.bytes().size() + kHeaderBytes;
}

void RedisCommand::append_to(std::string& out) const {
  std::array<char, kHeaderBytes> header;
  out.append(header.data(), write_header(header.data(), '*', words_.count()));
  out += words_.bytes();
}

std::string RedisCommand::encode() const {
  std::string bytes;
  bytes.reserve(max_size());
  append_to(bytes);
  return bytes;
}

RedisScript::RedisScript(std::string source) : source_(std::move(source)), sha_(sha1_hex(source_)) {}

}  // namespace wac::net
