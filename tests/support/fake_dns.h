// A name server on the loopback that answers as it is told, and counts what it is asked.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/udp.hpp>

#include "base/bytes.h"

namespace millrace::support {

class FakeDns {
public:
    static constexpr std::uint16_t kA = 1;
    static constexpr std::uint16_t kAaaa = 28;

    explicit FakeDns(boost::asio::io_context& loop) : socket_(loop, {boost::asio::ip::address_v4::loopback(), 0}) {
        receive();
    }

    [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(socket_.local_endpoint().port()); }

    void add(const std::string& name, const std::string& address) {
        records[name].push_back(boost::asio::ip::make_address(address));
    }

    std::map<std::string, std::vector<boost::asio::ip::address>> records;
    std::uint32_t time_to_live = 60;
    bool silent = false;
    bool silent_on_ipv6 = false;
    bool refuses = false;
    int questions = 0;
    std::vector<std::string> names;

private:
    void receive() {
        socket_.async_receive_from(boost::asio::buffer(packet_), from_,
                                   [this](const boost::system::error_code& error, std::size_t size) {
                                       if (error) return;
                                       answer(size);
                                       receive();
                                   });
    }

    void answer(std::size_t size) {
        ++questions;
        if (silent || size < 17) return;
        std::string name;
        std::size_t at = 12;
        while (at < size && packet_[at] != 0) {
            if (!name.empty()) name += '.';
            name.append(reinterpret_cast<const char*>(&packet_[at + 1]), packet_[at]);
            at += packet_[at] + 1U;
        }
        names.push_back(name);
        const auto type = static_cast<std::uint16_t>(packet_[at + 1] << 8 | packet_[at + 2]);
        if (silent_on_ipv6 && type == kAaaa) return;
        const std::size_t question_end = at + 5;

        base::Bytes reply(packet_.begin(), packet_.begin() + static_cast<std::ptrdiff_t>(question_end));
        const auto found = records.find(name);
        const std::uint8_t return_code = refuses ? 2 : found == records.end() ? 3 : 0;
        reply[2] = 0x81;  // a response, recursion desired
        reply[3] = static_cast<std::uint8_t>(0x80 | return_code);
        std::uint8_t answers = 0;
        if (return_code == 0) {
            for (const auto& address : found->second) {
                if (address.is_v4() != (type == kA)) continue;
                ++answers;
                add_record(reply, type, address);
            }
        }
        reply[6] = 0;
        reply[7] = answers;
        reply[8] = reply[9] = reply[10] = reply[11] = 0;
        socket_.send_to(boost::asio::buffer(reply), from_);
    }

    void add_record(base::Bytes& reply, std::uint16_t type, const boost::asio::ip::address& address) const {
        const auto put16 = [&reply](unsigned value) {
            reply.push_back(static_cast<std::uint8_t>(value >> 8));
            reply.push_back(static_cast<std::uint8_t>(value));
        };
        put16(0xc00c);  // the name of the question
        put16(type);
        put16(1);
        put16(time_to_live >> 16);
        put16(time_to_live & 0xffff);
        if (address.is_v4()) {
            const auto bytes = address.to_v4().to_bytes();
            put16(bytes.size());
            reply.insert(reply.end(), bytes.begin(), bytes.end());
        } else {
            const auto bytes = address.to_v6().to_bytes();
            put16(bytes.size());
            reply.insert(reply.end(), bytes.begin(), bytes.end());
        }
    }

    boost::asio::ip::udp::socket socket_;
    boost::asio::ip::udp::endpoint from_;
    std::array<std::uint8_t, 512> packet_{};
};

}  // namespace millrace::support
