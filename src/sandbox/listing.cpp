#include "sandbox/listing.h"

#include "base/encoding.h"
#include "net/http_message.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <vector>

namespace wac::sandbox {
namespace {

namespace json = boost::json;

constexpr std::size_t kDefaultPage = 25;
constexpr std::size_t kLargestPage = 100;

std::optional<std::size_t> number(std::string_view text) {
  std::size_t value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && stop == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

/// The names at the top level of `a,b{c,d},e`.
std::vector<std::string> field_names(std::string_view fields) {
  std::vector<std::string> names(1);
  int depth = 0;
  for (const char c : fields) {
    if (c == '{' || c == '(') ++depth;
    if (depth == 0 && c == ',') names.emplace_back();
    if (depth == 0 && c != ',' && c != ' ') names.back() += c;
    if ((c == '}' || c == ')') && depth > 0) --depth;
  }
  std::erase_if(names, [](const std::string& one) { return one.empty(); });
  return names;
}

/// A cursor is the index of an item, in base64.
std::string cursor_of(std::size_t index) {
  return to_base64(std::to_string(index));
}

std::optional<std::size_t> index_of(std::string_view cursor) {
  const auto text = from_base64(cursor);
  return text ? number(*text) : std::nullopt;
}

GraphError bad_cursor() {
  return graph_error(100, "The cursor is invalid or has expired.");
}

}  // namespace

std::expected<json::object, GraphError> pick(const json::object& node, std::string_view query,
                                             std::string_view otherwise, std::string_view node_type) {
  std::string fields;
  if (!net::query_parameter(query, "fields", fields)) fields = otherwise;
  if (fields.empty()) return node;
  json::object picked;
  for (const std::string& name : field_names(fields)) {
    const json::value* const value = node.if_contains(name);
    if (value == nullptr) {
      GraphError error = graph_error(100, "");
      error.message = "(#100) Tried accessing nonexisting field (" + name + ") on node type (" +
                      std::string(node_type) + ")";
      return std::unexpected(std::move(error));
    }
    picked[name] = *value;
  }
  if (const json::value* const id = node.if_contains("id")) picked["id"] = *id;
  return picked;
}

std::expected<json::object, GraphError> page(const json::array& all, std::string_view path,
                                             std::string_view query) {
  std::string text;
  std::size_t limit = kDefaultPage;
  if (net::query_parameter(query, "limit", text)) {
    const auto wanted = number(text);
    if (!wanted || *wanted == 0)
      return std::unexpected(graph_error(100, "Param limit must be a number above 0."));
    limit = std::min(*wanted, kLargestPage);
  }
  std::size_t first = 0;
  std::size_t last = 0;
  if (net::query_parameter(query, "after", text)) {
    const auto index = index_of(text);
    if (!index) return std::unexpected(bad_cursor());
    first = std::min(*index + 1, all.size());
    last = std::min(first + limit, all.size());
  } else if (net::query_parameter(query, "before", text)) {
    const auto index = index_of(text);
    if (!index) return std::unexpected(bad_cursor());
    last = std::min(*index, all.size());
    first = last - std::min(limit, last);
  } else {
    last = std::min(limit, all.size());
  }
  json::array data(all.begin() + static_cast<std::ptrdiff_t>(first),
                   all.begin() + static_cast<std::ptrdiff_t>(last));
  json::object result{{"data", std::move(data)}};
  if (first == last) return result;
  json::object paging{
      {"cursors", json::object{{"before", cursor_of(first)}, {"after", cursor_of(last - 1)}}}};
  const std::string base =
      "https://graph.facebook.com" + std::string(path) + "?limit=" + std::to_string(limit);
  if (last < all.size()) paging["next"] = base + "&after=" + cursor_of(last - 1);
  if (first > 0) paging["previous"] = base + "&before=" + cursor_of(first);
  result["paging"] = std::move(paging);
  return result;
}

}  // namespace wac::sandbox
