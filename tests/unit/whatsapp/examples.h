#pragma once
// Every payload of the facts (§2.3-2.5), literally: type, and the content under the type's name.

#include <string_view>

namespace wac::whatsapp::testing {

struct Example {
  std::string_view type;
  std::string_view content;
};

// clang-format off
inline constexpr Example kExamples[] = {
    {"text", R"({"body":"Hello"})"},
    {"text", R"({"body":"see https://example.com","preview_url":true})"},
    {"image", R"({"id":"1013859600285441","caption":"c"})"},
    {"image", R"({"link":"https://example.com/a.jpg"})"},
    {"image", R"({"id":"1013859600285441"})"},
    {"audio", R"({"id":"1013859600285441","voice":true})"},
    {"audio", R"({"link":"https://example.com/a.ogg"})"},
    {"video", R"({"link":"https://example.com/a.mp4","caption":""})"},
    {"document", R"({"id":"1013859600285441","caption":"c","filename":"a b.pdf"})"},
    {"document", R"({"link":"https://example.com/a.pdf"})"},
    {"sticker", R"({"id":"1013859600285441"})"},
    {"sticker", R"({"link":"https://example.com/a.webp"})"},
    {"location", R"({"latitude":"37.44216251868683","longitude":"-122.16153582049394","name":"N","address":"A"})"},
    {"location", R"({"latitude":37.4847,"longitude":-122.1477})"},
    {"contacts", R"([{"name":{"formatted_name":"Ann B","first_name":"Ann","last_name":"B","middle_name":"","suffix":"","prefix":""},"phones":[{"phone":"+1 (650) 555-1234","type":"MOBILE","wa_id":"16505551234"}],"emails":[{"email":"a@example.com","type":"WORK"}],"urls":[{"url":"https://example.com","type":"WORK"}],"addresses":[{"street":"","city":"","state":"","zip":"","country":"","country_code":"us","type":"HOME"}],"org":{"company":"C","department":"D","title":"T"},"birthday":"1999-01-23"}])"},
    {"reaction", R"({"message_id":"wamid.HBgL","emoji":"😀"})"},
    {"reaction", R"({"message_id":"wamid.HBgL","emoji":""})"},
    {"pin", R"({"type":"pin","message_id":"wamid.HBgL","expiration_days":7})"},
    {"pin", R"({"type":"unpin","message_id":"wamid.HBgL"})"},
    {"interactive", R"({"type":"button","header":{"type":"document","document":{"id":"1","filename":"f.pdf"}},"body":{"text":"b"},"footer":{"text":"f"},"action":{"buttons":[{"type":"reply","reply":{"id":"y","title":"Yes"}},{"type":"reply","reply":{"id":"n","title":"No"}}]}})"},
    {"interactive", R"({"type":"button","header":{"type":"video","video":{"link":"https://example.com/v"}},"body":{"text":"b"},"action":{"buttons":[{"type":"reply","reply":{"id":"y","title":"Yes"}}]}})"},
    {"interactive", R"({"type":"list","header":{"type":"text","text":"h"},"body":{"text":"b"},"action":{"button":"Choose","sections":[{"title":"One","rows":[{"id":"1","title":"A","description":"d"}]},{"title":"Two","rows":[{"id":"2","title":"B"}]}]}})"},
    {"interactive", R"({"type":"cta_url","body":{"text":"b"},"action":{"name":"cta_url","parameters":{"display_text":"Open","url":"https://example.com/?a=b"}}})"},
    {"interactive", R"({"type":"flow","body":{"text":"b"},"action":{"name":"flow","parameters":{"flow_message_version":"3","flow_id":"123","flow_cta":"Book","mode":"draft","flow_token":"t","flow_action":"navigate","flow_action_payload":{"screen":"S","data":{"n":1}}}}})"},
    {"interactive", R"({"type":"product","action":{"catalog_id":"1","product_retailer_id":"p"}})"},
    {"interactive", R"({"type":"product_list","header":{"type":"text","text":"h"},"body":{"text":"b"},"action":{"catalog_id":"1","sections":[{"title":"t","product_items":[{"product_retailer_id":"p"}]}]}})"},
    {"interactive", R"({"type":"catalog_message","body":{"text":"b"},"action":{"name":"catalog_message","parameters":{"thumbnail_product_retailer_id":"p"}}})"},
    {"interactive", R"({"type":"catalog_message","body":{"text":"b"},"action":{"name":"catalog_message"}})"},
    {"interactive", R"({"type":"location_request_message","body":{"text":"b"},"action":{"name":"send_location"}})"},
    {"interactive", R"({"type":"address_message","body":{"text":"b"},"action":{"name":"address_message","parameters":{"country":"IN","values":{"name":"A"},"saved_addresses":[{"id":"1","value":{"city":"C"}}],"validation_errors":{"pin":"p"}}}})"},
    {"interactive", R"({"type":"call_permission_request","action":{"name":"call_permission_request"}})"},
    {"interactive", R"({"type":"voice_call","body":{"text":"b"},"action":{"name":"voice_call","parameters":{"display_text":"Call","ttl_minutes":100,"payload":"p"}}})"},
    {"interactive", R"({"type":"request_contact_info","body":{"text":"b"},"action":{"name":"request_contact_info"}})"},
    {"interactive", R"({"type":"carousel","body":{"text":"b"},"action":{"cards":[{"card_index":0,"type":"cta_url","header":{"type":"image","image":{"link":"https://example.com/1"}},"body":{"text":"1"},"action":{"name":"cta_url","parameters":{"display_text":"d","url":"https://example.com"}}},{"card_index":1,"type":"cta_url","header":{"type":"video","video":{"id":"1"}},"action":{"name":"cta_url","parameters":{"display_text":"d","url":"https://example.com"}}}]}})"},
    {"interactive", R"({"type":"carousel","body":{"text":"b"},"action":{"cards":[{"card_index":0,"type":"product","action":{"catalog_id":"1","product_retailer_id":"p"}},{"card_index":1,"type":"product","action":{"catalog_id":"1","product_retailer_id":"q"}}]}})"},
    {"interactive", R"({"type":"order_details","body":{"text":"b"},"action":{"name":"review_and_pay","parameters":{"total_amount":{"value":1,"offset":100}}}})"},
    {"interactive", R"({"type":"order_status","body":{"text":"b"},"action":{"name":"review_order"}})"},
    {"interactive", R"({"type":"button","header":{"type":"text","text":"h"},"body":{"text":"b"},"action":{"buttons":[{"type":"reply","reply":{"id":"1","title":"A"}},{"type":"reply","reply":{"id":"2","title":"B"}},{"type":"reply","reply":{"id":"3","title":"C"}}]}})"},
    {"interactive", R"({"type":"cta_url","header":{"type":"image","image":{"link":"https://example.com/a.jpg"}},"body":{"text":"b"},"footer":{"text":"f"},"action":{"name":"cta_url","parameters":{"display_text":"Open","url":"https://example.com"}}})"},
    {"interactive", R"({"type":"list","body":{"text":"b"},"action":{"button":"Choose","sections":[{"rows":[{"id":"1","title":"A"}]}]}})"},
    {"interactive", R"({"type":"flow","header":{"type":"image","image":{"id":"1"}},"body":{"text":"b"},"footer":{"text":"f"},"action":{"name":"flow","parameters":{"flow_message_version":"3","flow_name":"appointment","flow_cta":"Book","mode":"published","flow_action":"data_exchange"}}})"},
    {"interactive", R"({"type":"product","body":{"text":"b"},"footer":{"text":"f"},"action":{"catalog_id":"1","product_retailer_id":"p"}})"},
    {"interactive", R"({"type":"call_permission_request","body":{"text":"b"},"action":{"name":"call_permission_request"}})"},
    {"interactive", R"({"type":"voice_call","body":{"text":"b"},"action":{"name":"voice_call"}})"},
    {"interactive", R"({"type":"carousel","body":{"text":"b"},"action":{"cards":[{"card_index":0,"type":"cta_url","header":{"type":"image","image":{"id":"1"}},"body":{"text":"1"},"action":{"buttons":[{"type":"quick_reply","quick_reply":{"id":"a","title":"A"}}]}},{"card_index":1,"type":"cta_url","header":{"type":"image","image":{"id":"2"}},"body":{"text":"2"},"action":{"buttons":[{"type":"quick_reply","quick_reply":{"id":"b","title":"B"}}]}}]}})"},
    {"template", R"({"name":"hello_world","language":{"code":"en_US","policy":"deterministic"}})"},
    {"template", R"({"name":"order_update","language":{"code":"en_US"},"components":[{"type":"header","parameters":[{"type":"image","image":{"id":"1"}}]},{"type":"body","parameters":[{"type":"text","text":"A"},{"type":"currency","currency":{"fallback_value":"$1","code":"USD","amount_1000":1000}},{"type":"date_time","date_time":{"fallback_value":"today"}}]},{"type":"button","sub_type":"url","index":"0","parameters":[{"type":"text","text":"suffix"}]},{"type":"button","sub_type":"quick_reply","index":"1","parameters":[{"type":"payload","payload":"p"}]}]})"},
    {"template", R"({"name":"t","language":{"code":"en"},"components":[{"type":"header","parameters":[{"type":"document","document":{"link":"https://example.com/a.pdf","filename":"a.pdf"}}]},{"type":"body","parameters":[{"type":"text","parameter_name":"first_name","text":"A"}]}]})"},
    {"template", R"({"name":"t","language":{"code":"en"},"components":[{"type":"header","parameters":[{"type":"text","text":"h"}]}]})"},
    {"template", R"({"name":"t","language":{"code":"en"},"components":[{"type":"header","parameters":[{"type":"video","video":{"id":"1"}}]}]})"},
    {"template", R"({"name":"t","language":{"code":"en"},"components":[{"type":"header","parameters":[{"type":"gif","gif":{"id":"1"}}]}]})"},
    {"template", R"({"name":"t","language":{"code":"en"},"components":[{"type":"header","parameters":[{"type":"location","location":{"latitude":"1","longitude":"2","name":"n","address":"a"}}]}]})"},
    {"template", R"({"name":"t","language":{"code":"en"},"components":[{"type":"header","parameters":[{"type":"product","product":{"catalog_id":"1","product_retailer_id":"p"}}]}]})"},
    {"template", R"({"name":"t","language":{"code":"en"},"components":[{"type":"button","sub_type":"copy_code","index":"0","parameters":[{"type":"coupon_code","coupon_code":"25OFF"}]},{"type":"button","sub_type":"catalog","index":"1","parameters":[{"type":"action","action":{"thumbnail_product_retailer_id":"p"}}]},{"type":"button","sub_type":"mpm","index":"2","parameters":[{"type":"action","action":{"thumbnail_product_retailer_id":"p","sections":[{"title":"t","product_items":[{"product_retailer_id":"p"}]}]}}]},{"type":"button","sub_type":"flow","index":"3","parameters":[{"type":"action","action":{"flow_token":"t","flow_action_data":{"a":[1]}}}]},{"type":"button","sub_type":"voice_call","index":"4","parameters":[{"type":"ttl_minutes","ttl_minutes":5}]},{"type":"button","sub_type":"order_details","index":"5"},{"type":"button","sub_type":"spm","index":"6"}]})"},
    {"template", R"({"name":"auth","language":{"code":"en"},"components":[{"type":"body","parameters":[{"type":"text","text":"J$FpnYnP"}]},{"type":"button","sub_type":"url","index":"0","parameters":[{"type":"text","text":"J$FpnYnP"}]}]})"},
    {"template", R"({"name":"t","language":{"code":"en"},"components":[{"type":"limited_time_offer","parameters":[{"type":"limited_time_offer","limited_time_offer":{"expiration_time_ms":1209600000}}]}]})"},
    {"template", R"({"name":"t","language":{"code":"en"},"components":[{"type":"carousel","cards":[{"card_index":0,"components":[{"type":"header","parameters":[{"type":"image","image":{"id":"1"}}]},{"type":"body","parameters":[{"type":"text","text":"A"}]},{"type":"button","sub_type":"quick_reply","index":"0","parameters":[{"type":"payload","payload":"p"}]}]}]}]})"},
    {"template", R"({"name":"t","language":{"code":"en"},"components":[{"type":"tap_target_configuration","parameters":[{"type":"tap_target_configuration","tap_target_configuration":[{"url":"https://example.com","title":"t"}]}]}]})"},
    {"template", R"({"name":"t","language":{"code":"en"},"components":[{"type":"header","parameters":[{"type":"text","parameter_name":"shop","text":"h"}]},{"type":"body","parameters":[{"type":"currency","parameter_name":"total","currency":{"fallback_value":"$1","code":"USD","amount_1000":1000}},{"type":"date_time","parameter_name":"day","date_time":{"fallback_value":"today"}}]}]})"},
    {"template", R"({"name":"t","language":{"code":"en"},"components":[{"type":"carousel","cards":[{"card_index":0,"components":[{"type":"header","parameters":[{"type":"product","product":{"product_retailer_id":"p","catalog_id":"1"}}]},{"type":"button","sub_type":"url","index":"0","parameters":[{"type":"text","text":"s"}]}]},{"card_index":1,"components":[{"type":"header","parameters":[{"type":"product","product":{"product_retailer_id":"q","catalog_id":"1"}}]},{"type":"button","sub_type":"url","index":"0","parameters":[{"type":"text","text":"s"}]}]}]}]})"},
};
// clang-format on

}  // namespace wac::whatsapp::testing
