#include "ble/bus.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <system_error>
#include <utility>

#include <systemd/sd-bus.h>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

namespace millrace::ble {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr const char* kSystemBus = "unix:path=/run/dbus/system_bus_socket";
// Messages looked at before others get their turn on the loop.
constexpr int kMessagesPerTurn = 32;

std::string words(int negative_errno) {
    return std::generic_category().message(-negative_errno);
}

std::string address_or_default(const std::string& address) {
    if (!address.empty()) return address;
    const char* given = std::getenv("DBUS_SYSTEM_BUS_ADDRESS");  // NOLINT(concurrency-mt-unsafe): nobody sets it
    return given != nullptr && *given != '\0' ? given : kSystemBus;
}

template <typename Function>
void keep(sd_bus_slot* slot, std::unique_ptr<Function> function) {
    sd_bus_slot_set_destroy_callback(slot, [](void* held) { delete static_cast<Function*>(held); });
    sd_bus_slot_set_userdata(slot, function.release());
}

int on_reply(sd_bus_message* message, void* held, sd_bus_error*) {
    Answer answer;
    if (const sd_bus_error* error = sd_bus_message_get_error(message); error != nullptr) {
        answer.error = error->name == nullptr ? "unknown" : error->name;
        answer.text = error->message == nullptr ? "" : error->message;
    } else {
        answer.message = message;
    }
    (*static_cast<Bus::OnAnswer*>(held))(answer);
    return 1;
}

// What matches may have others who listen for it too.
int on_match(sd_bus_message* message, void* held, sd_bus_error*) {
    (*static_cast<Bus::OnMessage*>(held))(message);
    return 0;
}

struct Unref {
    void operator()(sd_bus_message* message) const { sd_bus_message_unref(message); }
};
using OwnMessage = std::unique_ptr<sd_bus_message, Unref>;

}  // namespace

void Slot::Release::operator()(sd_bus_slot* slot) const {
    sd_bus_slot_unref(slot);
}

// Outlives the Bus while one of its own operations is under way.
class Bus::Life : public std::enable_shared_from_this<Life> {
public:
    Life(asio::io_context& loop, Lost lost)
        : loop_(loop), socket_(loop), wake_(loop), opening_(loop), lost_(std::move(lost)) {}

    int open(const std::string& address, base::Milliseconds patience);
    void close();
    void fail(const std::string& why);
    void arm();
    [[nodiscard]] int message_of(const Call& call, OwnMessage& message);

    [[nodiscard]] sd_bus* bus() const { return bus_; }

private:
    void process();
    [[nodiscard]] int follow_descriptor();
    void wait_for(asio::posix::stream_descriptor::wait_type what, bool& waiting);

    asio::io_context& loop_;
    asio::posix::stream_descriptor socket_;  // a duplicate, so that each side closes its own
    asio::steady_timer wake_;
    asio::steady_timer opening_;
    Lost lost_;
    sd_bus* bus_ = nullptr;
    int descriptor_ = -1;  // the library's, of which socket_ is a duplicate
    bool reading_ = false;
    bool writing_ = false;
    bool in_process_ = false;
    bool failed_ = false;
};

int Bus::Life::open(const std::string& address, base::Milliseconds patience) {
    int result = sd_bus_new(&bus_);
    if (result >= 0) result = sd_bus_set_address(bus_, address.c_str());
    if (result >= 0) result = sd_bus_set_bus_client(bus_, 1);
    if (result >= 0) result = sd_bus_start(bus_);
    if (result < 0) return result;
    opening_.expires_after(patience);
    opening_.async_wait([self = shared_from_this()](const error_code& error) {
        if (!error && self->bus_ != nullptr && sd_bus_is_ready(self->bus_) <= 0) self->fail("it does not answer");
    });
    arm();
    return 0;
}

void Bus::Life::close() {
    lost_ = nullptr;
    error_code ignored;
    socket_.close(ignored);
    wake_.cancel();
    opening_.cancel();
    if (bus_ != nullptr) sd_bus_close_unref(std::exchange(bus_, nullptr));
}

void Bus::Life::fail(const std::string& why) {
    if (bus_ == nullptr || std::exchange(failed_, true)) return;
    asio::post(loop_, [self = shared_from_this(), why] {
        if (self->lost_) std::exchange(self->lost_, nullptr)(why);
    });
}

// While the library tries one address after the other, its descriptor changes.
int Bus::Life::follow_descriptor() {
    const int now = sd_bus_get_fd(bus_);
    if (now < 0) return now;
    if (now == descriptor_ && socket_.is_open()) return 0;
    error_code error;
    socket_.close(error);
    const int copy = ::fcntl(now, F_DUPFD_CLOEXEC, 0);
    if (copy < 0) return -errno;
    socket_.assign(copy, error);
    if (error) {
        ::close(copy);
        return -EIO;
    }
    descriptor_ = now;
    return 0;
}

