#include "settings/yaml_reader.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>
#include <utility>

namespace millrace::settings {
namespace {

Position position(const YAML::Mark& mark) {
    if (mark.is_null()) return {};
    return {static_cast<std::size_t>(mark.line) + 1, static_cast<std::size_t>(mark.column) + 1};
}

std::string joined(const std::string& path, const std::string& key) {
    return path.empty() ? key : path + '.' + key;
}

class TreeBuilder final : public YAML::EventHandler {
public:
    explicit TreeBuilder(Problems& problems) : problems_(problems) {}

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (++documents_ > 1) refuse(position(mark), "a config file holds one document; remove this `---` and below");
    }
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        if (!usable(mark, "", anchor)) return;
        if (wants_key()) return take_key(position(mark), "null");
        add({Node::Kind::Nothing, position(mark), {}, {}, {}});
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
        refuse(position(mark), "aliases (`*name`) are not supported; write the value out");
    }

    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        if (!usable(mark, tag, anchor)) return;
        if (wants_key()) return take_key(position(mark), value);
        add({Node::Kind::Text, position(mark), value, {}, {}});
    }

    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        open(Node::Kind::List, mark, tag, anchor);
    }
    void OnSequenceEnd() override { close(); }

    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        open(Node::Kind::Map, mark, tag, anchor);
    }
    void OnMapEnd() override { close(); }

    [[nodiscard]] bool refused() const { return refused_; }
    [[nodiscard]] Node take_root() { return std::move(root_); }

private:
    struct Frame {
        Node node;
        std::string path;
        std::string key;  // of the value that comes next
        Position key_at;
        bool has_key = false;
        bool repeated = false;
    };

    void refuse(Position at, std::string message) {
        if (refused_) return;
        refused_ = true;
        problems_.push_back({at, frames_.empty() ? "" : frames_.back().path, std::move(message)});
    }

    // After a refusal the rest of the file is walked without being kept.
    bool usable(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
        if (anchor != 0) refuse(position(mark), "anchors (`&name`) are not supported; write the value out");
        // "?" is a plain value and "!" a quoted one; an empty tag belongs to a list or a map.
        if (!tag.empty() && tag != "?" && tag != "!") {
            refuse(position(mark), "tags (such as `!secret`) are not supported; for a password use password_file");
        }
        return !refused_;
    }

    [[nodiscard]] bool wants_key() const {
        return !frames_.empty() && frames_.back().node.kind == Node::Kind::Map && !frames_.back().has_key;
    }

    void take_key(Position at, const std::string& key) {
        Frame& frame = frames_.back();
        frame.key = key;
        frame.key_at = at;
        frame.has_key = true;
        const auto& entries = frame.node.entries;
        const auto first = std::find_if(entries.begin(), entries.end(), [&](const auto& e) { return e.key == key; });
        frame.repeated = first != entries.end();
        if (frame.repeated && problems_.size() < kMaxProblems) {
            problems_.push_back({at, joined(frame.path, key),
                                 "stands here a second time; it is already in line " + std::to_string(first->at.line)});
        }
    }

    void open(Node::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
        if (!usable(mark, tag, anchor)) return;
        if (wants_key()) return refuse(position(mark), "a key must be a single word");
        if (frames_.size() >= kMaxDepth) return refuse(position(mark), "is nested too deeply");
        std::string path;
        if (!frames_.empty()) {
            const Frame& outer = frames_.back();
            path = outer.node.kind == Node::Kind::Map
                       ? joined(outer.path, outer.key)
                       : outer.path + '[' + std::to_string(outer.node.items.size()) + ']';
        }
        frames_.push_back({{kind, position(mark), {}, {}, {}}, std::move(path), {}, {}, false, false});
    }

    void close() {
        if (refused_ || frames_.empty()) return;
        Node node = std::move(frames_.back().node);
        frames_.pop_back();
        add(std::move(node));
    }

    void add(Node node) {
        if (frames_.empty()) {
            root_ = std::move(node);
            return;
        }
        Frame& frame = frames_.back();
        if (frame.node.kind == Node::Kind::List) {
            frame.node.items.push_back(std::move(node));
            return;
        }
        if (!frame.repeated) frame.node.entries.push_back({frame.key, frame.key_at, std::move(node)});
        frame.has_key = false;
    }

    Problems& problems_;
    std::vector<Frame> frames_;
    Node root_;
    std::size_t documents_ = 0;
    bool refused_ = false;
};

}  // namespace

std::optional<Node> read_yaml(std::string_view text, Problems& problems) {
    TreeBuilder builder(problems);
    try {
        std::istringstream stream{std::string(text)};
        YAML::Parser parser(stream);
        while (!builder.refused() && parser.HandleNextDocument(builder)) {
        }
    } catch (const YAML::Exception& fault) {
        if (!builder.refused()) problems.push_back({position(fault.mark), "", "is not YAML: " + fault.msg});
        return std::nullopt;
    }
    if (builder.refused()) return std::nullopt;
    return builder.take_root();
}

}  // namespace millrace::settings
