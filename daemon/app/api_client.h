// A client of the running daemon's REST interface, for commands. Calls block, each with a time limit.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace millrace::app {

struct ApiAnswer {
    unsigned status = 0;
    std::string body;
};

// Where a daemon is asked, and as whom.
struct DaemonAddress {
    std::string url;         // "http://HOST:PORT" or "https://…"; 8099 and "http://" may be left out
    std::string token_file;  // holds a token, for a daemon that asks for one
    std::string ca_file;     // whose certificates are believed; else those the system believes
    bool pinned = false;     // the certificate itself is in `ca_file`, and may be for any name
};

class ApiClient {
public:
    [[nodiscard]] static base::Result<ApiClient, base::Error> at(const DaemonAddress& address);
    [[nodiscard]] static base::Result<ApiClient, base::Error> at(std::string_view url);

    // The daemon's answer, whatever its status. Fails when no daemon answers, with a message that says what to do.
    // `method` is "GET", "POST", "PUT" or "DELETE"; `body` is JSON, or empty.
    [[nodiscard]] base::Result<ApiAnswer, base::Error> ask(std::string_view method, const std::string& path,
                                                           std::string body = {}) const;

    [[nodiscard]] std::string url() const { return (secure_ ? "https://" : "http://") + host_ + ":" + port_; }

private:
    ApiClient(bool secure, std::string host, std::string port)
        : secure_(secure), host_(std::move(host)), port_(std::move(port)) {}

    bool secure_;

    std::string host_;  // an IPv6 address in brackets
    std::string port_;
    std::string token_;
    std::string ca_file_;
    bool pinned_ = false;
};

// Where a daemon that listens on `listen` can be asked on this machine: "0.0.0.0:8099" is "http://127.0.0.1:8099".
[[nodiscard]] std::string url_of_listener(std::string_view listen, bool secure = false);

// Waits, for commands that ask again and again.
void wait_for(base::Milliseconds time);

}  // namespace millrace::app
