#include "telemetry/trace_context.h"

#include "base/encoding.h"

#include <algorithm>

namespace wac::telemetry {
namespace {

template <std::size_t N>
bool is_zero(const std::array<std::uint8_t, N>& bytes) {
  return std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == 0; });
}

template <std::size_t N>
bool read_hex(std::string_view text, std::array<std::uint8_t, N>& out) {
  if (std::ranges::any_of(text, [](char c) { return c >= 'A' && c <= 'F'; })) return false;
  const auto decoded = from_hex(text);
  if (!decoded || decoded->size() != N) return false;
  std::ranges::transform(*decoded, out.begin(), [](char c) { return static_cast<std::uint8_t>(c); });
  return true;
}

template <std::size_t N>
void fill_random(std::array<std::uint8_t, N>& out, Random& random) {
  do {
    random.fill(out);
  } while (is_zero(out));
}

}  // namespace

std::string TraceId::hex() const {
  return to_hex(bytes);
}
std::string SpanId::hex() const {
  return to_hex(bytes);
}
std::string log_text(const TraceId& id) {
  return id.hex();
}
std::string log_text(const SpanId& id) {
  return id.hex();
}

TraceContext TraceContext::start(Random& random) {
  TraceContext context;
  fill_random(context.trace.bytes, random);
  fill_random(context.span.bytes, random);
  return context;
}

TraceContext TraceContext::child(Random& random) const {
  TraceContext context = *this;
  fill_random(context.span.bytes, random);
  return context;
}

std::optional<TraceContext> TraceContext::parse(std::string_view header) {
  // 00-<32>-<16>-<2>
  if (header.size() != 55 || !header.starts_with("00-") || header[35] != '-' || header[52] != '-') {
    return std::nullopt;
  }
  TraceContext context;
  std::array<std::uint8_t, 1> flags{};
  if (!read_hex(header.substr(3, 32), context.trace.bytes) ||
      !read_hex(header.substr(36, 16), context.span.bytes) || !read_hex(header.substr(53, 2), flags)) {
    return std::nullopt;
  }
  if (is_zero(context.trace.bytes) || is_zero(context.span.bytes)) return std::nullopt;
  context.flags = flags[0];
  return context;
}

std::string TraceContext::header() const {
  return "00-" + trace.hex() + "-" + span.hex() + "-" + to_hex(std::span{&flags, 1});
}

}  // namespace wac::telemetry
