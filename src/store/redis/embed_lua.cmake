# cmake -DINPUT_DIR=… -DOUTPUT=… -P embed_lua.cmake: writes the scripts as raw string literals.
set(text "#include \"store/redis/scripts.h\"\n\nnamespace wac::store::redis::lua {\n")
foreach(pair common:kCommon pace:kPace turns:kTurns evidence:kEvidence claim:kClaim settle:kSettle take_due:kTakeDue ingest:kIngest command:kCommand
             resume:kResume start_sending:kStartSending adopt_credential:kAdoptCredential put_record:kPutRecord list_records:kListRecords
             scan:kScan)
  string(REPLACE ":" ";" pair ${pair})
  list(GET pair 0 file)
  list(GET pair 1 constant)
  file(READ ${INPUT_DIR}/${file}.lua script)
  string(APPEND text "const std::string_view ${constant} = R\"lua(${script})lua\";\n")
endforeach()
string(APPEND text "}  // namespace wac::store::redis::lua\n")
file(WRITE ${OUTPUT} "${text}")
