// The templates every sandbox has.

#include "sandbox/templates.h"

namespace wac::sandbox {
namespace {

constexpr std::string_view kJson = R"json([
 {"id":"594425479261596","name":"hello_world","language":"en_US","category":"UTILITY","status":"APPROVED",
  "parameter_format":"POSITIONAL","components":[
  {"type":"HEADER","format":"TEXT","text":"Hello World"},
  {"type":"BODY","text":"Welcome and congratulations!! This message demonstrates your ability to send a WhatsApp message notification from the Cloud API, hosted by Meta. Thank you for taking the time to test with us."},
  {"type":"FOOTER","text":"WhatsApp Business Platform sample message"}]},
 {"id":"594425479261597","name":"order_update","language":"en_US","category":"UTILITY","status":"APPROVED",
  "parameter_format":"POSITIONAL","components":[
  {"type":"BODY","text":"Hi {{1}}, your order {{2}} has been updated. Thank you."},
  {"type":"BUTTONS","buttons":[
   {"type":"URL","text":"View order","url":"https://shop.example.com/orders/{{1}}"}]}]},
 {"id":"594425479261598","name":"order_shipped","language":"en_US","category":"UTILITY","status":"APPROVED",
  "parameter_format":"NAMED","components":[
  {"type":"HEADER","format":"IMAGE"},
  {"type":"BODY","text":"{{first_name}}, order {{order_id}} is on its way. Questions? Just answer."},
  {"type":"BUTTONS","buttons":[{"type":"QUICK_REPLY","text":"Help"},
   {"type":"URL","text":"Track","url":"https://shop.example.com/track/{{1}}"},
   {"type":"PHONE_NUMBER","text":"Call us","phone_number":"+15550783881"}]}]},
 {"id":"594425479261599","name":"login_code","language":"en_US","category":"AUTHENTICATION","status":"APPROVED",
  "parameter_format":"POSITIONAL","components":[
  {"type":"BODY","text":"{{1}} is your verification code.","add_security_recommendation":true},
  {"type":"BUTTONS","buttons":[{"type":"OTP","otp_type":"COPY_CODE","text":"Copy code"}]}]},
 {"id":"594425479261600","name":"summer_sale","language":"en_US","category":"MARKETING","status":"APPROVED",
  "parameter_format":"POSITIONAL","components":[
  {"type":"HEADER","format":"TEXT","text":"Sale for {{1}}"},
  {"type":"BODY","text":"Everything is {{1}} off until {{2}}. See you soon."},
  {"type":"BUTTONS","buttons":[{"type":"COPY_CODE","text":"Copy offer code"}]}]},
 {"id":"594425479261601","name":"flash_offer","language":"en_US","category":"MARKETING","status":"APPROVED",
  "parameter_format":"POSITIONAL","components":[
  {"type":"HEADER","format":"IMAGE"},
  {"type":"LIMITED_TIME_OFFER","limited_time_offer":{"text":"Flash sale","has_expiration":true}},
  {"type":"BODY","text":"Hi {{1}}, use the code before it is gone."},
  {"type":"BUTTONS","buttons":[{"type":"COPY_CODE","text":"Copy code"},
   {"type":"URL","text":"Shop","url":"https://shop.example.com/{{1}}"}]}]},
 {"id":"594425479261602","name":"new_arrivals","language":"en_US","category":"MARKETING","status":"APPROVED",
  "parameter_format":"POSITIONAL","components":[
  {"type":"BODY","text":"New this week, {{1}}:"},
  {"type":"CAROUSEL","cards":[
   {"components":[{"type":"HEADER","format":"IMAGE"},{"type":"BODY","text":"{{1}} from {{2}}"},
    {"type":"BUTTONS","buttons":[{"type":"QUICK_REPLY","text":"Tell me more"}]}]},
   {"components":[{"type":"HEADER","format":"IMAGE"},{"type":"BODY","text":"{{1}} from {{2}}"},
    {"type":"BUTTONS","buttons":[{"type":"QUICK_REPLY","text":"Tell me more"}]}]}]}]},
 {"id":"594425479261603","name":"appointment_reminder","language":"en_US","category":"UTILITY","status":"APPROVED",
  "parameter_format":"POSITIONAL","components":[
  {"type":"BODY","text":"Hi {{1}}, we expect you on {{2}}. Until then."}]}
])json";

}  // namespace

TemplateCatalogue TemplateCatalogue::built_in() {
  TemplateCatalogue catalogue;
  // A mistake in the literal above shows in the first test that finds a template missing.
  (void)catalogue.add(boost::json::parse(kJson));
  return catalogue;
}

}  // namespace wac::sandbox
