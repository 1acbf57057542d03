# wac_folder(NAME DEPENDS a b c)      declares src/NAME as the static library wac_NAME.
# wac_sources(FILES … USES lib …)     called by src/NAME/CMakeLists.txt: its files, its third-party libraries.
# wac_program(NAME FILES … DEPENDS …) a program in build/<preset>/bin.
# wac_service_program(…)  likewise, for one that runs for long: with jemalloc, which takes a tenth less time for a
#                         message than glibc's allocator and does not fragment. Sanitizers bring their own.
# wac_test(NAME FILES … DEPENDS … LABEL unit TIMEOUT 240)  a GoogleTest binary, one CTest test. With SEPARATE each
#   of its cases is one: worth its start where cases wait for servers, and run side by side.

set(WAC_FOLDERS "" CACHE INTERNAL "")

function(wac_folder name)
  cmake_parse_arguments(arg "" "" "DEPENDS" ${ARGN})
  set(WAC_FOLDER ${name})
  set(WAC_FOLDER_DEPENDS ${arg_DEPENDS})
  list(TRANSFORM WAC_FOLDER_DEPENDS PREPEND wac_)
  if(EXISTS ${PROJECT_SOURCE_DIR}/src/${name}/CMakeLists.txt)
    add_subdirectory(${PROJECT_SOURCE_DIR}/src/${name})
  endif()
endfunction()

# PCH std: the standard headers every unit uses. PCH json: those and Boost.JSON. PCH none: for units that
# include neither. Reusing one precompiled header per flavour keeps clean builds short.
function(wac_precompile target)
  target_precompile_headers(${target} PRIVATE
    <algorithm> <array> <chrono> <coroutine> <cstdint> <cstring> <expected> <functional> <map> <memory>
    <optional> <span> <string> <string_view> <tuple> <unordered_map> <utility> <variant> <vector>)
endfunction()

macro(wac_sources)
  cmake_parse_arguments(arg "" "" "FILES;USES" ${ARGN})
  add_library(wac_${WAC_FOLDER} STATIC ${arg_FILES})
  target_include_directories(wac_${WAC_FOLDER} PUBLIC ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(wac_${WAC_FOLDER} PUBLIC ${WAC_FOLDER_DEPENDS} ${arg_USES} Threads::Threads PRIVATE wac_warnings)
  wac_precompile(wac_${WAC_FOLDER})
endmacro()

function(wac_program name)
  cmake_parse_arguments(arg "" "" "FILES;DEPENDS;USES" ${ARGN})
  list(TRANSFORM arg_DEPENDS PREPEND wac_)
  add_executable(${name} ${arg_FILES})
  target_link_libraries(${name} PRIVATE ${arg_DEPENDS} ${arg_USES} wac_warnings)
endfunction()

function(wac_service_program name)
  wac_program(${name} ${ARGN})
  if(NOT WAC_SANITIZE AND NOT WAC_FUZZ)
    target_link_libraries(${name} PRIVATE ${WAC_JEMALLOC})
  endif()
endfunction()

function(wac_test name)
  cmake_parse_arguments(arg "SEPARATE" "LABEL;TIMEOUT" "FILES;DEPENDS;USES" ${ARGN})
  list(TRANSFORM arg_DEPENDS PREPEND wac_)
  add_executable(${name} ${arg_FILES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(${name} PRIVATE ${arg_DEPENDS} ${arg_USES} GTest::gmock GTest::gtest_main wac_warnings)
  wac_precompile(${name})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 240)
  endif()
  if(arg_SEPARATE)
    gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST
      PROPERTIES LABELS "${arg_LABEL}" TIMEOUT ${arg_TIMEOUT})
  else()
    add_test(NAME ${name} COMMAND ${name} --gtest_brief=1)
    set_tests_properties(${name} PROPERTIES LABELS "${arg_LABEL}" TIMEOUT ${arg_TIMEOUT})
  endif()
endfunction()
