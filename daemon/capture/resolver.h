// The cloud's name to addresses, asked of name servers that we name ourselves.
//
// Never through the system's resolver or /etc/hosts: these may have been told to send the bridge, and so us, to this
// machine. Uses c-ares, with its sockets driven from our loop. Answers are kept for their time to live, at most five
// minutes; when the name servers do not answer, the last addresses known to be good serve on. Loop thread only;
// handlers are always called later, never from inside resolve(), and not at all once the resolver is gone.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>

#include "base/result.h"
#include "base/time.h"

namespace millrace::capture {

class Resolver {
public:
    // Longer than the cloud's own five minutes there is nothing to gain.
    static constexpr base::Seconds kMaxTimeToLive{300};

    // More addresses than these are not tried anyway.
    static constexpr std::size_t kMaxAddresses = 8;

    struct Timing {
        base::Milliseconds first_round;  // for each name server; doubles with each round
        int rounds;
    };

    using Addresses = std::vector<boost::asio::ip::address>;  // IPv4 first, never empty
    using Handler = std::function<void(base::Result<Addresses, base::Error>)>;

    [[nodiscard]] static base::Result<std::unique_ptr<Resolver>, base::Error> create(
        boost::asio::io_context& loop, const base::Clock& clock, const std::vector<std::string>& name_servers,
        Timing timing);

    ~Resolver();
    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;

    // A literal address needs no name server. Questions for one name that is being asked for already share its answer.
    void resolve(const std::string& host, Handler handler);

private:
    class Channel;
    explicit Resolver(std::shared_ptr<Channel> channel);

    std::shared_ptr<Channel> channel_;
};

}  // namespace millrace::capture
