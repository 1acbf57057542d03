#include "net/http2_session.h"

#include "net/http2_memory.h"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <array>
#include <new>

namespace wac::net {
namespace {

/// 1xx answers before the real one; a peer that sends more is not serious.
constexpr int kMostInterim = 8;

/// What a peer may have under way to us, of one answer and of all. nghttp2 grants more when half is used, so
/// an answer stalls only behind a link that holds more than half of it.
constexpr std::int32_t kStreamWindow = 1 << 20;
constexpr std::int32_t kConnectionWindow = 1 << 23;

/// Answers to SETTINGS and PING that wait to be sent: a peer that makes more and reads none is cut off.
constexpr std::size_t kMostAcks = 64;

template <auto kFree>
struct Deleter {
  void operator()(auto* owned) const { kFree(owned); }
};
using OptionsPtr = std::unique_ptr<nghttp2_option, Deleter<&nghttp2_option_del>>;
using CallbacksPtr = std::unique_ptr<nghttp2_session_callbacks, Deleter<&nghttp2_session_callbacks_del>>;

std::string_view view(nghttp2_rcbuf* text) {
  const nghttp2_vec all = nghttp2_rcbuf_get_buf(text);
  return {reinterpret_cast<const char*>(all.base), all.len};
}

std::uint8_t* bytes(std::string_view text) {
  return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
}

nghttp2_nv pair_of(const Http2Request::Field& field) {
  // The request outlives the stream, so nghttp2 need not copy it.
  const int flags = NGHTTP2_NV_FLAG_NO_COPY_NAME | NGHTTP2_NV_FLAG_NO_COPY_VALUE |
                    (field.secret ? NGHTTP2_NV_FLAG_NO_INDEX : NGHTTP2_NV_FLAG_NONE);
  return {bytes(field.name), bytes(field.value), field.name.size(), field.value.size(),
          static_cast<std::uint8_t>(flags)};
}

}  // namespace

/// What nghttp2 calls. None may throw or call back into nghttp2's feed or fill.
struct Http2Session::Callbacks {
  static Http2Session& of(void* user) { return *static_cast<Http2Session*>(user); }

  static int before_send(nghttp2_session* /*session*/, const nghttp2_frame* frame, void* user) {
    if (frame->hd.type != NGHTTP2_HEADERS) return 0;
    if (Stream* stream = of(user).find(frame->hd.stream_id)) stream->written = true;
    return 0;
  }

  static ssize_t read_body(nghttp2_session* /*session*/, std::int32_t id, std::uint8_t* into,
                           std::size_t room, std::uint32_t* flags, nghttp2_data_source* /*source*/,
                           void* user) {
    Stream* stream = of(user).find(id);
    if (stream == nullptr) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    const std::string_view part = std::string_view(stream->request->body()).substr(stream->body_sent, room);
    std::ranges::copy(part, into);
    stream->body_sent += part.size();
    if (stream->sent()) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(part.size());
  }

  static int on_begin_headers(nghttp2_session* /*session*/, const nghttp2_frame* frame, void* user) {
    if (frame->hd.type != NGHTTP2_HEADERS) return 0;
    Http2Session& self = of(user);
    Stream* stream = self.find(frame->hd.stream_id);
    if (stream == nullptr || stream->settled || stream->has_head) return 0;
    // What came before, if anything, was an interim answer.
    if (stream->response.status != 0 && ++stream->interim > kMostInterim) {
      self.fail_stream(frame->hd.stream_id, *stream,
                       {ErrorCode::kProtocol, 0, "http2: too many interim responses"});
    }
    stream->response = {};
    return 0;
  }

  static int on_header(nghttp2_session* /*session*/, const nghttp2_frame* frame, nghttp2_rcbuf* name,
                       nghttp2_rcbuf* value, std::uint8_t /*flags*/, void* user) {
    if (frame->hd.type == NGHTTP2_HEADERS) of(user).take_field(frame->hd.stream_id, view(name), view(value));
    return 0;
  }

  static int on_data(nghttp2_session* /*session*/, std::uint8_t /*flags*/, std::int32_t id,
                     const std::uint8_t* data, std::size_t size, void* user) {
    of(user).take_body(id, {reinterpret_cast<const char*>(data), size});
    return 0;
  }

  static int on_frame(nghttp2_session* /*session*/, const nghttp2_frame* frame, void* user) {
    Http2Session& self = of(user);
    const StreamId id = frame->hd.stream_id;
    const bool ends = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    Stream* stream = self.find(id);
    if (frame->hd.type == NGHTTP2_HEADERS && stream != nullptr) {
      stream->has_head = stream->response.status >= 200;
      if (ends) self.take_end(id);
    } else if (frame->hd.type == NGHTTP2_DATA && ends) {
      self.take_end(id);
    } else if (frame->hd.type == NGHTTP2_SETTINGS && (frame->hd.flags & NGHTTP2_FLAG_ACK) == 0) {
      self.has_settings_ = true;
    }
    return 0;
  }

  static int on_close(nghttp2_session* /*session*/, std::int32_t id, std::uint32_t code, void* user) {
    of(user).take_close(id, code);
    return 0;
  }

