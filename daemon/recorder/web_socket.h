// A WebSocket client connection, ws or wss: texts out, texts in, and one word when it is over.
//
// Everything happens on the loop thread. Certificates are checked against the system's authorities or those of a
// file, and against the host's name. Messages come in bounded; silence is broken by pings and ended by a time limit.
// It is kept alive by what it has under way; after `close` it calls nobody back.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/io_context.hpp>

#include "recorder/address.h"

namespace millrace::recorder {

class WebSocket {
public:
    struct Ears {
        std::function<void()> open;
        std::function<void(std::string_view)> text;
        std::function<void(std::string)> closed;  // once, with the reason in words
    };

    virtual ~WebSocket() = default;
    virtual void send(std::string text) = 0;
    virtual void close() = 0;

    // Begins to connect. Nothing, with `fault` said, when the file of authorities cannot be used.
    [[nodiscard]] static std::shared_ptr<WebSocket> connect(boost::asio::io_context& loop, const Address& address,
                                                            const std::string& ca_file, Ears ears, std::string& fault);
};

}  // namespace millrace::recorder
