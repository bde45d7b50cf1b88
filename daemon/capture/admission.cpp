#include "capture/admission.h"

namespace millrace::capture {

Admissions::Admission::~Admission() {
    if (!table_) return;  // moved from
    --table_->total;
    const auto found = table_->per_address.find(address_);
    if (--found->second == 0) table_->per_address.erase(found);
}

std::variant<Admission, Admissions::Refusal> Admissions::admit(const boost::asio::ip::address& address) {
    if (table_->total >= max_total_) return Refusal::Total;
    const auto found = table_->per_address.find(address);
    if (found != table_->per_address.end() && found->second >= max_per_address_) return Refusal::PerAddress;
    ++table_->total;
    ++table_->per_address[address];
    return Admission(table_, address);
}

}  // namespace millrace::capture
