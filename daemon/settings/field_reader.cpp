#include "settings/field_reader.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string_view>
#include <utility>

#include "settings/bluetooth_check.h"
#include "settings/channel_check.h"
#include "settings/tariff_check.h"

namespace millrace::settings {
namespace {

// More entries than a meter is ever calibrated.
constexpr std::size_t kMaxListItems = 1000;

// How many letters must be changed, added, dropped or swapped with their neighbour to make one word of another.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i) {
        for (std::size_t j = 0; j <= b.size(); ++j) {
            if (i == 0 || j == 0) {
                cost[i][j] = i + j;
                continue;
            }
            const std::size_t changed = a[i - 1] == b[j - 1] ? 0 : 1;
            cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + changed});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
            }
        }
    }
    return cost[a.size()][b.size()];
}

// The names that may stand under a section of the table.
std::set<std::string> children(const std::string& section) {
    std::set<std::string> names;
    const std::string prefix = section.empty() ? "" : section + '.';
    for (const Field& field : fields()) {
        if (!field.key.starts_with(prefix)) continue;
        const std::string_view rest = field.key.substr(prefix.size());
        names.emplace(rest.substr(0, rest.find_first_of(".[")));
    }
    return names;
}

const Field* find_field(const std::string& key) {
    for (const Field& field : fields()) {
        if (field.key == key) return &field;
    }
    return nullptr;
}

std::string short_for(const std::string& section) {
    for (const Section& each : sections()) {
        if (each.key == section) return std::string(each.short_for);
    }
    return {};
}

bool is_list_of_sections(const std::string& key) {
    return std::any_of(fields().begin(), fields().end(), [&](const Field& f) { return f.key.starts_with(key + "[]"); });
}

std::string suggestion(const std::string& section, const std::string& key) {
    constexpr std::size_t kLongestKey = 64;  // longer ones are no slips of the pen, and the comparison is quadratic
    if (key.size() > kLongestKey) return {};
    const std::set<std::string> names = children(section);
    std::string nearest;
    std::size_t least = std::max<std::size_t>(1, key.size() / 3) + 1;
    for (const std::string& name : names) {
        if (const std::size_t d = distance(key, name); d < least) least = d, nearest = name;
    }
    if (!nearest.empty()) return "; did you mean `" + nearest + "`?";
    for (const Field& field : fields()) {
        if (field.key.ends_with('.' + key)) return "; did you mean `" + std::string(field.key) + "`?";
    }
    std::string known;
    for (const std::string& name : names) known += (known.empty() ? "" : ", ") + name;
    return "; known here: " + known;
}

std::string printable(std::string_view key) {
    std::string result;
    for (const char c : key.substr(0, 64)) result += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
    return result;
}

class FieldReader {
public:
    FieldReader(Draft& draft, Problems& problems, std::string directory, Reach reach)
        : draft_(draft), problems_(problems), directory_(std::move(directory)), reach_(reach) {}

    // `pattern` is the section's key in the table, `path` the same as it stands in the file.
    void section(const Node& node, const std::string& pattern, const std::string& path) {
        if (node.kind == Node::Kind::Nothing) return;  // all that stood below is commented out
        if (node.kind == Node::Kind::Text) {
            if (const Field* only = find_field(short_for(pattern))) return value(*only, node, path);
        }
        if (node.kind != Node::Kind::Map) return complain(node.at, path, "must be a section of `key: value` lines");
        const bool by_device = children(pattern).contains("*");
        for (const MapEntry& entry : node.entries) {
            std::string name = entry.key;
            const std::string entry_path = (path.empty() ? "" : path + '.') + printable(entry.key);
            if (by_device) {
                const auto device = base::DeviceId::parse(entry.key);
                if (!device) {
                    complain(entry.at, entry_path, "is not a device's uuid, which has 16 hexadecimal digits");
                    continue;
                }
                draft_.device = *device;
                name = "*";
            }
            child(entry, name, pattern, entry_path);
        }
    }

    // What can only be judged when all of the file is read.
    void finish() {
        auto& settings = draft_.settings;
        if (draft_.has_password && !settings.mqtt_password_file.empty()) {
            complain(draft_.places["mqtt.password_file"], "mqtt.password_file", "cannot be given beside mqtt.password");
        }
        if (settings.publish.certificate_file.empty() != settings.publish.key_file.empty()) {
            const std::string given = settings.publish.key_file.empty() ? "certificate_file" : "key_file";
            const std::string missing = settings.publish.key_file.empty() ? "key_file" : "certificate_file";
            complain(draft_.places["mqtt.tls." + given], "mqtt.tls." + given,
                     "needs mqtt.tls." + missing + " beside it");
        }
        for (const CalibrationDraft& entry : draft_.calibrations) add_calibration(entry);
        check_channels(draft_, problems_);
        check_bluetooth(draft_, problems_);
        check_tariff(draft_, problems_);
    }

private:
    void complain(Position at, std::string key, std::string message) {
        if (problems_.size() < kMaxProblems) problems_.push_back({at, std::move(key), std::move(message)});
    }

    void child(const MapEntry& entry, const std::string& name, const std::string& pattern, const std::string& path) {
        const std::string child_pattern = pattern.empty() ? name : pattern + '.' + name;
        const bool is_name = entry.key.find_first_of(".[]*") == std::string::npos;  // and not part of a table's key
        if (!is_name) return complain(entry.at, path, "is not known");
        if (const Field* field = find_field(child_pattern)) return value(*field, entry.value, path);
        if (is_list_of_sections(child_pattern)) return list(entry.value, child_pattern, path);
        if (!children(child_pattern).empty()) return section(entry.value, child_pattern, path);
        complain(entry.at, path, "is not known" + suggestion(pattern, name));
    }

