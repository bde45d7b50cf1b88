#include "settings/field_table.h"

#include "settings/field_groups.h"

namespace millrace::settings {
namespace {

std::vector<Field> top_fields() {
    return {
        {"version",
         ValueType::Integer,
         {1, 1, {}},
         "",
         "Version of this file's format.",
         [](Draft&, const Value&) {},
         [](const Settings&) -> std::string { return "1"; }},
        {"state_dir",
         ValueType::Path,
         {},
         "",
         "Folder of the database; else `$STATE_DIRECTORY`, else `$XDG_STATE_HOME/millrace` "
         "(`~/.local/state/millrace`).",
         [](Draft& d, const Value& v) { d.settings.store.state_dir = v.text; }},
        {"log.level",
         ValueType::Choice,
         {0, 0, {"debug", "info", "warn", "error"}},
         "",
         "The least grave message that is logged.",
         [](Draft& d, const Value& v) { d.settings.log_level = static_cast<LogLevel>(v.integer); },
         [](const Settings&) -> std::string { return "info"; },
         false,
         true},
        {"site.time_zone",
         ValueType::TimeZone,
         {},
         "",
         "Where a day, an hour and a month begin, as an IANA name. Empty: the system's own.",
         [](Draft& d, const Value& v) {
             if (auto zone = base::TimeZone::load(v.text)) set_zone(d.settings, *zone);
         },
         [](const Settings&) -> std::string { return "\"\""; },
         false,
         true},
        {"site.units",
         ValueType::Choice,
         {0, 0, {"metric", "us"}},
         "",
         "Litres, or US gallons.",
         [](Draft& d, const Value& v) {
             d.settings.api.unit = d.settings.publish.unit = d.settings.notify.unit = d.settings.recorder.unit =
                 v.integer == 0 ? base::VolumeUnit::Litre : base::VolumeUnit::Gallon;
         },
         [](const Settings&) -> std::string { return "metric"; },
         false,
         true},
    };
}

}  // namespace

const std::vector<Field>& fields() {
    static const std::vector<Field> kFields = [] {
        std::vector<Field> all;
        for (auto* part :
             {top_fields, bridge_fields, cloud_fields, guest_fields, capture_fields, key_fields, bluetooth_fields,
              sensor_fields, tariff_fields, alarm_fields, notify_fields, channel_fields, broker_fields, tls_fields,
              topic_fields, home_assistant_fields, http_fields, update_fields, store_fields}) {
            for (Field& field : part()) all.push_back(std::move(field));
        }
        return all;
    }();
    return kFields;
}

const std::vector<Section>& sections() {
    static const std::vector<Section> kSections{
        {"", "At the top of the file."},
        {"site", "The house: its time zone and its units."},
        {"bridge", "The door for bridges."},
        {"cloud", "Where the bridge's messages go in relay mode."},
        {"guest", "For bridges that connect to a broker of yours, where we are a client."},
        {"capture", "For bridges that are only watched on their way."},
        {"keys",
         "Where the bridges' keys are. A key file holds 64 hexadecimal digits or 32 raw bytes; that of a Bluetooth "
         "device 32 "
         "digits or 16 bytes."},
        {"bluetooth",
         "A second way in. No known Flume bridge has a Bluetooth radio; what it gives are leak pucks, water meters "
         "that "
         "advertise, and home-made receivers."},
        {"sensors", "What is known of each sensor's meter. Without a calibration, volumes are marked uncalibrated."},
        {"tariff",
         "What water costs. With it each sensor has its cost of today and this month, as if it were alone on the bill, "
         "and "
         "the price of the next drop; in Home Assistant the costs are switched off until you switch them on. Sums are "
         "exact and "
         "rounded to a millionth of the currency's unit."},
        {"alarms",
         "When water or the system gives an alarm. What is not set here is learned from the house, with a fall-back "
         "until "
         "then. Spans, flow rates and volumes are written with their units."},
        {"notify",
         "Who is told of alarms. Each channel has a name, a type and what the type needs; the rest has defaults. What "
         "a "
         "webhook and a program get is described in `daemon/notify/WEBHOOK.md`."},
        {"mqtt", "Your own broker, for Home Assistant."},
        {"home_assistant", "Home Assistant's own API, for what MQTT cannot carry: the past."},
        {"http", "The page and the API."},
        {"updates", "Whether there is a newer Millrace. Nobody is asked unless you name somebody."},
        {"store",
         "The database: a file, or a PostgreSQL server for many bridges. An address alone, as `store: "
         "postgresql://millrace@db.example/water`, is the section's `address`.",
         "store.address"},
        {"log", "What is logged."},
    };
    return kSections;
}

}  // namespace millrace::settings
