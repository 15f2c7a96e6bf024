-- The gate of every request, cheapest refusal first: origin, key, buckets. Then its route is decided, and whether there
-- is room for it.
local answer = require "answer"
local buckets = require "buckets"
local context = require "context"
local identity = require "identity"
local metrics = require "metrics"
local prompts = require "prompts"
local route = require "route"
local shed = require "shed"
local trace = require "trace"

local ngx, now, find = ngx, ngx.now, string.find
-- How long a client that was shed waits, s: the time in which a batch of short answers leaves.
local SHED_SECONDS = 1

local M = {}

-- Returns nil for a request that may go on, or the status to refuse it with and the wait in seconds.
local function judge(request, var)
    if not identity.trusted(var.http_x_origin_verify) then
        return 403
    end
    local viewer, key = var.http_cloudfront_viewer_address, var.http_authorization
    local client = viewer and identity.client(viewer) or var.remote_addr
    local tenant = key and identity.bearer(key) or identity.tenant(var.http_x_api_key)
    if not tenant then
        return 401
    end
    request.tenant, var.gateway_tenant = tenant, tenant
    local wait, whose = buckets.take(request, client, tenant)
    if wait then
        metrics.limited(whose)
        return 429, wait
    end
end

-- Counted when the whole request is here: a slow sender takes no room from others.
local function enter(request)
    if not shed.enter(request) then
        metrics.shed(request.priority)
        return 503, SHED_SECONDS
    end
end

local function begin(var, kind)
    local request = context.new()
    request.route, request.started = kind, now()
    request.priority = shed.priority(var.http_x_priority)
    local id, parent = trace.begin(var.http_x_request_id, var.http_traceparent)
    request.id, var.gateway_id, var.gateway_trace = id, id, parent
    return request
end

function M.http()
    local var = ngx.var
    local request = begin(var, "answer")
    local status, wait = judge(request, var)
    if status then
        return answer.refuse(status, wait)
    end
    local body = route.decide(request, var)
    if request.key then
        prompts.asked(request, body)
        -- An answer that is there already takes no room; the balancer counts those that are not.
        var.gateway_key = request.key
        return ngx.exec("@cached")
    end
    status, wait = enter(request)
    if status then
        return answer.refuse(status, wait)
    end
    if request.route == "stream" then
        return ngx.exec("@stream")
    end
end

-- A prompt of the job that asks ahead of clients. Its tenant was told apart by key when clients asked; nothing of it
-- counts against the tenant's limits, and it has no other site to go to.
function M.fill()
    local var = ngx.var
    local tenant = var.http_x_tenant
    if not tenant or not find(tenant, "^%x+$") then
        return answer.refuse(400)
    end
    local request = begin(var, "fill")
    request.tenant, var.gateway_tenant = tenant, tenant
    request.started, request.hopped, request.priority = nil, true, shed.LOWEST
    route.decide(request, var)
    if not request.key then
        return answer.refuse(400)
    end
    request.route, var.gateway_key = "fill", request.key
end

function M.grpc()
    local var = ngx.var
    local kind = var.http_content_type
    if not kind or not find(kind, "application/grpc", 1, true) then
        return ngx.exit(ngx.HTTP_NOT_FOUND)
    end
    local request = begin(var, "grpc")
    local status, wait = judge(request, var)
    if not status then
        status, wait = enter(request)
    end
    if status then
        -- Not from here: this location promises a trailer, and then headers can not end a stream.
        request.status, request.wait = status, wait
        return ngx.exec("@failed_grpc")
    end
end

return M
