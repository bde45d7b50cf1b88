// Who may connect: how many bridge connections there are, in all and from one address.
//
// A connection holds its Admission for as long as it lives; letting go of it makes room for the next one. Both doors
// draw from the same table. Loop thread only.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <variant>

#include <boost/asio/ip/address.hpp>

namespace millrace::capture {

class Admissions {
    struct Table {
        std::size_t total = 0;
        std::map<boost::asio::ip::address, std::size_t> per_address;
    };

public:
    class Admission {
    public:
        Admission(Admission&& other) noexcept = default;
        Admission& operator=(Admission&&) = delete;
        ~Admission();

    private:
        friend class Admissions;
        Admission(std::shared_ptr<Table> table, boost::asio::ip::address address)
            : table_(std::move(table)), address_(std::move(address)) {}

        std::shared_ptr<Table> table_;  // shared, because a connection may outlive the door that let it in
        boost::asio::ip::address address_;
    };
    enum class Refusal { Total, PerAddress };

    Admissions(std::size_t max_total, std::size_t max_per_address)
        : max_total_(max_total), max_per_address_(max_per_address), table_(std::make_shared<Table>()) {}

    // `address` as plain() gives it.
    [[nodiscard]] std::variant<Admission, Refusal> admit(const boost::asio::ip::address& address);

    [[nodiscard]] std::size_t total() const { return table_->total; }
    [[nodiscard]] std::size_t max_total() const { return max_total_; }
    [[nodiscard]] std::size_t max_per_address() const { return max_per_address_; }

private:
    std::size_t max_total_;
    std::size_t max_per_address_;
    std::shared_ptr<Table> table_;
};

using Admission = Admissions::Admission;

}  // namespace millrace::capture
