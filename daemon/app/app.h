// The daemon: every part, owned in the order in which it starts.
//
// Made from settings and keys; run() blocks the calling thread, which becomes the loop thread, until SIGINT or
// SIGTERM. Stopping is the reverse of starting: no new frames, what is queued is written, the broker hears "offline".
#pragma once

#include <memory>

#include "base/result.h"
#include "payload/key_ring.h"
#include "settings/settings.h"

namespace millrace::app {

class App {
public:
    App(settings::Settings settings, payload::KeyRing keys);
    ~App();
    App(const App&) = delete;
    App& operator=(const App&) = delete;

    // Returns when stopped. The error is one that a person can mend: a port in use, a state directory that cannot be
    // written.
    [[nodiscard]] base::Result<void, base::Error> run();

private:
    struct Parts;

    void open_doors();
    void note_cloud();
    void tick();
    void stop();

    settings::Settings settings_;
    payload::KeyRing keys_;
    std::unique_ptr<Parts> parts_;
};

}  // namespace millrace::app
