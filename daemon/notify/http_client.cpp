#include "notify/http_client.h"

#include <httplib.h>

#include <exception>
#include <utility>

#include "base/version.h"

namespace millrace::notify {
namespace {

std::string reason(httplib::Error error, bool cancelled) {
    if (cancelled) return "it took too long";
    switch (error) {
        case httplib::Error::Connection: return "no connection: refused, or the host is not known";
        case httplib::Error::ConnectionTimeout: return "no connection: the host does not answer";
        case httplib::Error::Read: return "no answer came";
        case httplib::Error::Write: return "the connection broke while sending";
        case httplib::Error::SSLConnection: return "TLS failed";
        case httplib::Error::SSLLoadingCerts: return "the certificate authorities cannot be read";
        case httplib::Error::SSLServerVerification: return "the server's certificate is not trusted";
        case httplib::Error::Canceled: return "the answer is too long";
        default: return "it failed";
    }
}

base::Result<HttpAnswer, base::Error> ask_server(const HttpRequest& request, Cancel& cancel) {
    const auto parts = split_url(request.url);
    if (!parts) return base::failure(parts.error());
    httplib::Client client(parts->server);
    if (!client.is_valid()) return base::failure(base::Error{"the URL is not usable"});
    client.set_connection_timeout(kConnectWait.count());
    client.set_read_timeout(kAnswerWait.count());
    client.set_write_timeout(kConnectWait.count());
    client.set_follow_location(false);
    client.set_keep_alive(false);
    client.set_url_encode(false);
    client.set_decompress(false);
    if (!request.ca_file.empty()) client.set_ca_cert_path(request.ca_file);
    client.enable_server_certificate_verification(true);

    httplib::Request asked;
    asked.method = request.body.empty() ? "GET" : "POST";
    asked.path = parts->path;
    for (const auto& [key, value] : request.headers) asked.headers.emplace(key, value);
    asked.headers.emplace("User-Agent", std::string("millrace/") + base::version());
    if (!request.body.empty()) {
        asked.headers.emplace("Content-Type", "application/json");
        asked.body = request.body;
    }
    std::string body;
    asked.content_receiver = [&body](const char* data, std::size_t size, std::uint64_t, std::uint64_t) {
        if (size > kMaxAnswerBytes - body.size()) return false;
        body.append(data, size);
        return true;
    };
    const Cancel::Scope scope(cancel, [&client] { client.stop(); });
    const httplib::Result answer = client.send(asked);
    if (!answer) return base::failure(base::Error{reason(answer.error(), cancel.requested())});
    return HttpAnswer{answer->status, std::move(body)};
}

}  // namespace

base::Result<HttpAnswer, base::Error> ask(const HttpRequest& request, Cancel& cancel) {
    try {
        return ask_server(request, cancel);
    } catch (const std::exception&) {
        return base::failure(base::Error{"it failed"});
    }
}

Outcome outcome_of(const base::Result<HttpAnswer, base::Error>& answer) {
    if (!answer) return {Outcome::Kind::Unreachable, answer.error().message};
    if (answer->status >= 200 && answer->status < 300) return {};
    return {Outcome::Kind::Refused, "the server answered " + std::to_string(answer->status)};
}

}  // namespace millrace::notify
