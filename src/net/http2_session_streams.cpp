// What comes for each stream, and how it ends.

#include "net/http2_session.h"

#include <nghttp2/nghttp2.h>

#include <charconv>

namespace wac::net {
namespace {

std::unexpected<ClientFailure> failed(Error error, Written written) {
  return std::unexpected(ClientFailure{error, written});
}

}  // namespace

void Http2Session::settle(StreamId stream, Stream& state, ClientResult result) {
  state.settled = true;
  finished_.push_back({stream, std::move(result)});
}

void Http2Session::fail_stream(StreamId stream, Stream& state, Error error) {
  settle(stream, state, failed(error, Written::kMaybe));
  nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, stream, NGHTTP2_CANCEL);
}

void Http2Session::take_field(StreamId stream, std::string_view name, std::string_view value) {
  Stream* state = find(stream);
  if (state == nullptr || state->settled) return;
  state->header_bytes += name.size() + value.size() + 32;
  if (state->header_bytes > limits_.header_bytes) {
    fail_stream(stream, *state, {ErrorCode::kTooLarge, 0, "http2: response header"});
  } else if (name == ":status") {
    // nghttp2 lets only three digits pass, once, and not 101.
    std::from_chars(value.data(), value.data() + value.size(), state->response.status);
  } else if (!state->has_head) {
    state->response.headers.emplace_back(name, value);
  }
}

void Http2Session::take_body(StreamId stream, std::string_view bytes_in) {
  Stream* state = find(stream);
  if (state == nullptr || state->settled) return;
  if (bytes_in.size() > limits_.body_bytes - state->response.body.size()) {
    fail_stream(stream, *state, {ErrorCode::kTooLarge, 0, "http2: response body"});
    return;
  }
  state->response.body += bytes_in;
}

void Http2Session::take_end(StreamId stream) {
  Stream* state = find(stream);
  if (state == nullptr || state->settled) return;
  settle(stream, *state, std::move(state->response));
  // An answer that came before the request was sent (413): the rest of it is of no use.
  if (!state->sent()) {
    nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, stream, NGHTTP2_CANCEL);
  }
}

void Http2Session::take_close(StreamId stream, std::uint32_t code) {
  const auto found = streams_.find(stream);
  if (found == streams_.end()) return;
  Stream& state = found->second;
  if (!state.settled) {
    // nghttp2 closes what lies beyond the last stream of a GOAWAY as refused, too.
    const bool refused = code == NGHTTP2_REFUSED_STREAM && state.response.status == 0;
    const ErrorCode error =
        code == NGHTTP2_PROTOCOL_ERROR ? ErrorCode::kProtocol : ErrorCode::kConnectionLost;
    const bool unprocessed = refused || !state.written;
    settle(stream, state,
           failed({error, code, unprocessed ? "http2: not processed" : "http2: stream reset"},
                  unprocessed ? Written::kNothing : Written::kMaybe));
  }
  streams_.erase(found);
}

}  // namespace wac::net
