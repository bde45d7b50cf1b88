#include "api/event_stream.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace millrace::api {
namespace {

constexpr std::string_view kComment = ":\n\n";

// How long a browser waits before it comes again.
constexpr std::string_view kRetry = "retry: 3000\n\n";

std::string event_text(std::string_view type, const std::string& id, std::string_view data) {
    std::string text = "event: ";
    text.append(type).append("\nid: ").append(id).append("\ndata: ").append(data).append("\n\n");
    return text;
}

}  // namespace

bool EventStream::wants(const Client& client, std::string_view type) {
    const auto& types = client.wish.types;
    return types.empty() || std::find(types.begin(), types.end(), type) != types.end();
}

std::optional<std::uint64_t> EventStream::number_of(std::string_view id) const {
    if (id.size() < run_.size() + 2 || !id.starts_with(run_) || id[run_.size()] != '-') return std::nullopt;
    id.remove_prefix(run_.size() + 1);
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), number);
    if (error != std::errc{} || end != id.data() + id.size()) return std::nullopt;
    return number >= known_from_ && number <= number_ ? std::optional(number) : std::nullopt;
}

void EventStream::give(Client& client, std::string_view text) {
    if (client.sink->waiting() + text.size() > kQueueBytes) {
        client.lost = true;
    } else {
        client.sink->send(text);
    }
}

// A snapshot of many sensors may be larger than the queue; it is the one thing that is sent whatever its size, and only
// to those who have taken all before it.
void EventStream::give_snapshot(Client& client) {
    client.lost = false;
    client.sink->send(event_text("snapshot", run_ + "-" + std::to_string(number_), snapshot_()));
}

void EventStream::open(std::shared_ptr<StreamSink> sink, Wish wish) {
    drop_closed();
    Client& client = clients_.emplace_back(Client{std::move(sink), std::move(wish)});
    client.sink->send(kRetry);
    const auto last = number_of(client.wish.last_id);
    if (!last) return give_snapshot(client);
    for (const Event& event : kept_) {
        if (event.number > *last && wants(client, event.type)) give(client, event.text);
    }
}

void EventStream::publish(std::string_view type, std::string_view data) {
    ++number_;
    Event event{number_, std::string(type), event_text(type, run_ + "-" + std::to_string(number_), data)};
    drop_closed();
    for (Client& client : clients_) {
        if (client.lost) {
            // What the event says is in the snapshot too.
            if (client.sink->waiting() == 0) give_snapshot(client);
        } else if (wants(client, type)) {
            give(client, event.text);
        }
    }
    kept_bytes_ += event.text.size();
    kept_.push_back(std::move(event));
    while (kept_.size() > kKeptEvents || kept_bytes_ > kKeptBytes) {
        kept_bytes_ -= kept_.front().text.size();
        known_from_ = kept_.front().number;
        kept_.pop_front();
    }
}

void EventStream::comment() {
    drop_closed();
    for (Client& client : clients_) {
        if (client.lost && client.sink->waiting() == 0) {
            give_snapshot(client);
        } else {
            give(client, kComment);
        }
    }
}

void EventStream::forget() {
    if (!kept_.empty()) drop_kept();
}

void EventStream::begin_anew() {
    drop_kept();
    drop_closed();
    for (Client& client : clients_) {
        client.lost = client.sink->waiting() > 0;
        if (!client.lost) give_snapshot(client);
    }
}

void EventStream::drop_kept() {
    known_from_ = ++number_;
    kept_.clear();
    kept_bytes_ = 0;
}

void EventStream::drop_closed() {
    std::erase_if(clients_, [](const Client& client) { return !client.sink->open(); });
}

std::size_t EventStream::clients() {
    drop_closed();
    return clients_.size();
}

std::size_t EventStream::clients_of(std::string_view peer) {
    drop_closed();
    return static_cast<std::size_t>(std::count_if(clients_.begin(), clients_.end(),
                                                  [peer](const Client& client) { return client.wish.peer == peer; }));
}

}  // namespace millrace::api
