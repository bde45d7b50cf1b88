#include "publish/tls_context.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <boost/asio/ip/address.hpp>
#include <system_error>

namespace millrace::publish {

namespace {

std::string openssl_error() {
    const unsigned long code = ERR_peek_error();  // the first one is nearest to the cause
    ERR_clear_error();
    if (ERR_SYSTEM_ERROR(code)) return std::error_code(ERR_GET_REASON(code), std::generic_category()).message();
    const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
    return reason == nullptr ? "unknown reason" : reason;
}

TlsContext* owner_of(const SSL* ssl) {
    return static_cast<TlsContext*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
}

// The handshake has started but its first message is not yet made, so this is the last chance to set the name.
void on_info(const SSL* ssl, int where, int) {
    if ((where & SSL_CB_HANDSHAKE_START) == 0) return;
    const TlsContext* owner = owner_of(ssl);
    if (owner == nullptr) return;
    // A name of its own, because this function is a macro that casts what stands first in its argument.
    const char* name = owner->announced_name().empty() ? nullptr : owner->announced_name().c_str();
    SSL_set_tlsext_host_name(const_cast<SSL*>(ssl), name);
}

int on_verify(int accepted, X509_STORE_CTX* store) {
    if (accepted == 1) return 1;
    const auto* ssl = static_cast<const SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
    TlsContext* owner = ssl == nullptr ? nullptr : owner_of(ssl);
    if (owner != nullptr) owner->set_complaint(X509_verify_cert_error_string(X509_STORE_CTX_get_error(store)));
    return accepted;
}

// Without this OpenSSL would ask at the terminal for the password of an encrypted key.
int no_password(char*, int, int, void*) {
    return 0;
}

base::Error unreadable(const std::string& what, const std::string& file) {
    return {what + " " + file + " cannot be used: " + openssl_error()};
}

}  // namespace

TlsContext::~TlsContext() {
    SSL_CTX_free(context_);
}

base::Result<std::shared_ptr<TlsContext>, base::Error> TlsContext::make(const Settings& settings) {
    ERR_clear_error();
    SSL_CTX* native = SSL_CTX_new(TLS_client_method());
    if (native == nullptr) return base::failure(base::Error{"TLS is not available: " + openssl_error()});
    std::shared_ptr<TlsContext> context(new TlsContext(native));
    SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
    SSL_CTX_set_app_data(native, context.get());
    SSL_CTX_set_default_passwd_cb(native, no_password);
    SSL_CTX_set_info_callback(native, on_info);
    SSL_CTX_set_verify(native, SSL_VERIFY_PEER, on_verify);
    SSL_CTX_set_mode(native, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);

    if (settings.ca_file.empty()) {
        SSL_CTX_set_default_verify_paths(native);
    } else if (SSL_CTX_load_verify_locations(native, settings.ca_file.c_str(), nullptr) != 1) {
        return base::failure(unreadable("the file of certificate authorities", settings.ca_file));
    }
    if (!settings.certificate_file.empty()) {
        if (SSL_CTX_use_certificate_chain_file(native, settings.certificate_file.c_str()) != 1) {
            return base::failure(unreadable("the client certificate", settings.certificate_file));
        }
        const std::string& key = settings.key_file.empty() ? settings.certificate_file : settings.key_file;
        if (SSL_CTX_use_PrivateKey_file(native, key.c_str(), SSL_FILETYPE_PEM) != 1) {
            return base::failure(unreadable("the client certificate's key", key));
        }
    }

    boost::system::error_code not_an_address;
    boost::asio::ip::make_address(settings.host, not_an_address);
    if (not_an_address) context->announced_name_ = settings.host;
    if (settings.verify_host_name) {
        X509_VERIFY_PARAM* parameters = SSL_CTX_get0_param(native);
        const int set = not_an_address ? X509_VERIFY_PARAM_set1_host(parameters, settings.host.c_str(), 0)
                                       : X509_VERIFY_PARAM_set1_ip_asc(parameters, settings.host.c_str());
        if (set != 1) return base::failure(base::Error{"the broker's host name cannot be checked: " + settings.host});
    }
    return context;
}

}  // namespace millrace::publish
