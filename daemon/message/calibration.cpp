// Calibration result: what a sensor found when it calibrated itself to the meter's magnet.
//
// Source: texts in the bridge's program; never seen on the wire.
//
//   success           probably true or false
//   error_code        no_error, no_signal, low_flow, low_range, general_error, dead_batteries or upside_down
//   version, peak_multiplier, periods_in_wave, avg_signal, position
//
//   {"success":true,"error_code":"no_error","version":1}        (made up)
//
// Unknown: the types of all members, whether peak_multiplier bears on what a peak is worth, and the exact topic.
// So nothing but an object is asked for, and the whole of it is kept.
#include "message/calibration.h"

#include "message/decoders.h"
#include "message/json_reader.h"

namespace millrace::message {

DecodeResult decode_calibration(std::string_view text) {
    const auto json = parse_json(text);
    if (!json) return base::failure(json.error());
    MemberReader members(*json, "calibration");
    Calibration calibration;
    const Json* success = members.any("success");
    if (success != nullptr && success->is_boolean()) calibration.success = success->get<bool>();
    const Json* error_code = members.any("error_code");
    if (error_code != nullptr && error_code->is_string()) calibration.error_code = error_code->get<std::string>();
    calibration.all = json_text(*json);
    return members.finish(Message{std::move(calibration)});
}

}  // namespace millrace::message