    // There are five lists of sections: a sensor's calibration, the channels, the seasons of a tariff, Bluetooth
    // devices and receivers.
    void list(const Node& node, const std::string& pattern, const std::string& path) {
        if (node.kind == Node::Kind::Nothing) return;
        if (node.kind != Node::Kind::List) return complain(node.at, path, "must be a list");
        if (node.items.size() > kMaxListItems) return complain(node.at, path, "has more than 1000 items");
        for (std::size_t i = 0; i < node.items.size(); ++i) {
            const std::string item_path = path + '[' + std::to_string(i) + ']';
            if (pattern == "notify.channels") {
                draft_.channels.push_back({{}, node.items[i].at, item_path, {}});
                const std::size_t said = problems_.size();
                section(node.items[i], pattern + "[]", item_path);
                // What else it lacks shows when this is mended.
                if (problems_.size() > said) draft_.channels.pop_back();
                continue;
            }
            if (pattern == "tariff.seasons") {
                draft_.tariff.seasons.push_back({node.items[i].at, item_path, {}, {}});
                section(node.items[i], pattern + "[]", item_path);
                continue;
            }
            if (pattern == "bluetooth.devices") {
                draft_.adopted.push_back({node.items[i].at, item_path, {}, {}});
                const std::size_t said = problems_.size();
                section(node.items[i], pattern + "[]", item_path);
                if (problems_.size() > said) draft_.adopted.pop_back();
                continue;
            }
            if (pattern == "bluetooth.receivers") {
                draft_.receivers.push_back({node.items[i].at, item_path, {}});
                const std::size_t said = problems_.size();
                section(node.items[i], pattern + "[]", item_path);
                if (problems_.size() > said) draft_.receivers.pop_back();
                continue;
            }
            CalibrationDraft entry;
            entry.sensor = draft_.device;
            entry.at = node.items[i].at;
            entry.key = item_path;
            draft_.calibrations.push_back(std::move(entry));
            const std::size_t before = problems_.size();
            section(node.items[i], pattern + "[]", item_path);
            // One mistake is not to be reported as two.
            if (problems_.size() > before) draft_.calibrations.pop_back();
        }
    }

    void value(const Field& field, const Node& node, const std::string& path) {
        if (reach_ == Reach::RunTime && !field.at_run_time) {
            return complain(node.at, path, "cannot be changed while the daemon runs; set it in the config file");
        }
        if (node.kind == Node::Kind::Nothing) return;  // the default holds
        if (node.kind == Node::Kind::Map) return complain(node.at, path, "must be a value, not a section");
        base::Result<Value, std::string> checked = base::failure(std::string());
        if (node.kind == Node::Kind::List) {
            std::vector<std::string> texts;
            for (const Node& item : node.items) {
                if (field.type == ValueType::Texts && item.kind != Node::Kind::Text) {
                    return complain(item.at, path, "must be a list of single values");
                }
                texts.push_back(item.text);
            }
            checked = check_list(field.type, texts);
        } else {
            checked = check_text(field.type, field.limits, node.text, field.secret);
        }
        if (!checked) return complain(node.at, path, checked.error());
        if (field.check != nullptr) {
            if (std::string wrong = field.check(*checked); !wrong.empty()) return complain(node.at, path, wrong);
        }
        if (field.type == ValueType::Path) {
            checked->text = (std::filesystem::path(directory_) / checked->text).lexically_normal().string();
        }
        field.store(draft_, *checked);
        draft_.places[std::string(field.key)] = node.at;
        constexpr std::string_view kChannel = "notify.channels[].";
        if (field.key.starts_with(kChannel)) {
            draft_.channels.back().given[std::string(field.key.substr(kChannel.size()))] = node.at;
        }
    }

    void add_calibration(const CalibrationDraft& entry) {
        if (entry.from.empty()) complain(entry.at, entry.key, "lacks `from`, the date or time since when it holds");
        if (entry.ways_given != 1) {
            complain(entry.at, entry.key,
                     "must say what a peak is worth in one way: ml_per_peak, l_per_peak or gallons_per_peak");
        }
        if (entry.from.empty() || entry.ways_given != 1) return;
        const base::TimeZone& zone = draft_.settings.hub.zone;
        auto from = base::from_rfc3339(entry.from);
        if (!from) {
            // Noon is on the same local day everywhere that a day's midnight may be moved or missing.
            const auto noon = base::from_rfc3339(entry.from + "T12:00:00Z");
            if (!noon) return complain(entry.at, entry.key, "has a `from` that is no date");
            from = zone.start_of(base::CalendarUnit::Day, *noon - zone.utc_offset(*noon));
        }
        auto& listed = draft_.settings.hub.calibrations;
        auto sensor =
            std::find_if(listed.begin(), listed.end(), [&](const auto& s) { return s.first == entry.sensor; });
        if (sensor == listed.end()) sensor = listed.insert(listed.end(), {entry.sensor, {}});
        const auto same = [&](const meter::CalibrationEntry& e) { return e.from == *from; };
        if (std::any_of(sensor->second.begin(), sensor->second.end(), same)) {
            return complain(entry.at, entry.key, "begins at the same time as an entry before it");
        }
        sensor->second.push_back({*from, *entry.per_peak});
    }

    Draft& draft_;
    Problems& problems_;
    std::string directory_;
    Reach reach_;
};

}  // namespace

void read_fields(const Node& root, const std::string& directory, Draft& draft, Problems& problems, Reach reach) {
    FieldReader reader(draft, problems, directory, reach);
    reader.section(root, "", "");
    reader.finish();
}

}  // namespace millrace::settings
