#include "service/lane_tasks.h"

namespace wac::service {

Task<void> open_store(Lane* lane, Deadline deadline, Result<void>* out, Done done) {
  *out = co_await lane->open_store(deadline);
  done->set_value();
}

Task<void> check_durability(Lane* lane, Result<void>* out, Done done) {
  *out = co_await lane->check_durability();
  done->set_value();
}

Task<void> begin_work(Lane* lane, Done done) {
  lane->begin_work();
  done->set_value();
  co_return;
}

Task<void> end_work(Lane* lane, Deadline deadline, Done done) {
  co_await lane->end_work(deadline);
  done->set_value();
}

Task<void> drain_server(net::HttpServer* server, Lane* lane, Deadline deadline, std::atomic<bool>* complete,
                        Done done) {
  const bool drained = co_await server->drain(lane->loop(), deadline);
  if (!drained) complete->store(false);
  done->set_value();
}

void notify_groups(const std::vector<std::unique_ptr<Lane>>& lanes, const TenantId& tenant) {
  for (const auto& lane : lanes) {
    if (lane->groups().waiting() == 0) continue;
    lane->loop().post([groups = &lane->groups(), tenant] { groups->notify(tenant); });
  }
}

}  // namespace wac::service
