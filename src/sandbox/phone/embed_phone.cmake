# cmake -DINPUT_DIR=… -DOUTPUT=… -P embed_phone.cmake: writes the page's files as string literals. Each is cut
# into pieces, because compilers bound a literal's length.
set(text "#include \"sandbox/phone_page.h\"\n\n#include <array>\n\nnamespace wac::sandbox {\nnamespace {\n\nusing std::string_view_literals::operator\"\"sv;\n\n")
set(table "")
set(count 0)
foreach(triple
    "phone.html|/phone|text/html; charset=utf-8" "app.css|/phone/app.css|text/css; charset=utf-8"
    "app.js|/phone/app.js|text/javascript; charset=utf-8" "store.js|/phone/store.js|text/javascript; charset=utf-8"
    "render.js|/phone/render.js|text/javascript; charset=utf-8"
    "interactive.js|/phone/interactive.js|text/javascript; charset=utf-8"
    "templates.js|/phone/templates.js|text/javascript; charset=utf-8"
    "compose.js|/phone/compose.js|text/javascript; charset=utf-8" "dom.js|/phone/dom.js|text/javascript; charset=utf-8")
  string(REGEX MATCH "^([^|]*)\\|([^|]*)\\|(.*)$" ignored "${triple}")
  set(file ${CMAKE_MATCH_1})
  set(path ${CMAKE_MATCH_2})
  set(type ${CMAKE_MATCH_3})
  file(READ ${INPUT_DIR}/${file} content HEX)
  string(REGEX REPLACE "(..)" "\\\\x\\1" content "${content}")
  string(LENGTH "${content}" length)
  set(pieces "")
  set(at 0)
  while(at LESS length)
    string(SUBSTRING "${content}" ${at} 320 piece)
    string(APPEND pieces "    \"${piece}\"\n")
    math(EXPR at "${at} + 320")
  endwhile()
  string(APPEND text "constexpr std::string_view kFile${count} =\n${pieces}    \"\"sv;\n\n")
  string(APPEND table "    PageFile{\"${path}\", \"${type}\", kFile${count}},\n")
  math(EXPR count "${count} + 1")
endforeach()
string(APPEND text "constexpr std::array kFiles = {\n${table}};\n\n}  // namespace\n\nstd::span<const PageFile> phone_page_files() {\n  return kFiles;\n}\n\n}  // namespace wac::sandbox\n")
file(WRITE ${OUTPUT} "${text}")
