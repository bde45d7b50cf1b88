// `/api/openapi.json`: the description of this interface after OpenAPI 3.1, written by hand beside this file and held
// to the routes and their answers by the tests.
#include <string>
#include <utility>

#include "api/parameters.h"
#include "api/routes.h"

// Laid into the program by assets.S: the first byte, and the byte after the last.
extern "C" {
extern const char millrace_openapi_json[], millrace_openapi_json_end[];
}

namespace millrace::api {

void add_openapi_route(Router& router) {
    router.add(Method::Get, "/api/openapi.json", [](const Request& request, const Responder& responder) {
        Parameters parameters(request);
        if (auto refusal = parameters.problem()) return responder.answer(std::move(*refusal));
        responder.answer(json_response(std::string(millrace_openapi_json, millrace_openapi_json_end)));
    });
}

}  // namespace millrace::api
