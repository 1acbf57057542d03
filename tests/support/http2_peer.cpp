#include "support/http2_peer.h"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace wac::testing {
namespace {

/// Views of `fields`; nghttp2 copies them.
std::vector<nghttp2_nv> pairs_of(const Http2Peer::Fields& fields) {
  std::vector<nghttp2_nv> pairs;
  for (const auto& [name, value] : fields) {
    pairs.push_back({reinterpret_cast<std::uint8_t*>(const_cast<char*>(name.data())),
                     reinterpret_cast<std::uint8_t*>(const_cast<char*>(value.data())), name.size(),
                     value.size(), NGHTTP2_NV_FLAG_NONE});
  }
  return pairs;
}

std::string text(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace

std::string http2_frame(std::uint8_t type, std::uint8_t flags, std::int32_t stream,
                        std::string_view payload) {
  std::string out;
  for (const int shift : {16, 8, 0}) out += static_cast<char>((payload.size() >> shift) & 0xff);
  out += static_cast<char>(type);
  out += static_cast<char>(flags);
  for (const int shift : {24, 16, 8, 0}) out += static_cast<char>((stream >> shift) & 0xff);
  out += payload;
  return out;
}

struct Http2Peer::Callbacks {
  static Http2Peer& of(void* user) { return *static_cast<Http2Peer*>(user); }

  static int on_begin_headers(nghttp2_session* /*session*/, const nghttp2_frame* frame, void* user) {
    if (frame->hd.type != NGHTTP2_HEADERS || frame->headers.cat != NGHTTP2_HCAT_REQUEST) return 0;
    of(user).open_[frame->hd.stream_id].stream = frame->hd.stream_id;
    ++of(user).opened_;
    return 0;
  }

  static int on_header(nghttp2_session* /*session*/, const nghttp2_frame* frame, const std::uint8_t* name,
                       std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                       std::uint8_t flags, void* user) {
    const std::string key = text(name, name_size);
    std::string& field = of(user).open_[frame->hd.stream_id].fields[key];
    field = text(value, value_size);
    // So that a test sees what may never be indexed.
    if ((flags & NGHTTP2_NV_FLAG_NO_INDEX) != 0) field += " (never indexed)";
    return 0;
  }

  static int on_data(nghttp2_session* /*session*/, std::uint8_t /*flags*/, std::int32_t stream,
                     const std::uint8_t* data, std::size_t size, void* user) {
    of(user).open_[stream].body += text(data, size);
    return 0;
  }

  static int on_frame(nghttp2_session* /*session*/, const nghttp2_frame* frame, void* user) {
    Http2Peer& self = of(user);
    if (frame->hd.type == NGHTTP2_GOAWAY) self.told_goodbye_ = true;
    const bool message = frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA;
    if (!message || (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) == 0) return 0;
    if (auto request = self.open_.extract(frame->hd.stream_id)) {
      self.requests_.push_back(std::move(request.mapped()));
    }
    return 0;
  }

  static int on_close(nghttp2_session* /*session*/, std::int32_t stream, std::uint32_t code, void* user) {
    of(user).closed_[stream] = code;
    of(user).open_.erase(stream);
    return 0;
  }

  static ssize_t read_body(nghttp2_session* session, std::int32_t stream, std::uint8_t* into,
                           std::size_t room, std::uint32_t* flags, nghttp2_data_source* /*source*/,
                           void* user) {
    Answer& answer = of(user).answers_[stream];
    const std::string_view part = std::string_view(answer.body).substr(answer.sent, room);
    std::ranges::copy(part, into);
    answer.sent += part.size();
    if (answer.sent < answer.body.size()) return static_cast<ssize_t>(part.size());
    *flags |= NGHTTP2_DATA_FLAG_EOF;
    if (!answer.trailers.empty()) {
      *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
      const auto pairs = pairs_of(answer.trailers);
      nghttp2_submit_trailer(session, stream, pairs.data(), pairs.size());
    }
    return static_cast<ssize_t>(part.size());
  }
};

Http2Peer::Http2Peer(Http2PeerOptions options) {
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_session_callbacks_new(&callbacks);
  nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, &Callbacks::on_begin_headers);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, &Callbacks::on_header);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, &Callbacks::on_data);
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, &Callbacks::on_frame);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, &Callbacks::on_close);
  nghttp2_session_server_new(&session_, callbacks, this);
  nghttp2_session_callbacks_del(callbacks);
  const std::array<nghttp2_settings_entry, 2> settings{
      {{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, options.streams},
       {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, options.window}}};
  nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings.data(), settings.size());
}

Http2Peer::~Http2Peer() {
  nghttp2_session_del(session_);
}

bool Http2Peer::feed(std::string_view bytes) {
  return nghttp2_session_mem_recv(session_, reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                  bytes.size()) >= 0;
}

std::string Http2Peer::output() {
  std::string out;
  for (;;) {
    const std::uint8_t* data = nullptr;
    const ssize_t size = nghttp2_session_mem_send(session_, &data);
    if (size <= 0) return out;
    out += text(data, static_cast<std::size_t>(size));
  }
}

std::vector<Http2PeerRequest> Http2Peer::take_requests() {
  return std::exchange(requests_, {});
}

void Http2Peer::answer(std::int32_t stream, int status, const std::string& body, const Fields& fields) {
  Fields all{{":status", std::to_string(status)}};
  all.insert(all.end(), fields.begin(), fields.end());
  const auto pairs = pairs_of(all);
  answers_[stream] = {body, 0, {}};
  const nghttp2_data_provider source{.source = {.ptr = nullptr}, .read_callback = &Callbacks::read_body};
  nghttp2_submit_response(session_, stream, pairs.data(), pairs.size(), body.empty() ? nullptr : &source);
}

void Http2Peer::answer_with_trailers(std::int32_t stream, const std::string& body, const Fields& trailers) {
  answer(stream, 200, body);
  answers_[stream].trailers = trailers;
}

void Http2Peer::interim(std::int32_t stream, int status) {
  const Fields fields{{":status", std::to_string(status)}, {"x-interim", "1"}};
  const auto pairs = pairs_of(fields);
  nghttp2_submit_headers(session_, NGHTTP2_FLAG_NONE, stream, nullptr, pairs.data(), pairs.size(), nullptr);
}

void Http2Peer::reset(std::int32_t stream, std::uint32_t code) {
  nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, stream, code);
}

void Http2Peer::go_away(std::int32_t last_stream, std::uint32_t code) {
  nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE, last_stream, code, nullptr, 0);
}

void Http2Peer::ping() {
  nghttp2_submit_ping(session_, NGHTTP2_FLAG_NONE, nullptr);
}

}  // namespace wac::testing
