// The one port that bridges connect to.
//
// Owns the listening socket, made here or handed over (systemd socket activation). Accepts, applies the limits of
// Admissions, and hands each admitted connection on with its Admission; refuses by closing. Out of descriptors it
// pauses instead of spinning. Loop thread only; the handler may be called after open() until close() returns.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/result.h"
#include "capture/admission.h"
#include "capture/door.h"
#include "capture/endpoint.h"
#include "ports/health.h"

namespace millrace::capture {

class Listener {
public:
    using Handler =
        std::function<void(boost::asio::ip::tcp::socket, const boost::asio::ip::tcp::endpoint& peer, Admission)>;

    Listener(DoorContext& context, Admissions& admissions, Handler handler);
    ~Listener() { close(); }

    // Binds and listens on "address:port"; port 0 lets the system choose. The error says what to do about it.
    [[nodiscard]] base::Result<void, base::Error> open(const std::string& listen);

    // Takes over a TCP socket that already listens, to be closed with the listener; after a failure it is still the
    // caller's.
    [[nodiscard]] base::Result<void, base::Error> adopt(int native_descriptor);

    void close();

    // Nothing unless open; with the real port.
    [[nodiscard]] std::optional<boost::asio::ip::tcp::endpoint> local_endpoint() const;

    void health(std::vector<ports::HealthItem>& items) const;

private:
    void accept_next();
    void on_accept(const boost::system::error_code& error, boost::asio::ip::tcp::socket socket);
    void pause();
    void refuse(boost::asio::ip::tcp::socket socket, const boost::asio::ip::tcp::endpoint& peer,
                Admissions::Refusal refusal);

    DoorContext& context_;
    Admissions& admissions_;
    Handler handler_;
    boost::asio::ip::tcp::acceptor acceptor_;
    boost::asio::steady_timer pause_;
    std::string failure_;         // why it is not listening
    std::string accept_trouble_;  // why the last accept failed; empty once one succeeds
    std::shared_ptr<bool> open_;  // held by handlers in flight, so that they see a close() or a destruction
};

}  // namespace millrace::capture
