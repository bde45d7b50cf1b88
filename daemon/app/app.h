// The daemon: every part, owned in the order in which it starts.
//
// Made from settings and keys; run() blocks the calling thread, which becomes the loop thread, until SIGINT, SIGTERM or
// a wish to restart. Stopping is the reverse of starting: no new frames, what is queued is written, the broker hears
// "offline".
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "app/chosen_settings.h"
#include "app/ready_descriptor.h"
#include "base/result.h"
#include "doctor/facts.h"
#include "payload/key_ring.h"
#include "settings/settings.h"

namespace millrace::app {

enum class Ending { Stopped, Restart };

class App {
public:
    // Whether a new process would start, or what is wrong with the config file or a key file.
    using FitToStart = std::function<base::Result<void, base::Error>()>;

    // `config_file` is only told to people; empty: there is none.
    App(settings::Settings settings, payload::KeyRing keys, FitToStart fit_to_start, std::string config_file,
        ReadyDescriptor ready = {});
    ~App();
    App(const App&) = delete;
    App& operator=(const App&) = delete;

    // Returns when stopped. The error is one that a person can mend: a port in use, a state directory that cannot be
    // written.
    [[nodiscard]] base::Result<Ending, base::Error> run();

private:
    struct Parts;

    void open_doors();
    void note_cloud();
    void start_over(const std::string& why);
    void tick();
    void say_alive();
    [[nodiscard]] base::Result<void, base::Error> restart();
    [[nodiscard]] base::Result<void, base::Error> use_settings(const settings::Settings& wanted,
                                                               ports::ChoiceRecord choice, ports::Controls::Done done);
    [[nodiscard]] doctor::Known facts_for_checks() const;
    void stop();

    ChosenSettings settings_;
    payload::KeyRing keys_;
    FitToStart fit_to_start_;
    std::string config_file_;
    ReadyDescriptor ready_;
    std::unique_ptr<Parts> parts_;
};

}  // namespace millrace::app
