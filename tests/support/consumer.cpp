#include "support/consumer.h"

#include <boost/json.hpp>

namespace wac::testing {
namespace {

Pushed as_pushed(ReceivedRequest request) {
  Pushed pushed{std::move(request), {}};
  boost::system::error_code failed;
  const auto event = boost::json::parse(pushed.body, failed);
  if (failed) return pushed;
  const boost::json::value* id = event.find_pointer("/data/raw/id", failed);
  if (id != nullptr && id->is_string()) pushed.wamid = id->get_string();
  return pushed;
}

}  // namespace

ConsumerServer::ConsumerServer(Answer answer, std::uint16_t port)
    : receiver_(
          [answer = std::move(answer)](const ReceivedRequest& request) { return answer(as_pushed(request)); },
          port) {}

std::vector<Pushed> ConsumerServer::pushed() const {
  std::vector<Pushed> list;
  for (ReceivedRequest& request : receiver_.requests()) list.push_back(as_pushed(std::move(request)));
  return list;
}

std::vector<std::string> ConsumerServer::taken() const {
  std::vector<std::string> list;
  for (Pushed& one : pushed()) {
    if (one.status / 100 == 2) list.push_back(std::move(one.wamid));
  }
  return list;
}

}  // namespace wac::testing
