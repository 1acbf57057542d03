#include "support/connector.h"

#include "base/encoding.h"
#include "base/random.h"

#include <openssl/hmac.h>

#include <array>
#include <csignal>
#include <ctime>
#include <stdexcept>

namespace wac::testing {
namespace {

std::string loopback(std::uint16_t port, std::string_view path) {
  return "http://127.0.0.1:" + std::to_string(port) + std::string{path};
}

std::string program(const char* name) {
  return std::string{WAC_BIN_DIR} + "/" + name;
}

}  // namespace

Connector::Connector(ConnectorOptions options)
    : options_(std::move(options)), port_(free_port()), admin_port_(free_port()) {}

Environment Connector::environment() const {
  Environment env = {
      {"ENVIRONMENT", "development"},
      {"LISTEN_ADDRESS", "127.0.0.1"},
      {"PORT", std::to_string(port_)},
      {"ADMIN_PORT", std::to_string(admin_port_)},
      {"DATA_DIR", directory_.path()},
      {"GRAPH_API_URL", options_.graph_url},
      {"WHATSAPP_ACCESS_TOKEN", "sandbox-token"},
      {"WHATSAPP_PHONE_NUMBER_ID", std::string{kSender}},
      {"WHATSAPP_WEBHOOK_SECRET", std::string{kAppSecret}},
      {"WHATSAPP_VERIFY_TOKEN", std::string{kVerifyToken}},
      {"STAGING_OUTBOUND_TOKEN", std::string{kStagingToken}},
      {"LOG_LEVEL", "debug"},
  };
  if (!options_.redis_url.empty()) env.emplace_back("REDIS_URL", options_.redis_url);
  for (const auto& [name, value] : options_.env) {
    std::erase_if(env, [&name](const auto& entry) { return entry.first == name; });
    env.emplace_back(name, value);
  }
  return env;
}

void Connector::start() {
  if (process_) earlier_output_ += process_->standard_output() + process_->standard_error();
  process_.emplace(ProcessOptions{.argv = {program("whatsapp-connector")}, .env = environment()});
  const bool ready = eventually(
      [this] { return !process_->running() || http_request("GET", admin_url("/readyz")).status == 200; },
      Millis{20'000});
  if (!ready || !process_->running())
    throw std::runtime_error("the connector did not become ready:\n" + output());
}

std::optional<ExitStatus> Connector::terminate(Millis timeout) {
  process_->signal(SIGTERM);
  return process_->wait(timeout);
}

std::string Connector::url(std::string_view path) const {
  return loopback(port_, path);
}
std::string Connector::admin_url(std::string_view path) const {
  return loopback(admin_port_, path);
}

std::string Connector::api_key() const {
  std::string key = read_file(directory_.file("api_key"));
  while (!key.empty() && key.back() == '\n') key.pop_back();
  return key;
}

std::string Connector::output() const {
  return earlier_output_ + (process_ ? process_->standard_output() + process_->standard_error() : "");
}

HttpReply Connector::post(std::string_view path, const std::string& body, HttpHeaders more) const {
  more.emplace_back("Content-Type", "application/json");
  more.emplace_back("Authorization", "Bearer " + api_key());
  return http_request("POST", url(path), more, body, {.timeout = Millis{30'000}});
}

HttpReply Connector::get(std::string_view path, HttpHeaders more) const {
  more.emplace_back("Authorization", "Bearer " + api_key());
  return http_request("GET", url(path), more, {}, {.timeout = Millis{30'000}});
}

HttpReply Connector::get_admin(std::string_view path) const {
  return http_request("GET", admin_url(path));
}

HttpReply Connector::post_webhook(const std::string& body) const {
  return http_request("POST", webhook_url(),
                      {{"Content-Type", "application/json"}, {"X-Hub-Signature-256", sign_webhook(body)}},
                      body);
}

double Connector::metric(const std::string& series) const {
  const std::string text = "\n" + get_admin("/metrics").body;
  const std::size_t at = text.find("\n" + series + " ");
  return at == std::string::npos ? 0 : std::stod(text.substr(at + series.size() + 2));
}

Sandbox::Sandbox(const std::string& webhook_url, const std::vector<std::string>& arguments,
                 std::uint16_t port)
    : port_(port != 0 ? port : free_port()) {
  ProcessOptions options{.argv = {program("graph-sandbox"), "--port", std::to_string(port_), "--app-secret",
                                  std::string{kAppSecret}, "--phone-number-id", std::string{kSender},
                                  "--webhook-url", webhook_url}};
  options.argv.insert(options.argv.end(), arguments.begin(), arguments.end());
  process_.emplace(options);
  if (!wait_for_port(port_))
    throw std::runtime_error("graph-sandbox did not start:\n" + process_->standard_error());
}

std::string Sandbox::url(std::string_view path) const {
  return loopback(port_, path);
}

HttpReply Sandbox::post(std::string_view path, const std::string& body) const {
  return http_request("POST", url(path), {{"Content-Type", "application/json"}}, body);
}

void Sandbox::set_faults(const std::string& json) const {
  const HttpReply reply = post("/_sandbox/faults", json);
  if (reply.status != 200) throw std::runtime_error("the sandbox refused the faults: " + reply.body);
}

std::string sign_webhook(const std::string& body, std::string_view secret) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(body.data()), body.size(), digest.data(), &size);
  return "sha256=" + to_hex({digest.data(), size});
}

std::string random_uuid() {
  static const auto random = make_system_random();
  return make_uuid(*random);
}

std::string text_intent(const std::string& intent_id, const std::string& to, const std::string& text,
                        const std::string& more) {
  return R"({"intents":[{"intentId":")" + intent_id + R"(","to":")" + to +
         R"(","payload":{"type":"text","text":{"body":")" + text + "\"}}" + more + "}]}";
}

std::string inbound_text(const std::string& wamid, const std::string& text, const std::string& from) {
  return R"({"object":"whatsapp_business_account","entry":[{"id":"102290129340398","changes":[{"field":"messages",)"
         R"("value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550783881",)"
         R"("phone_number_id":")" +
         std::string{kSender} + R"("},"contacts":[{"profile":{"name":"Sheena Nelson"},"wa_id":")" + from +
         R"("}],"messages":[{"from":")" + from + R"(","id":")" + wamid + R"(","timestamp":")" +
         std::to_string(std::time(nullptr)) + R"(","type":"text","text":{"body":")" + text + "\"}}]}}]}]}";
}

}  // namespace wac::testing
