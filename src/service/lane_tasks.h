#pragma once
// What the main thread has lanes do while the service starts and stops, each on the lane's own loop.

#include "net/http_server.h"
#include "service/lane.h"

#include <atomic>
#include <future>

namespace wac::service {

/// Set by the task when it has ended.
using Done = std::shared_ptr<std::promise<void>>;

/// Runs a task on a lane's loop from the main thread and waits for its end. False when the time passes first.
template <class Make>
bool run_on(Lane& lane, TaskScope& scope, MonoTime until, Make make) {
  auto done = std::make_shared<std::promise<void>>();
  auto finished = done->get_future();
  lane.loop().post([&scope, done, make = std::move(make)]() mutable { scope.spawn(make(done)); });
  return finished.wait_until(until) == std::future_status::ready;
}

Task<void> open_store(Lane* lane, Deadline deadline, Result<void>* out, Done done);
Task<void> check_durability(Lane* lane, Result<void>* out, Done done);
Task<void> begin_work(Lane* lane, Done done);
Task<void> end_work(Lane* lane, Deadline deadline, Done done);
/// Stops accepting and waits for the answers under way; `complete` becomes false when some were cut off.
Task<void> drain_server(net::HttpServer* server, Lane* lane, Deadline deadline, std::atomic<bool>* complete,
                        Done done);

/// Readers of the tenant's groups may get something. Any thread.
void notify_groups(const std::vector<std::unique_ptr<Lane>>& lanes, const TenantId& tenant);

}  // namespace wac::service
