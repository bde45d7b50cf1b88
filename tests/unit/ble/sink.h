// Keeps what the radio hands on.
#pragma once

#include <utility>
#include <vector>

#include "ports/bluetooth.h"
#include "ports/bridge_link.h"

namespace millrace::ble::test {

class Sink final : public ports::AdvertisementSink, public ports::FrameSink {
public:
    void on_advertisement(const ports::Advertisement& advertisement) override { heard.push_back(advertisement); }
    void on_opened(const ports::ConnectionOpened& event, ports::BridgeLink* link) override {
        opened.push_back(event);
        had_link = had_link || link != nullptr;
    }
    void on_frame(ports::ConnectionId connection, ports::Frame frame, ports::Receipt receipt) override {
        unknown = unknown || opened.empty() || opened.back().connection != connection || receipt != 0;
        frames.push_back(std::move(frame));
    }
    void on_closed(const ports::ConnectionClosed& event) override { closed.push_back(event); }
    void on_path(ports::ConnectionId, ports::CloudPath) override {}
    void on_cloud_has(ports::ConnectionId, ports::Receipt) override {}
    void on_cloud_lost(ports::ConnectionId) override {}

    std::vector<ports::Advertisement> heard;
    std::vector<ports::ConnectionOpened> opened;
    std::vector<ports::Frame> frames;
    std::vector<ports::ConnectionClosed> closed;
    bool had_link = false;
    bool unknown = false;  // a frame of another connection than the last one opened, or one to acknowledge
};

}  // namespace millrace::ble::test
