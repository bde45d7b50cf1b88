// Makes connections to the cloud: looks its name up, leaves out ourselves, tries each address in turn.
//
// A Dial is one attempt; letting go of the pointer does not end it, cancel() does. Its handler is called exactly once
// unless cancelled, and never from inside dial(). While a socket to the cloud is being made or stands, the LoopGuard
// knows our end of it. Loop thread only.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/result.h"
#include "capture/door.h"
#include "capture/endpoint.h"
#include "capture/loop_guard.h"
#include "capture/resolver.h"

namespace millrace::capture {

// How to reach the cloud; shared by all attempts and owned by the relay.
struct CloudRoute {
    HostPort cloud;
    Resolver& resolver;
    LoopGuard& guard;
};

// What a redirection that caught us looks like, and how to mend it.
[[nodiscard]] std::string loop_message(const HostPort& cloud, const std::string& where);

class Dial : public std::enable_shared_from_this<Dial> {
public:
    using Handler = std::function<void(base::Result<boost::asio::ip::tcp::socket, base::Error>)>;

    Dial(DoorContext& context, CloudRoute& route, ports::ConnectionId connection);

    // `at_most` bounds the whole attempt besides the limits' own dial_timeout.
    void start(Handler handler, base::Milliseconds at_most = base::Milliseconds::max());
    void cancel();

private:
    void on_addresses(base::Result<Resolver::Addresses, base::Error> result);
    void try_next();
    void on_connected(const boost::system::error_code& error);
    void forget_socket();
    void finish(base::Result<boost::asio::ip::tcp::socket, base::Error> result);

    DoorContext& context_;
    CloudRoute& route_;
    ports::ConnectionId connection_;
    Handler handler_;                                   // empty once called or cancelled
    std::vector<boost::asio::ip::tcp::endpoint> left_;  // the next one last
    boost::asio::ip::tcp::endpoint trying_;
    std::string failures_;
    boost::asio::ip::tcp::socket socket_;
    boost::asio::steady_timer address_timer_;
    boost::asio::steady_timer whole_timer_;
    bool timed_out_ = false;
};

}  // namespace millrace::capture
