#include "unit/store_redis/literal_reply.h"

#include <hiredis/hiredis.h>

#include <cstdlib>

namespace wac::store::redis::testing {

std::string bulk(std::string_view text) {
  return "$" + std::to_string(text.size()) + "\r\n" + std::string{text} + "\r\n";
}

std::string integer(std::int64_t number) {
  return ":" + std::to_string(number) + "\r\n";
}

std::string error(std::string_view text) {
  return "-" + std::string{text} + "\r\n";
}

std::string array(const std::vector<std::string>& elements) {
  std::string resp = "*" + std::to_string(elements.size()) + "\r\n";
  for (const std::string& element : elements) resp += element;
  return resp;
}

std::string texts(const std::vector<std::string>& elements) {
  std::vector<std::string> bulks;
  for (const std::string& element : elements) bulks.push_back(bulk(element));
  return array(bulks);
}

net::RedisReply reply(const std::string& resp) {
  const std::unique_ptr<redisReader, void (*)(redisReader*)> reader{redisReaderCreate(), redisReaderFree};
  void* root = nullptr;
  if (redisReaderFeed(reader.get(), resp.data(), resp.size()) != REDIS_OK ||
      redisReaderGetReply(reader.get(), &root) != REDIS_OK || root == nullptr) {
    std::abort();
  }
  return net::RedisReply{static_cast<redisReply*>(root)};
}

}  // namespace wac::store::redis::testing
