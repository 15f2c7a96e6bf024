-- What happens when no model server of this site gave a first byte: the other site once, else a clear error.
local answer = require "answer"
local balancer = require "balancer"
local breaker = require "breaker"
local context = require "context"
local metrics = require "metrics"
local settings = require "settings"
local shed = require "shed"

local SHED_SECONDS, AWAY_SECONDS = 1, 2

local M = {}

-- Whether the site has no room; beside a shared cache the request within says so.
local function is_shed(request)
    return request.shed or settings.cache.shared and ngx.var.upstream_http_x_shared_shed
end

function M.http()
    local request, status = context.get(), ngx.status
    if not request then
        return answer.refuse(status)
    end
    balancer.settle(request, breaker.failed)
    if is_shed(request) then
        metrics.shed(request.priority)
        return answer.refuse(503, SHED_SECONDS)
    end
    local hopped = ngx.var.http_x_site_hop or request.hopped
    if settings.backup == "" or hopped then
        return answer.refuse(status, AWAY_SECONDS)
    end
    shed.leave(request)
    request.hopped = true
    metrics.hopped()
    ngx.var.gateway_backup = settings.backup
    ngx.status = 200 -- else the failure's status would replace that of the backup
    return ngx.exec("@backup")
end

function M.grpc()
    local request = context.get()
    if request and request.status then
        return answer.refuse_grpc(request.status, request.wait)
    end
    if request then
        balancer.settle(request, breaker.failed)
    end
    return answer.refuse_grpc(ngx.status, AWAY_SECONDS)
end

return M
