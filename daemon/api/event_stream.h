// Server-sent events to many clients, with what a client missed while it was away.
//
// Each event has an id, "<run>-<number>"; the newest are kept, so that a client that comes back with its last id gets
// what came since. A client that comes without one, with one of another run or with one too old gets a snapshot first,
// the whole present as one event; so does a client that was too slow, once it has taken what waited for it: each has
// room for `kQueueBytes`, and what does not fit is dropped, never kept. All get a comment now and then, since proxies
// cut what is silent.
//
// Knows no sockets: sinks are written to and ask nothing. Loop thread only.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/request.h"

namespace millrace::api {

class EventStream {
public:
    static constexpr std::size_t kQueueBytes = 64 * 1024;  // a minute of a busy house, many times over
    static constexpr std::size_t kKeptEvents = 1024;
    static constexpr std::size_t kKeptBytes = 1024 * 1024;

    using Snapshot = std::function<std::string()>;

    // `run` tells this run of the daemon from others; `snapshot` makes the data of a snapshot event, one line.
    EventStream(std::string run, Snapshot snapshot) : run_(std::move(run)), snapshot_(std::move(snapshot)) {}

    struct Wish {
        std::vector<std::string> types;  // none: all
        std::string last_id;
        std::string peer;
    };
    void open(std::shared_ptr<StreamSink> sink, Wish wish);

    // `data` is one line.
    void publish(std::string_view type, std::string_view data);
    void comment();
    // Nobody has listened for long: what is kept is dropped, and who comes back gets a snapshot.
    void forget();
    // What was said so far does not hold any more: all get a snapshot, and so does whoever comes back.
    void begin_anew();

    [[nodiscard]] std::size_t clients();
    [[nodiscard]] std::size_t clients_of(std::string_view peer);

private:
    struct Event {
        std::uint64_t number;
        std::string type;
        std::string text;
    };
    struct Client {
        std::shared_ptr<StreamSink> sink;
        Wish wish;
        bool lost = false;  // something did not fit: a snapshot is due
    };

    [[nodiscard]] static bool wants(const Client& client, std::string_view type);
    [[nodiscard]] std::optional<std::uint64_t> number_of(std::string_view id) const;
    void give(Client& client, std::string_view text);
    void give_snapshot(Client& client);
    void drop_kept();
    void drop_closed();

    std::string run_;
    Snapshot snapshot_;
    std::uint64_t number_ = 0;      // of the newest event
    std::uint64_t known_from_ = 0;  // all events after this number are kept
    std::deque<Event> kept_;
    std::size_t kept_bytes_ = 0;
    std::vector<Client> clients_;
};

}  // namespace millrace::api
