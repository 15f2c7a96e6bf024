-- Chooses the model server of each try: power of two choices by requests in flight over weight. The first of the two
-- is drawn by weight, so that shares hold when all are idle; the second takes over when it stays less loaded.
local balancer = require "ngx.balancer"
local breaker = require "breaker"
local budget = require "budget"
local context = require "context"
local load = require "load"
local metrics = require "metrics"
local peers = require "peers"
local settings = require "settings"
local shed = require "shed"

local random = math.random
local set_current_peer, set_more_tries = balancer.set_current_peer, balancer.set_more_tries
-- Nginx's NGX_BUSY: there is no server to try, which it turns into a 502 without another try.
local BUSY = -3

local M = {}

-- One of the list by weight, leaving `other` out; nil when no weight is left.
local function draw(list, total, other)
    local point = random() * total
    local found
    for i = 1, #list do
        local peer = list[i]
        if peer ~= other and peer.effective > 0 then
            found = peer
            point = point - peer.effective
            if point < 0 then
                return peer
            end
        end
    end
    return found
end

local function lighter(one, other)
    return (load.of(other) + 1) * one.effective <= load.of(one) * other.effective and other or one
end

local function first()
    local list = peers.list
    if peers.trials > 0 then
        for i = 1, #list do
            if breaker.try(list[i]) then
                return list[i]
            end
        end
    end
    local one = draw(list, peers.total)
    if not one then
        return settings.backup == "" and list[random(#list)] or nil -- all are suspect: better one of them than none
    end
    if one.effective == peers.total then
        return one
    end
    local other = draw(list, peers.total - one.effective, one)
    return other and lighter(one, other) or one
end

-- The least loaded of those that this request did not try yet.
local function another(tried)
    local best
    for _, peer in ipairs(peers.list) do
        if peer.effective > 0 and not tried[peer.id] then
            best = best and lighter(best, peer) or peer
        end
    end
    return best
end

-- Ends the try under way: `outcome` is a function of the breaker.
function M.settle(request, outcome)
    local peer = request.peer
    if peer then
        request.peer = nil
        load.finish(peer)
        outcome(peer)
    end
end

local function retry(request)
    local tried = request.tried or {}
    request.tried = tried
    tried[request.peer.id] = true
    M.settle(request, breaker.failed)
    if request.attempts >= settings.retry.tries then
        return nil
    end
    local peer = another(tried)
    if peer and not budget.retry() then
        metrics.budget_spent()
        return nil
    end
    return peer
end

local function start()
    local request = context.get()
    if not request then
        -- A refresh of a stale answer runs as a request of its own, without an access phase.
        request = context.new()
        request.priority, request.route, request.background = "normal", "background", true
    end
    budget.request()
    if not request.entered and not shed.enter(request) then
        request.shed = true
        return request, nil
    end
    return request, first()
end

-- `port`: which port of a peer this protocol uses.
function M.connect(port)
    local request, peer = context.get(), nil
    if request and request.attempts then
        peer = retry(request)
        if peer then
            metrics.retried()
        end
    else
        request, peer = start()
    end
    if not peer then
        return ngx.exit(BUSY)
    end
    local attempts = (request.attempts or 0) + 1
    request.attempts, request.peer = attempts, peer
    load.begin(peer)
    if attempts < settings.retry.tries then
        set_more_tries(1)
    end
    local done, problem = set_current_peer(peer.address, peer[port])
    if not done then
        ngx.log(ngx.ERR, "peer ", peer.id, " has no usable address: ", problem)
        return ngx.exit(BUSY)
    end
end

return M
