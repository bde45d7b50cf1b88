#include "api/page.h"

#include <string>
#include <utility>
#include <vector>

#include "api/content_coding.h"
#include "api/entity_tag.h"
#include "api/routes.h"

namespace millrace::api {
namespace {

constexpr std::string_view kForAYear = "public, max-age=31536000, immutable";

// One file, in one of the codings that it can be had in.
struct Variant {
    Coding coding;
    std::string_view bytes;
    std::string tag;
};

std::vector<Variant> variants_of(const Asset& asset) {
    std::vector<Variant> variants;
    const auto add = [&variants](Coding coding, std::string_view bytes) {
        variants.push_back({coding, bytes, entity_tag(bytes)});
    };
    add(Coding::Identity, asset.plain.bytes());
    if (!asset.gzip.bytes().empty()) add(Coding::Gzip, asset.gzip.bytes());
    if (!asset.brotli.bytes().empty()) add(Coding::Brotli, asset.brotli.bytes());
    return variants;
}

const Variant& best(const std::vector<Variant>& variants, std::string_view accept_encoding) {
    std::vector<Coding> offered;
    for (const Variant& variant : variants) offered.push_back(variant.coding);
    const Coding coding = best_coding(accept_encoding, offered);
    for (const Variant& variant : variants) {
        if (variant.coding == coding) return variant;
    }
    return variants.front();
}

}  // namespace

void add_asset_routes(Router& router, std::span<const Asset> assets) {
    for (const Asset& asset : assets) {
        const auto serve = [variants = variants_of(asset), type = std::string(asset.content_type),
                            hashed = asset.hashed](const Request& request, const Responder& responder) {
            const Variant& variant = best(variants, request.accept_encoding);
            Response response;
            response.content_type = type;
            response.body = variant.bytes;
            response.cache_control = hashed ? kForAYear : "no-cache";
            response.headers.emplace_back("ETag", variant.tag);
            if (variants.size() > 1) response.headers.emplace_back("Vary", "Accept-Encoding");
            if (variant.coding != Coding::Identity) {
                response.headers.emplace_back("Content-Encoding", name(variant.coding));
            }
            responder.answer(std::move(response));
        };
        router.add(Method::Get, asset.path, serve, access::Scope::Open);
    }
}

void add_page_routes(Router& router) {
    add_asset_routes(router, assets());
}

}  // namespace millrace::api
