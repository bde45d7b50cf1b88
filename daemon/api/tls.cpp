#include "api/tls.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <openssl/ssl.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>
#include <boost/asio/ssl/context.hpp>

namespace millrace::api {
namespace {

namespace ssl = boost::asio::ssl;
using ErrorCode = boost::system::error_code;

std::shared_ptr<spdlog::logger> logger() {
    auto named = spdlog::get("api");
    return named ? named : spdlog::default_logger();
}

base::Error file_error(const std::string& what, const std::string& file, const ErrorCode& error,
                       const std::string& wanted) {
    const bool readable = ::access(file.c_str(), R_OK) == 0;
    return {"cannot use the " + what + " " + file + ": " +
            (readable ? error.message() + "; it must be " + wanted : std::strerror(errno))};  // NOLINT
}

}  // namespace

base::Result<std::shared_ptr<ServerTls>, base::Error> ServerTls::make(std::string certificate_file,
                                                                      std::string key_file, const base::Clock& clock) {
    std::shared_ptr<ServerTls> tls(new ServerTls(std::move(certificate_file), std::move(key_file), clock));
    tls->stamp_ = tls->stamp();
    tls->looked_ = clock.steady_now();
    auto context = tls->read();
    if (!context) return base::failure(std::move(context.error()));
    tls->context_ = std::move(*context);
    return tls;
}

base::Result<std::shared_ptr<ServerTls::Context>, base::Error> ServerTls::read() const {
    auto context = std::make_shared<Context>(ssl::context::tls_server);
    SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
    SSL_CTX_set_options(context->native_handle(), SSL_OP_NO_RENEGOTIATION);
    ErrorCode error;
    context->use_certificate_chain_file(certificate_file_, error);
    if (error) return base::failure(file_error("certificate", certificate_file_, error, "in PEM form"));
    // Without this OpenSSL would ask on the terminal for the password of a protected key.
    context->set_password_callback([](std::size_t, ssl::context::password_purpose) { return std::string(); }, error);
    context->use_private_key_file(key_file_, ssl::context::pem, error);
    if (error) return base::failure(file_error("key", key_file_, error, "the certificate's, in PEM form"));
    return context;
}

std::string ServerTls::stamp() const {
    std::string text;
    for (const std::string& file : {certificate_file_, key_file_}) {
        struct stat status {};
        if (::stat(file.c_str(), &status) != 0) status = {};
        text += std::to_string(status.st_ino) + "/" + std::to_string(status.st_mtim.tv_sec) + "." +
                std::to_string(status.st_mtim.tv_nsec) + "/" + std::to_string(status.st_size) + " ";
    }
    return text;
}

std::shared_ptr<ServerTls::Context> ServerTls::current() {
    const base::SteadyTime now = clock_.steady_now();
    if (now - looked_ < kLookedAtEvery) return context_;
    looked_ = now;
    std::string seen = stamp();
    if (seen == stamp_) return context_;
    stamp_ = std::move(seen);
    if (auto context = read()) {
        context_ = std::move(*context);
        logger()->info("the certificate of the page and the API was renewed");
    } else {
        logger()->warn("{}; the certificate before it stays in use", context.error().message);
    }
    return context_;
}

}  // namespace millrace::api
