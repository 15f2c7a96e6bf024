-- The model servers of this site: the list is Consul's (consul-template writes it), health here only subtracts.
-- Breaker, probes and slow start write to the shared dictionary `peers`; each worker works on a copy in plain tables
-- that it makes again a few times a second and after what it sees itself.
local cjson = require "cjson.safe"
local settings = require "settings"

local state = ngx.shared.peers
local now, max, min = ngx.now, math.max, math.min
-- A server that returns begins with this share of its weight.
local FIRST_SHARE = 0.1
-- What the site asks itself goes before any request of a client is refused.
local SHARES = { high = 1.0, normal = 0.95, low = 0.8, precompute = 0.5 }

local M = {
    list = {},       -- all that Consul named
    total = 0,       -- sum of effective weights
    trials = 0,      -- peers whose breaker lets one request through
    gateways = 1,
    limits = { high = 1, normal = 1, low = 1, precompute = 1 },
}
local last

local function number(value)
    return type(value) == "number"
end

local function valid(found)
    if type(found) ~= "table" or type(found.peers) ~= "table" or #found.peers == 0 then
        return false
    end
    for _, peer in ipairs(found.peers) do
        local named = type(peer.id) == "string" and type(peer.address) == "string"
        if not (named and number(peer.port) and number(peer.grpc_port) and number(peer.weight)) then
            return false
        end
    end
    return true
end

-- Keys are joined once here, not for each request.
local function new(found)
    local id = found.id
    return {
        id = id, address = found.address, port = found.port, grpc_port = found.grpc_port, weight = found.weight,
        load = "load:" .. id .. ":", failures = "failures:" .. id, open = "open:" .. id, trial = "trial:" .. id,
        out = "out:" .. id, since = "since:" .. id, known = "known:" .. id,
        effective = 0, failing = false,
    }
end

local function ramp(peer, time)
    local since = state:get(peer.since)
    if not since then
        return 1
    end
    return min(1, FIRST_SHARE + (1 - FIRST_SHARE) * max(0, time - since) / settings.slow_start_seconds)
end

-- Sets what share of traffic a peer gets now.
local function judge(peer, time)
    local open = state:get(peer.open)
    peer.halted = open ~= nil and time < open
    peer.half_open = open ~= nil and not peer.halted
    peer.silent = state:get(peer.out) ~= nil
    peer.failing = (state:get(peer.failures) or 0) > 0
    peer.share = ramp(peer, time)
    peer.effective = (open or peer.silent) and 0 or peer.weight * peer.share
end

local function limits(weights)
    local room = settings.concurrency * weights / settings.passing_weight / M.gateways
    for priority, share in pairs(SHARES) do
        M.limits[priority] = max(1, room * share)
    end
end

function M.refresh()
    local time, total, trials, weights = now(), 0, 0, 0
    for _, peer in ipairs(M.list) do
        judge(peer, time)
        total = total + peer.effective
        if peer.effective > 0 then
            weights = weights + peer.weight
        elseif peer.half_open and not peer.silent then
            trials = trials + 1
        end
    end
    M.total, M.trials = total, trials
    limits(weights)
end

-- Slow start is for servers that come to a gateway at work, not for those that it finds when it starts.
local function greet(list)
    local started = state:get("started")
    for _, peer in ipairs(list) do
        if state:add(peer.known, true) and started then
            state:set(peer.since, now())
        end
    end
    state:set("started", true)
end

local function dismiss(old, new_ids)
    for _, peer in ipairs(old) do
        if not new_ids[peer.id] then
            for _, key in ipairs { peer.known, peer.open, peer.failures, peer.trial, peer.out, peer.since } do
                state:delete(key)
            end
        end
    end
end

local function adopt(found)
    local list, ids = {}, {}
    for i, each in ipairs(found.peers) do
        list[i] = new(each)
        ids[each.id] = true
    end
    greet(list)
    dismiss(M.list, ids)
    M.list = list
    M.gateways = max(1, tonumber(found.gateways) or 1)
    -- At once: until it is judged a peer has no share, and requests would find nobody.
    M.refresh()
end

-- Reads the list when it changed. One that is empty, missing or broken is no news: the last good one stays, and
-- probes tell who is really there.
function M.read()
    local file = io.open(settings.files.peers, "r")
    if not file then
        return
    end
    local text = file:read("*a")
    file:close()
    if text == last then
        return
    end
    last = text
    local found = cjson.decode(text)
    if valid(found) then
        adopt(found)
    else
        ngx.log(ngx.WARN, "peers.json has no usable list of peers; the last good one stays")
    end
end

function M.usable()
    return M.total > 0 or M.trials > 0
end

-- What returns does so slowly.
function M.returned(peer)
    state:set(peer.since, now())
end

return M
