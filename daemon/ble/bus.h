// A connection to a D-Bus message bus, on the loop. Nothing in it blocks.
//
// It opens itself in the background; what is sent before it is open waits. When it ends, or does not open in time,
// `lost` is told once, later from the loop and never from inside a call. Whoever is told makes another Bus. Loop thread
// only.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>

#include "base/result.h"
#include "base/time.h"

struct sd_bus;
struct sd_bus_message;
struct sd_bus_slot;

namespace millrace::ble {

// Something that the bus does for us for as long as this lives: an answer expected, a match, an object shown.
class Slot {
public:
    Slot() = default;
    explicit Slot(sd_bus_slot* slot) : slot_(slot) {}

    void reset() { slot_.reset(); }
    [[nodiscard]] explicit operator bool() const { return slot_ != nullptr; }

private:
    struct Release {
        void operator()(sd_bus_slot* slot) const;
    };
    std::unique_ptr<sd_bus_slot, Release> slot_;
};

// What came back on a call.
struct Answer {
    sd_bus_message* message = nullptr;  // the values, to be read during the callback only; null when it failed
    std::string error;                  // "org.bluez.Error.NotReady"; empty: it worked
    std::string text;                   // what the error says

    [[nodiscard]] bool ok() const { return error.empty(); }
};

// A method to call. `fill` appends the arguments and gives a negative errno when it cannot.
struct Call {
    std::string destination;
    std::string path;
    std::string interface;
    std::string member;
    std::function<int(sd_bus_message*)> fill{};
};

// Why there is no bus to try.
struct NoBus {
    std::string text;        // where, and what the system says
    bool forbidden = false;  // its socket is there, and not for us
};

class Bus {
public:
    using Lost = std::function<void(const std::string& why)>;
    using OnAnswer = std::function<void(const Answer&)>;
    using OnMessage = std::function<void(sd_bus_message*)>;

    // What goes wrong later comes by `lost`. An empty address means the system's bus.
    [[nodiscard]] static base::Result<std::unique_ptr<Bus>, NoBus> open(boost::asio::io_context& loop,
                                                                        const std::string& address,
                                                                        base::Milliseconds patience, Lost lost);
    ~Bus();
    Bus(const Bus&) = delete;
    Bus& operator=(const Bus&) = delete;

    // The answer, or that there was none in `patience`. Forgotten with the slot. Services are not started by it.
    [[nodiscard]] Slot call(const Call& call, base::Milliseconds patience, OnAnswer on_answer);
    // Nobody waits for an answer.
    void send(const Call& call);
    // Messages that fit the rule, from the moment the bus has taken it up: before the answer to any later call.
    [[nodiscard]] Slot match(const std::string& rule, OnMessage on_message);

    // For the parts of the library that have no place here; on_changed() after each use that may have sent something.
    [[nodiscard]] sd_bus* raw();
    void on_changed();

private:
    class Life;
    explicit Bus(std::shared_ptr<Life> life);
    std::shared_ptr<Life> life_;
};

}  // namespace millrace::ble