void Bus::Life::wait_for(asio::posix::stream_descriptor::wait_type what, bool& waiting) {
    if (std::exchange(waiting, true)) return;
    socket_.async_wait(what, [self = shared_from_this(), &waiting](const error_code&) {
        waiting = false;
        self->process();
    });
}

void Bus::Life::arm() {
    if (bus_ == nullptr || failed_ || in_process_) return;
    const int events = sd_bus_get_events(bus_);
    std::uint64_t wake_us = 0;
    int result = events < 0 ? events : follow_descriptor();
    if (result >= 0) result = sd_bus_get_timeout(bus_, &wake_us);
    if (result < 0) return fail(words(result));
    if ((events & POLLIN) != 0) wait_for(asio::posix::stream_descriptor::wait_read, reading_);
    if ((events & POLLOUT) != 0) wait_for(asio::posix::stream_descriptor::wait_write, writing_);
    if (wake_us == UINT64_MAX) {
        wake_.cancel();
        return;
    }
    // The library means the clock that Asio's timers go by.
    wake_.expires_at(asio::steady_timer::time_point(std::chrono::microseconds(wake_us)));
    wake_.async_wait([self = shared_from_this()](const error_code& error) {
        if (!error) self->process();
    });
}

void Bus::Life::process() {
    if (bus_ == nullptr || failed_) return;
    const auto self = shared_from_this();  // what is told now may end this
    sd_bus* held = sd_bus_ref(bus_);
    in_process_ = true;
    int result = 1;
    for (int i = 0; i < kMessagesPerTurn && result > 0 && bus_ != nullptr; ++i) result = sd_bus_process(held, nullptr);
    in_process_ = false;
    sd_bus_unref(held);
    if (bus_ == nullptr) return;
    if (result < 0) return fail(result == -ENOTCONN ? "the connection to it ended" : words(result));
    arm();
}

int Bus::Life::message_of(const Call& call, OwnMessage& message) {
    sd_bus_message* made = nullptr;
    int result = sd_bus_message_new_method_call(bus_, &made, call.destination.c_str(), call.path.c_str(),
                                                call.interface.c_str(), call.member.c_str());
    message.reset(made);
    if (result >= 0) result = sd_bus_message_set_auto_start(made, 0);
    if (result >= 0 && call.fill) result = call.fill(made);
    return result;
}

base::Result<std::unique_ptr<Bus>, NoBus> Bus::open(asio::io_context& loop, const std::string& address,
                                                    base::Milliseconds patience, Lost lost) {
    auto life = std::make_shared<Life>(loop, std::move(lost));
    const std::string where = address_or_default(address);
    if (const int result = life->open(where, patience); result < 0) {
        life->close();
        return base::failure(NoBus{where + ": " + words(result), result == -EACCES || result == -EPERM});
    }
    return std::unique_ptr<Bus>(new Bus(std::move(life)));
}

Bus::Bus(std::shared_ptr<Life> life) : life_(std::move(life)) {}

Bus::~Bus() {
    life_->close();
}

Slot Bus::call(const Call& call, base::Milliseconds patience, OnAnswer on_answer) {
    OwnMessage message;
    sd_bus_slot* slot = nullptr;
    int result = life_->message_of(call, message);
    if (result >= 0) {
        const auto patience_us = static_cast<std::uint64_t>(std::chrono::microseconds(patience).count());
        result = sd_bus_call_async(life_->bus(), &slot, message.get(), on_reply, nullptr, patience_us);
    }
    if (result >= 0) {
        keep(slot, std::make_unique<OnAnswer>(std::move(on_answer)));
        life_->arm();
    } else {
        life_->fail(words(result));
    }
    return Slot(slot);
}

void Bus::send(const Call& call) {
    OwnMessage message;
    int result = life_->message_of(call, message);
    if (result >= 0) result = sd_bus_message_set_expect_reply(message.get(), 0);
    if (result >= 0) result = sd_bus_send(life_->bus(), message.get(), nullptr);
    if (result < 0) return life_->fail(words(result));
    life_->arm();
}

Slot Bus::match(const std::string& rule, OnMessage on_message) {
    sd_bus_slot* slot = nullptr;
    // Without a callback of ours for it, a refused rule ends the connection, which is told.
    const int result = sd_bus_add_match_async(life_->bus(), &slot, rule.c_str(), on_match, nullptr, nullptr);
    if (result >= 0) {
        keep(slot, std::make_unique<OnMessage>(std::move(on_message)));
        life_->arm();
    } else {
        life_->fail(words(result));
    }
    return Slot(slot);
}

sd_bus* Bus::raw() {
    return life_->bus();
}

void Bus::on_changed() {
    life_->arm();
}

}  // namespace millrace::ble
