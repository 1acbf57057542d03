#pragma once
// An Http2Session and a server's half, joined in memory.

#include "net/http2_session.h"
#include "support/http2_peer.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace wac::net {

class Http2Pair : public ::testing::Test {
 protected:
  using Finished = Http2Session::Finished;
  using StreamId = Http2Session::StreamId;

  static std::shared_ptr<const Http2Request> request(const std::string& body = "{}",
                                                     std::string_view method = "POST") {
    ClientRequest made;
    made.endpoint = {true, "graph.test", 443};
    made.method = method;
    made.target = "/v1/messages";
    made.headers = {{"Authorization", "Bearer T"}};
    made.body = body;
    return Http2Request::make(made);
  }

  StreamId submit(const std::string& body = "{}") { return client->submit(request(body)).value(); }

  /// Lets both sides talk until neither has anything to say. False: one calls the other's bytes broken.
  bool talk() {
    for (;;) {
      std::string to_peer;
      client->fill(to_peer, 1 << 20);
      const std::string to_client = peer->output();
      if (to_peer.empty() && to_client.empty()) return true;
      if (!peer->feed(to_peer) || !client->feed(to_client)) return false;
    }
  }

  /// "1=200:body 3=timeout?" : how each stream ended; `?` unknown, `-` nothing was done.
  static std::string story(const std::vector<Finished>& all) {
    std::string text;
    for (const auto& [stream, result] : all) {
      text += (text.empty() ? "" : " ") + std::to_string(stream) + "=";
      if (result) {
        text += std::to_string(result->status) + ":" + result->body;
      } else {
        text += std::string(name(result.error().error.code)) +
                (result.error().written == Written::kMaybe ? "?" : "-");
      }
    }
    return text;
  }
  std::string finished() { return story(client->take_finished()); }

  std::unique_ptr<Http2Session> client = std::make_unique<Http2Session>(Http2Session::Limits{});
  std::unique_ptr<testing::Http2Peer> peer = std::make_unique<testing::Http2Peer>();
};

}  // namespace wac::net
