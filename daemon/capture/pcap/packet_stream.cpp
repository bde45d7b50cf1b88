#include "capture/pcap/packet_stream.h"

#include <algorithm>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <variant>

#include "capture/pcap/connect_password.h"

namespace millrace::capture {
namespace {

using base::ByteView;

enum class Fit : std::uint8_t { No, Maybe, Yes };

struct Header {
    std::uint8_t type;
    std::size_t header_bytes;
    std::size_t total_bytes;
};

bool flags_are_valid(std::uint8_t first) {
    constexpr std::uint8_t kPublish = 3, kPubrel = 6, kSubscribe = 8, kUnsubscribe = 10, kDisconnect = 14;
    const int type = first >> 4;
    const int flags = first & 0x0f;
    if (type == 0 || type > kDisconnect) return false;
    if (type == kPublish) return (flags & 0x06) != 0x06 && (flags & 0x0e) != 0x08;  // QoS 3; DUP at QoS 0
    return flags == (type == kPubrel || type == kSubscribe || type == kUnsubscribe ? 2 : 0);
}

// The fixed header at the front of `bytes`.
Fit read_header(ByteView bytes, std::size_t max_packet_bytes, Header& header) {
    constexpr std::size_t kMaxLengthBytes = 4;
    if (bytes.empty()) return Fit::Maybe;
    if (!flags_are_valid(bytes[0])) return Fit::No;
    std::size_t remaining = 0;
    for (std::size_t i = 0; i < kMaxLengthBytes; ++i) {
        if (1 + i >= bytes.size()) return Fit::Maybe;
        remaining |= static_cast<std::size_t>(bytes[1 + i] & 0x7f) << (7 * i);
        if ((bytes[1 + i] & 0x80) != 0) continue;
        header = {static_cast<std::uint8_t>(bytes[0] >> 4), 2 + i, 2 + i + remaining};
        return header.total_bytes <= max_packet_bytes ? Fit::Yes : Fit::No;
    }
    return Fit::No;
}

// The parser copies what it is fed, so the password goes before.
std::optional<mqtt::Packet> parse(std::span<std::uint8_t> bytes, const mqtt::ParserLimits& limits) {
    blank_password(bytes);
    mqtt::PacketParser parser(limits);
    parser.feed(bytes);
    auto result = parser.next();
    auto* packet = std::get_if<mqtt::Packet>(&result);
    if (packet == nullptr) return std::nullopt;
    return std::move(*packet);
}

bool begin_alike(std::string_view text, std::string_view expected) {
    const std::size_t length = std::min(text.size(), expected.size());
    return text.substr(0, length) == expected.substr(0, length);
}

// `text` is a topic, or its beginning as far as it is known.
bool may_be_a_bridge_topic(std::string_view text) {
    const auto is_printable = [](char c) { return c > ' ' && c <= '~'; };
    if (!std::all_of(text.begin(), text.end(), is_printable)) return false;
    if (begin_alike(text, "2/")) return text.size() < 3 || (text[2] >= '0' && text[2] <= '9');
    return begin_alike(text, "responses/") || begin_alike(text, "/orient/") || begin_alike(text, "/fxos/raw/");
}

// Whether a packet that is worth starting from begins at the front of `bytes`; `total` is its length when it is whole.
Fit read_landmark(ByteView bytes, std::size_t max_packet_bytes, std::size_t& total) {
    constexpr std::uint8_t kConnect = 1, kPublish = 3;
    constexpr std::size_t kShortestTopic = 5, kLongestTopic = 512;
    if (bytes.empty()) return Fit::Maybe;
    if (const int type = bytes[0] >> 4; type != kConnect && type != kPublish) return Fit::No;
    Header header{};
    if (const Fit fit = read_header(bytes, max_packet_bytes, header); fit != Fit::Yes) return fit;
    const std::size_t body = header.total_bytes - header.header_bytes;
    const ByteView known = bytes.subspan(header.header_bytes, std::min(body, bytes.size() - header.header_bytes));
    if (body < 2) return Fit::No;
    if (known.size() < 2) return Fit::Maybe;
    const std::size_t length = static_cast<std::size_t>(known[0]) << 8 | known[1];
    if (length + 2 > body) return Fit::No;
    const std::string_view text = base::as_text(known.subspan(2, std::min(length, known.size() - 2)));
    if (header.type == kConnect) {
        if (length != 4 || !begin_alike(text, "MQTT")) return Fit::No;
    } else if (length < kShortestTopic || length > kLongestTopic || !may_be_a_bridge_topic(text)) {
        return Fit::No;
    }
    total = header.total_bytes;
    return bytes.size() < total ? Fit::Maybe : Fit::Yes;
}

// So many well-formed packets in a row are not an accident.
constexpr int kConvincingPackets = 8;

// Candidates for a beginning that wait for more bytes. Real streams have one or two.
constexpr std::size_t kMaxCandidates = 64;

// Whether well-formed packets follow one another as far as the bytes go, the last of which may be cut.
bool is_chain(std::span<std::uint8_t> bytes, const mqtt::ParserLimits& limits) {
    for (int packets = 0; packets < kConvincingPackets && !bytes.empty(); ++packets) {
        Header header{};
        const Fit fit = read_header(bytes, limits.max_packet_bytes, header);
        if (fit != Fit::Yes) return fit == Fit::Maybe;
        if (header.total_bytes > bytes.size()) return true;
        if (!parse(bytes.first(header.total_bytes), limits)) return false;
        bytes = bytes.subspan(header.total_bytes);
    }
    return true;
}

}  // namespace

void PacketStream::search_again() {
    searching_ = true;
    skip_ = 0;
    drop_front(buffer_, buffer_.size());
    forget_search();
}

void PacketStream::on_gap(std::uint64_t bytes) {
    if (counts_.packets > 0) {
        ++counts_.gaps;
        if (bytes != kUnknownGap) counts_.missing_bytes += bytes;
    }
    if (bytes == kUnknownGap || searching_) return search_again();
    Header header{};
    if (skip_ == 0 && read_header(buffer_, limits_.max_packet_bytes, header) == Fit::Yes) {
        skip_ = header.total_bytes - buffer_.size();
    }
    if (bytes > skip_) return search_again();
    skip_ -= bytes;
    drop_front(buffer_, buffer_.size());
}

void PacketStream::feed(const Stretch& stretch, std::vector<CapturedPacket>& out) {
    if (stretch.gap_before > 0) on_gap(stretch.gap_before);
    ByteView bytes = stretch.bytes;
    const auto skipped = static_cast<std::size_t>(std::min<std::uint64_t>(skip_, bytes.size()));
    skip_ -= skipped;
    bytes = bytes.subspan(skipped);
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
    if (!searching_) take_packets(stretch.time, out);
    while (searching_ && search()) {
        searching_ = false;
        ++counts_.resyncs;
        take_packets(stretch.time, out);
    }
}

void PacketStream::take_packets(base::WallTime time, std::vector<CapturedPacket>& out) {
    std::size_t at = 0;
    for (;;) {
        const auto rest = std::span(buffer_).subspan(at);
        Header header{};
        const Fit fit = read_header(rest, limits_.max_packet_bytes, header);
        if (fit == Fit::Maybe || (fit == Fit::Yes && header.total_bytes > rest.size())) break;
        auto packet = fit == Fit::Yes ? parse(rest.first(header.total_bytes), limits_) : std::nullopt;
        if (!packet) {
            if (counts_.packets > 0) ++counts_.broken;
            searching_ = true;
            ++at;  // what stands here is no packet
            break;
        }
        ++counts_.packets;
        out.push_back({time, std::move(*packet)});
        at += header.total_bytes;
    }
    drop_front(buffer_, at);
}

bool PacketStream::starts_at(std::size_t at) {
    const auto rest = std::span(buffer_).subspan(at);
    std::size_t total = 0;
    const Fit fit = read_landmark(rest, limits_.max_packet_bytes, total);
    if (fit == Fit::Yes) return is_chain(rest, limits_);
    if (fit == Fit::Maybe && candidates_.size() < kMaxCandidates) candidates_.push_back(at);
    return false;
}

bool PacketStream::search() {
    // Offsets before `searched_` are no beginnings, but for the candidates.
    const std::vector<std::size_t> waiting = std::exchange(candidates_, {});
    auto found = std::find_if(waiting.begin(), waiting.end(), [this](std::size_t at) { return starts_at(at); });
    std::optional<std::size_t> start;
    if (found != waiting.end()) start = *found;
    for (; !start && searched_ < buffer_.size(); ++searched_) {
        if (starts_at(searched_)) start = searched_;
    }
    if (start) {
        drop_front(buffer_, *start);
        forget_search();
        return true;
    }
    // A candidate cannot be longer than a packet: when more than that has come it was none.
    const std::size_t size = buffer_.size();
    const std::size_t too_old = size > limits_.max_packet_bytes ? size - limits_.max_packet_bytes : 0;
    std::erase_if(candidates_, [too_old](std::size_t at) { return at < too_old; });
    const std::size_t useless = candidates_.empty() ? size : candidates_.front();
    drop_front(buffer_, useless);
    searched_ -= useless;
    for (std::size_t& at : candidates_) at -= useless;
    return false;
}

void PacketStream::forget_search() {
    searched_ = 0;
    candidates_.clear();
}

}  // namespace millrace::capture
