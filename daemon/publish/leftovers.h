// What of ours an earlier run left retained at the broker: entities that are no more, and devices that are gone.
//
// For some seconds after connecting we hear our own retained messages and Home Assistant's discovery topics. A document
// is ours when its topic is of our name and a device's uuid, its origin is Millrace, its identifier and all unique ids
// are ours, and it stands on our availability topic; so neither another program's document nor that of a Millrace with
// another base topic is ever touched. Of topics, only `<base>/<uuid>/<leaf>` can be ours.
//
// A component that the present document lacks is to be sent once as a mere marker, by which Home Assistant removes the
// entity. Of a device that is gone every topic is emptied, but never while no sensor at all is known: a daemon with a
// new database has yet to hear its devices. Of those, what is heard by Bluetooth does not count, for the owner may have
// said at once which they are; and where it is such a device that is gone, any other will do. Pure; loop thread only.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "publish/discovery.h"
#include "publish/message.h"
#include "publish/settings.h"

namespace millrace::publish {

class Leftovers {
public:
    // Far more than a thousand devices leave; what a broker holds beyond it waits for the next connection.
    static constexpr std::size_t kMaxTopics = 65'536;
    static constexpr std::size_t kMaxDocumentBytes = 128 * 1024;

    explicit Leftovers(const Settings& settings);

    // What to subscribe to: Home Assistant's discovery topics of devices, and of each device whatever stands in one of
    // the present documents. Not all below our topic, because a broker that finds a command in two subscriptions
    // delivers it twice.
    [[nodiscard]] std::vector<std::string> filters(const DeviceIdentities& present) const;

    // A retained message as it was heard.
    void note(const std::string& topic, const std::string& payload);

    // The present documents, with a marker for each component that an earlier one had and they lack.
    [[nodiscard]] std::vector<Message> with_markers(std::vector<Message> documents) const;
    // The document of this topic went out with its markers.
    void marked(const std::string& topic) { documents_.erase(topic); }

    // What empties the topics of devices that are gone. All that was noted but the documents' components is let go.
    [[nodiscard]] std::vector<Message> take_stale(const DeviceIdentities& present);

    void forget();

private:
    using Components = std::map<std::string, std::string>;  // platforms by key

    [[nodiscard]] bool is_ours(const std::string& id, const std::string& payload, Components& components) const;

    const Settings& settings_;
    std::string hub_;
    std::map<std::string, Components> documents_;             // by topic
    std::map<base::DeviceId, std::set<std::string>> topics_;  // by device
    std::size_t noted_ = 0;
};

}  // namespace millrace::publish
