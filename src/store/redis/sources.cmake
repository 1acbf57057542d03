# Included by src/store/CMakeLists.txt: sets WAC_STORE_REDIS_FILES.
set(redis_dir ${CMAKE_CURRENT_LIST_DIR})
set(lua_text ${CMAKE_CURRENT_BINARY_DIR}/redis_lua_text.cpp)
set(lua_files common pace turns evidence claim settle take_due ingest command resume start_sending adopt_credential put_record list_records
    scan)
list(TRANSFORM lua_files PREPEND ${redis_dir}/)
list(TRANSFORM lua_files APPEND .lua)
add_custom_command(
  OUTPUT ${lua_text}
  COMMAND ${CMAKE_COMMAND} -DINPUT_DIR=${redis_dir} -DOUTPUT=${lua_text} -P ${redis_dir}/embed_lua.cmake
  DEPENDS ${lua_files} ${redis_dir}/embed_lua.cmake
  VERBATIM)
set(WAC_STORE_REDIS_FILES
  redis/calls.cpp
  redis/durability.cpp
  redis/format.cpp
  redis/event_position.cpp
  redis/keys.cpp
  redis/record.cpp
  redis/redis_contacts.cpp
  redis/redis_events.cpp
  redis/redis_intents.cpp
  redis/redis_pace.cpp
  redis/redis_records.cpp
  redis/redis_store.cpp
  redis/replies.cpp
  redis/script_groups.cpp
  redis/scripts.cpp
  redis/scan_cursor.cpp
  redis/session.cpp
  ${lua_text})
