// Stand-ins for what lives at the edges, for unit tests: a clock that moves when told, a store that writes when told.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "ports/bridge_link.h"
#include "ports/frame_store.h"
#include "ports/handover.h"
#include "ports/notices.h"
#include "ports/random.h"

namespace millrace::support {

class FakeClock final : public base::Clock {
public:
    explicit FakeClock(base::WallTime start) : wall_(start) {}

    [[nodiscard]] base::WallTime wall_now() const override { return wall_; }
    [[nodiscard]] base::SteadyTime steady_now() const override { return steady_; }

    void advance(base::Milliseconds by) {
        wall_ += by;
        steady_ += by;
    }

private:
    base::WallTime wall_;
    base::SteadyTime steady_{};
};

// Counts up, so that two fills differ and a test can foresee both.
class CountingRandom final : public ports::Random {
public:
    void fill(std::span<std::uint8_t> bytes) override {
        for (std::uint8_t& byte : bytes) byte = next_++;
    }

private:
    std::uint8_t next_ = 1;
};

class RecordedNotices final : public ports::Notices {
public:
    void notice(ports::Severity severity, const std::string& text) override { said.emplace_back(severity, text); }

    std::vector<std::pair<ports::Severity, std::string>> said;
};

// Keeps entries waiting until the test lets them through.
class FakeStore final : public ports::FrameStore, public ports::WaitingFrames {
public:
    bool commit(ports::Entry entry, Done done) override {
        if (full) return false;
        if (const auto* commit = std::get_if<ports::Commit>(&entry)) {
            commits.push_back(*commit);
        } else {
            others.push_back(std::move(entry));
        }
        waiting_.push_back(std::move(done));
        return true;
    }

    // Of the frames committed those for the cloud, whether let through or not.
    void waiting_frames(const base::DeviceId& bridge, std::int64_t after, std::size_t limit, Answer answer) override {
        std::vector<ports::Frame> frames;
        for (const ports::Commit& commit : commits) {
            const bool asked_for = commit.for_cloud && commit.frame.bridge == bridge && commit.frame.id > after;
            if (asked_for && frames.size() < limit) frames.push_back(commit.frame);
        }
        answer(std::move(frames));
    }

    // Everything queued so far is on disk, or has failed.
    void finish(bool durable = true) {
        while (!waiting_.empty()) {
            const Done done = std::move(waiting_.front());
            waiting_.pop_front();
            if (done) done(durable);
        }
    }

    // The entries of one kind that are no frames.
    template <typename T>
    [[nodiscard]] std::vector<T> all() const {
        std::vector<T> found;
        for (const ports::Entry& entry : others) {
            if (const auto* match = std::get_if<T>(&entry)) found.push_back(*match);
        }
        return found;
    }

    bool full = false;
    std::vector<ports::Commit> commits;
    std::vector<ports::Entry> others;

private:
    std::deque<Done> waiting_;
};

class RecordedLink final : public ports::BridgeLink {
public:
    struct Published {
        ports::ConnectionId connection;
        std::string topic;
        base::Bytes payload;
    };

    void acknowledge(ports::ConnectionId, ports::Receipt receipt) override { acknowledged.push_back(receipt); }
    bool publish(ports::ConnectionId connection, std::string topic, base::Bytes payload, std::uint8_t) override {
        if (deaf) return false;
        published.push_back({connection, std::move(topic), std::move(payload)});
        return true;
    }

    bool deaf = false;  // has subscribed to nothing

    std::vector<ports::Receipt> acknowledged;
    std::vector<Published> published;
};

}  // namespace millrace::support
