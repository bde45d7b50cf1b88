#include "app/supervisor/broker.h"

#include <limits>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

namespace millrace::app {
namespace {

using Json = nlohmann::ordered_json;

// Longer than the client's own limits together; beyond it only a name server can be in the way.
constexpr base::Seconds kLongestQuestion{20};
constexpr std::size_t kLongestText = 1024;

constexpr int kGood = 200;
constexpr int kBadRequest = 400;
constexpr int kForbidden = 403;
constexpr int kNotFound = 404;

constexpr const char* kNone =
    "Home Assistant has none to offer; install the app \"Mosquitto broker\", or name yours with the option mqtt_host";

tl::unexpected<ports::NoBroker> failed(const std::string& why) {
    return base::failure(ports::NoBroker{true, "the Supervisor could not be asked: " + why});
}

tl::unexpected<ports::NoBroker> not_understood(const std::string& what) {
    return failed("its answer is not understood: " + what);
}

// An optional text of the document; nothing when it is something else.
std::optional<std::string> text_in(const Json& data, const char* name) {
    const auto found = data.find(name);
    if (found == data.end() || found->is_null()) return "";
    if (!found->is_string() || found->get_ref<const std::string&>().size() > kLongestText) return std::nullopt;
    return found->get<std::string>();
}

// The document's `protocol` is left: the schema knows none above 3.1.1, and a broker says itself what it speaks.
BrokerAnswer read_data(const Json& data) {
    const auto host = text_in(data, "host");
    const auto user = text_in(data, "username");
    const auto password = text_in(data, "password");
    if (!host || host->empty()) return not_understood("no host");
    if (!user || !password) return not_understood("the login");
    ports::BrokerLogin login{*host, 1883, false, *user, *password};
    if (const auto port = data.find("port"); port != data.end()) {
        const std::int64_t number = port->is_number_integer() ? port->get<std::int64_t>() : 0;
        if (number < 1 || number > std::numeric_limits<std::uint16_t>::max()) return not_understood("the port");
        login.port = static_cast<std::uint16_t>(number);
    }
    if (const auto tls = data.find("ssl"); tls != data.end()) {
        if (!tls->is_boolean()) return not_understood("ssl");
        login.tls = tls->get<bool>();
    }
    return login;
}

}  // namespace

BrokerAnswer read_broker(const base::Result<notify::HttpAnswer, base::Error>& answer) {
    if (!answer) return failed(answer.error().message);
    // How it says that no app offers a broker, or that ours may not have it.
    if (answer->status == kBadRequest || answer->status == kForbidden || answer->status == kNotFound) {
        return base::failure(ports::NoBroker{false, kNone});
    }
    if (answer->status != kGood) return failed("it answered with status " + std::to_string(answer->status));
    const Json document = Json::parse(answer->body, nullptr, false);
    if (!document.is_object() || !document.contains("data") || !document["data"].is_object()) {
        return not_understood("no data");
    }
    return read_data(document["data"]);
}

SupervisorBroker::SupervisorBroker(SupervisorHome home, const base::Clock& clock, notify::Worker::Post post, Ask ask)
    : home_(std::move(home)), clock_(clock), post_(std::move(post)), ask_(std::move(ask)), worker_(post_) {}

void SupervisorBroker::ask(std::function<void(BrokerAnswer)> answer) {
    const auto heard = std::make_shared<BrokerAnswer>(failed("the question was given up"));
    const notify::HttpRequest request{
        home_.url + "/services/mqtt", {{"Authorization", "Bearer " + home_.token}}, "", ""};
    auto job = [ask = ask_, request, heard](notify::Cancel& cancel) -> notify::Outcome {
        *heard = read_broker(ask(request, cancel));
        return {};
    };
    auto done = [answer, heard, alive = std::weak_ptr(alive_)](const notify::Outcome&) {
        if (!alive.expired()) answer(std::move(*heard));
    };
    if (worker_.run(std::move(job), std::move(done), clock_.steady_now())) return;
    post_([answer = std::move(answer), alive = std::weak_ptr(alive_)] {
        if (!alive.expired()) answer(failed("no thread is left for it"));
    });
}

void SupervisorBroker::tick() {
    worker_.watch(clock_.steady_now(), kLongestQuestion);
}

}  // namespace millrace::app
