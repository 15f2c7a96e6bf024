-- The end of a request: headers of its answer, then what its outcome says about the server that gave it.
local balancer = require "balancer"
local breaker = require "breaker"
local context = require "context"
local load = require "load"
local metrics = require "metrics"
local peers = require "peers"
local prompts = require "prompts"
local settings = require "settings"
local shed = require "shed"

local ngx, now, ceil, exiting = ngx, ngx.now, math.ceil, ngx.worker.exiting
local CLIENT_LEFT = 499
-- Routes with a cache, and what Nginx says of one that had no answer to give.
local CACHED = { cached = true, background = true, fill = true }
local ASKED = { MISS = true, EXPIRED = true, BYPASS = true }

local M = {}

function M.headers()
    local request = context.get()
    if not request or request.background then
        return
    end
    local header = ngx.header
    header["x-request-id"] = request.id
    if request.limit then
        header["RateLimit-Limit"] = request.limit
        header["RateLimit-Remaining"] = request.remaining
        header["RateLimit-Reset"] = ceil(request.reset)
    end
    request.first_byte = now()
end

local function outcome(request, status)
    if request.broken or status == 500 or status >= 502 and status <= 504 then
        return breaker.failed
    end
    return status == CLIENT_LEFT and breaker.unknown or breaker.succeeded
end

local function cached(route, status)
    local found = ngx.var.upstream_cache_status
    if route == "cached" then
        metrics.cached(found)
    end
    if status == 200 and ASKED[found] then
        prompts.answered(ngx.var.gateway_key)
    end
end

-- Ends what a request has of the site: its try, and its room.
function M.settle(request, status)
    if request.peer then
        balancer.settle(request, outcome(request, status))
    end
    shed.leave(request)
    if exiting() then
        load.share(peers.list)
        metrics.flush()
    end
end

-- A refresh of a stale answer that the shared cache was asked for; others have a context, by the balancer.
local function refreshed()
    if settings.cache.shared and ngx.is_subrequest then
        cached("background", ngx.status)
        metrics.finished("background", ngx.status)
    end
end

function M.request()
    local request = context.get()
    if not request then
        return refreshed()
    end
    local status = ngx.status
    M.settle(request, status)
    if CACHED[request.route] then
        cached(request.route, status)
    end
    if request.first_byte and request.started then
        metrics.first_byte(request.first_byte - request.started)
    end
    if request.broken then
        metrics.broken()
    end
    metrics.finished(request.route, status)
    context.free(request)
end

return M
