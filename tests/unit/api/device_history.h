// What stands in for the store's memory of what devices said.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "ports/device_history.h"

namespace millrace::api {

class FakeDeviceHistory final : public ports::DeviceHistory {
public:
    void states(ports::DeviceQuery query, Answer<ports::DevicePage<ports::StateRecord>> answer) override {
        queries.push_back(query);
        answer(reports);
    }
    void events(ports::DeviceQuery query, Answer<ports::DevicePage<ports::EventRecord>> answer) override {
        queries.push_back(query);
        answer(happened);
    }
    void logs(ports::DeviceQuery query, Answer<ports::DevicePage<ports::LogRecord>> answer) override {
        queries.push_back(query);
        answer(lines);
    }
    void boots(ports::BootQuery query, Answer<ports::BootPage> answer) override {
        boot_queries.push_back(query);
        answer(booted);
    }
    void first_readings(Answer<std::map<base::DeviceId, base::WallTime>> answer) override { answer(first); }

    std::vector<ports::DeviceQuery> queries;
    std::vector<ports::BootQuery> boot_queries;
    base::Result<ports::DevicePage<ports::StateRecord>, base::Error> reports;
    base::Result<ports::DevicePage<ports::EventRecord>, base::Error> happened;
    base::Result<ports::DevicePage<ports::LogRecord>, base::Error> lines;
    base::Result<ports::BootPage, base::Error> booted;
    base::Result<std::map<base::DeviceId, base::WallTime>, base::Error> first;
};

}  // namespace millrace::api
