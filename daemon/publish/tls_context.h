// Our side of TLS towards the broker: whom we trust, who we are, and which name the broker must prove.
//
// libmosquitto takes the name to check and to announce (SNI) from the very host it connects to, and resolves that host
// while the caller waits. We resolve names ourselves without waiting and give it an address, so the configured name is
// kept here instead: in the context's own verification parameters, and set as SNI when the handshake starts.
//
// Owns the OpenSSL context. It must outlive every connection made with it. Loop thread only.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "publish/settings.h"

struct ssl_ctx_st;

namespace millrace::publish {

class TlsContext {
public:
    // Reads the files that the settings name; fails with a message that names the file and the reason.
    [[nodiscard]] static base::Result<std::shared_ptr<TlsContext>, base::Error> make(const Settings& settings);

    ~TlsContext();
    TlsContext(const TlsContext&) = delete;
    TlsContext& operator=(const TlsContext&) = delete;

    [[nodiscard]] ssl_ctx_st* native() const { return context_; }

    // Why the broker's certificate was not accepted the last time, or empty.
    [[nodiscard]] const std::string& complaint() const { return complaint_; }

    // For the library's callbacks.
    [[nodiscard]] const std::string& announced_name() const { return announced_name_; }
    void set_complaint(std::string complaint) { complaint_ = std::move(complaint); }

private:
    explicit TlsContext(ssl_ctx_st* context) : context_(context) {}

    ssl_ctx_st* context_;
    std::string announced_name_;  // empty when the host is an address: those are not announced
    std::string complaint_;
};

}  // namespace millrace::publish
