#include "base/encoding.h"
#include "net/redis.h"

#include <hiredis/hiredis.h>
#include <openssl/evp.h>

#include <array>
#include <charconv>
#include <cstdlib>

namespace wac::net {
namespace {

void append_number(std::string& out, char mark, std::size_t value) {
  std::array<char, 24> line;
  line[0] = mark;
  char* end = std::to_chars(line.data() + 1, line.data() + line.size() - 2, value).ptr;
  *end++ = '\r';
  *end++ = '\n';
  out.append(line.data(), static_cast<std::size_t>(end - line.data()));
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

RedisCommand& RedisCommand::arg(std::string_view value) {
  ++count_;
  append_number(body_, '$', value.size());
  body_ += value;
  body_ += "\r\n";
  return *this;
}

RedisCommand& RedisCommand::arg(std::int64_t value) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  return arg(std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data())));
}

void RedisCommand::reserve(std::size_t count, std::size_t bytes) {
  body_.reserve(body_.size() + bytes + count * kHeaderBytes);
}

void RedisCommand::append_to(std::string& out) const {
  append_number(out, '*', count_);
  out += body_;
}

std::string RedisCommand::encode() const {
  std::string bytes;
  bytes.reserve(max_size());
  append_to(bytes);
  return bytes;
}

RedisScript::RedisScript(std::string source) : source_(std::move(source)), sha_(sha1_hex(source_)) {}

}  // namespace wac::net
