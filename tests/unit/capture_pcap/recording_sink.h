// A frame sink that writes down what it hears, in words.
#pragma once

#include <string>
#include <vector>

#include "ports/bridge_link.h"

namespace millrace::capture::test {

class RecordingSink final : public ports::FrameSink {
public:
    void on_opened(const ports::ConnectionOpened& event, ports::BridgeLink* link) override {
        opened.push_back(event);
        order.emplace_back("opened");
        had_link = had_link || link != nullptr;
    }
    // Frames go by the last element of their topic.
    void on_frame(ports::ConnectionId connection, ports::Frame frame, ports::Receipt) override {
        order.push_back("frame " + frame.topic.substr(frame.topic.rfind('/') + 1));
        unknown = unknown || opened.empty() || opened.back().connection != connection;
        frames.push_back(std::move(frame));
    }
    void on_closed(const ports::ConnectionClosed& event) override {
        closed.push_back(event);
        order.push_back("closed: " + event.reason);
    }
    void on_path(ports::ConnectionId, ports::CloudPath) override {}
    void on_cloud_has(ports::ConnectionId, ports::Receipt) override {}
    void on_cloud_lost(ports::ConnectionId) override {}

    std::vector<std::string> order;
    std::vector<ports::ConnectionOpened> opened;
    std::vector<ports::Frame> frames;
    std::vector<ports::ConnectionClosed> closed;
    bool had_link = false;
    bool unknown = false;  // a frame of another connection than the last one opened
};

}  // namespace millrace::capture::test
