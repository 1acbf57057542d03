#include "ctl/table.h"

#include <algorithm>
#include <string_view>

namespace wac::ctl {
namespace {

std::size_t width_of(std::string_view text) {
  // Continuation bytes of UTF-8 take no room.
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

void append_cell(std::string& line, std::string_view text, std::size_t width, Align align) {
  const std::string padding(width - width_of(text), ' ');
  if (align == Align::kRight) line += padding;
  line += text;
  if (align == Align::kLeft) line += padding;
}

}  // namespace

std::string render_table(const std::vector<Column>& columns,
                         const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    std::size_t width = width_of(columns[i].title);
    for (const auto& row : rows) {
      if (i < row.size()) width = std::max(width, width_of(row[i]));
    }
    widths.push_back(width);
  }
  std::string out;
  const auto append_line = [&](auto cell_at) {
    std::string line;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (i != 0) line += "  ";
      append_cell(line, cell_at(i), widths[i], columns[i].align);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line;
    out += '\n';
  };
  append_line([&](std::size_t i) { return std::string_view{columns[i].title}; });
  for (const auto& row : rows) {
    append_line(
        [&](std::size_t i) { return i < row.size() ? std::string_view{row[i]} : std::string_view{}; });
  }
  return out;
}

std::string shorten(const std::string& text, std::size_t width) {
  if (width_of(text) <= width || width < 3) return text;
  const std::size_t tail = (width - 1) / 2;
  return text.substr(0, width - 1 - tail) + "…" + text.substr(text.size() - tail);
}

}  // namespace wac::ctl
