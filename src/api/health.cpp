#include "api/health.h"

#include <boost/json.hpp>

namespace wac::api {
namespace {

net::HttpResponse text(int status, std::string_view body) {
  net::HttpResponse response;
  response.status = status;
  response.content_type = "text/plain; charset=utf-8";
  response.body = body;
  return response;
}

}  // namespace

net::HttpResponse health_response(const Health& health) {
  const bool store = health.store_ok();
  const bool loops = health.loops_alive();
  const bool draining = health.draining;
  const bool ok = store && loops && !draining && health.started;
  boost::json::object checks;
  checks["store"] = store ? "ok" : "unavailable";
  checks["storeEngine"] = health.store_engine;
  checks["eventLoops"] = loops ? "ok" : "stalled";
  checks["lifecycle"] = draining ? "draining" : (health.started ? "running" : "starting");
  net::HttpResponse response;
  response.status = ok ? 200 : 503;
  response.body = boost::json::serialize(boost::json::object{{"status", ok ? "ok" : "unavailable"},
                                                             {"connector", "whatsapp"},
                                                             {"version", health.version},
                                                             {"checks", std::move(checks)}});
  return response;
}

net::HttpResponse livez_response(const Health& health) {
  return health.loops_alive() ? text(200, "alive\n") : text(503, "an event loop is stalled\n");
}

net::HttpResponse readyz_response(const Health& health) {
  if (!health.started) return text(503, "starting\n");
  if (health.draining) return text(503, "draining\n");
  if (!health.store_ok()) return text(503, "the store is unavailable\n");
  if (!health.loops_alive()) return text(503, "an event loop is stalled\n");
  return text(200, "ready\n");
}

}  // namespace wac::api