  static CallbacksPtr make() {
    nghttp2_session_callbacks* made = nullptr;
    if (nghttp2_session_callbacks_new(&made) != 0) throw std::bad_alloc();
    CallbacksPtr callbacks(made);
    nghttp2_session_callbacks_set_before_frame_send_callback(made, &before_send);
    nghttp2_session_callbacks_set_on_begin_headers_callback(made, &on_begin_headers);
    nghttp2_session_callbacks_set_on_header_callback2(made, &on_header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(made, &on_data);
    nghttp2_session_callbacks_set_on_frame_recv_callback(made, &on_frame);
    nghttp2_session_callbacks_set_on_stream_close_callback(made, &on_close);
    return callbacks;
  }
};

void Http2Session::Delete::operator()(nghttp2_session* session) const {
  nghttp2_session_del(session);
}

Http2Session::Http2Session(Limits limits) : limits_(limits) {
  const auto callbacks = Callbacks::make();
  nghttp2_option* made = nullptr;
  if (nghttp2_option_new(&made) != 0) throw std::bad_alloc();
  const OptionsPtr options(made);
  nghttp2_option_set_max_outbound_ack(made, kMostAcks);
  nghttp2_option_set_max_reserved_remote_streams(made, 0);
  nghttp2_mem memory = wiping_memory();
  nghttp2_session* session = nullptr;
  if (nghttp2_session_client_new3(&session, callbacks.get(), this, made, &memory) != 0) {
    throw std::bad_alloc();
  }
  session_.reset(session);
  const std::array<nghttp2_settings_entry, 3> settings{
      {{NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
       {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, kStreamWindow},
       {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, static_cast<std::uint32_t>(limits.header_bytes)}}};
  nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, settings.data(), settings.size());
  nghttp2_session_set_local_window_size(session, NGHTTP2_FLAG_NONE, 0, kConnectionWindow);
}

Http2Session::~Http2Session() = default;

Result<Http2Session::StreamId> Http2Session::submit(std::shared_ptr<const Http2Request> request) {
  if (!takes_more()) return fail(ErrorCode::kConnectionLost, "http2: the connection takes no more");
  std::vector<nghttp2_nv> pairs;
  pairs.reserve(request->fields().size());
  std::ranges::transform(request->fields(), std::back_inserter(pairs), pair_of);
  const nghttp2_data_provider body{.source = {.ptr = nullptr}, .read_callback = &Callbacks::read_body};
  const StreamId id = nghttp2_submit_request(session_.get(), nullptr, pairs.data(), pairs.size(),
                                             request->body().empty() ? nullptr : &body, nullptr);
  if (id < 0) return fail(ErrorCode::kConnectionLost, "http2: the connection takes no more", id);
  streams_[id].request = std::move(request);
  return id;
}

Written Http2Session::abandon(StreamId stream) {
  Stream* state = find(stream);
  if (state == nullptr) return Written::kMaybe;
  state->settled = true;
  nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, stream, NGHTTP2_CANCEL);
  return state->written ? Written::kMaybe : Written::kNothing;
}

void Http2Session::say_goodbye() {
  nghttp2_session_terminate_session(session_.get(), NGHTTP2_NO_ERROR);
}

Result<void> Http2Session::feed(std::string_view bytes_in) {
  if (broken_) return fail(ErrorCode::kProtocol, "http2: the session has ended");
  const ssize_t used = nghttp2_session_mem_recv(session_.get(), bytes(bytes_in), bytes_in.size());
  if (used >= 0) return {};
  broken_ = true;
  return fail(ErrorCode::kProtocol, "http2: frames", used);
}

void Http2Session::fill(std::string& out, std::size_t enough) {
  while (out.size() < enough) {
    const std::uint8_t* data = nullptr;
    const ssize_t size = nghttp2_session_mem_send(session_.get(), &data);
    if (size < 0) broken_ = true;
    if (size <= 0) return;
    out.append(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size));
  }
}

bool Http2Session::has_output() const {
  return nghttp2_session_want_write(session_.get()) != 0;
}

std::vector<Http2Session::Finished> Http2Session::take_finished() {
  return std::exchange(finished_, {});
}

std::vector<Http2Session::Finished> Http2Session::lose(Error why) {
  broken_ = true;
  std::vector<Finished> all = take_finished();
  const auto ended_before = static_cast<std::ptrdiff_t>(all.size());
  for (auto& [id, stream] : streams_) {
    if (stream.settled) continue;
    stream.settled = true;
    all.push_back(
        {id, std::unexpected(ClientFailure{why, stream.written ? Written::kMaybe : Written::kNothing})});
  }
  std::sort(all.begin() + ended_before, all.end(),
            [](const Finished& a, const Finished& b) { return a.stream < b.stream; });
  return all;
}

bool Http2Session::takes_more() const {
  return !broken_ && nghttp2_session_check_request_allowed(session_.get()) != 0;
}

bool Http2Session::over() const {
  return broken_ || (nghttp2_session_want_read(session_.get()) == 0 && !has_output());
}

std::optional<std::size_t> Http2Session::peer_streams() const {
  if (!has_settings_) return std::nullopt;
  return nghttp2_session_get_remote_settings(session_.get(), NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS);
}

Http2Session::Stream* Http2Session::find(StreamId stream) {
  const auto found = streams_.find(stream);
  return found == streams_.end() ? nullptr : &found->second;
}

}  // namespace wac::net
