// The server's certificate and key, read from files, and read again when they have been renewed.
//
// TLS 1.2 and 1.3. The files are looked at when a connection comes, at most once in `kLookedAtEvery`; files that cannot
// be used are said in the log once, and those before them stay in force. Loop thread only.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "base/time.h"

namespace boost::asio::ssl {
class context;
}

namespace millrace::api {

class ServerTls {
public:
    static constexpr base::Seconds kLookedAtEvery{60};
    using Context = boost::asio::ssl::context;

    // Fails with a message that names the file and what is wrong with it.
    [[nodiscard]] static base::Result<std::shared_ptr<ServerTls>, base::Error> make(std::string certificate_file,
                                                                                    std::string key_file,
                                                                                    const base::Clock& clock);

    // What a connection that comes now is to use.
    [[nodiscard]] std::shared_ptr<Context> current();

private:
    ServerTls(std::string certificate_file, std::string key_file, const base::Clock& clock)
        : certificate_file_(std::move(certificate_file)), key_file_(std::move(key_file)), clock_(clock) {}
    [[nodiscard]] base::Result<std::shared_ptr<Context>, base::Error> read() const;
    [[nodiscard]] std::string stamp() const;  // differs when either file is another

    std::string certificate_file_;
    std::string key_file_;
    const base::Clock& clock_;
    std::shared_ptr<Context> context_;
    std::string stamp_;
    base::SteadyTime looked_{};
};

}  // namespace millrace::api
