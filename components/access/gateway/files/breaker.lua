-- Circuit breaker of each peer: failures in a row open it for a pause, then one request tries (half-open); its
-- outcome closes the breaker, with slow start, or opens it again. The state is shared by all workers.
local settings = require "settings"
local peers = require "peers"

local state = ngx.shared.peers
local now = ngx.now

local M = {}

local function open(peer)
    state:set(peer.open, now() + settings.breaker.pause_seconds)
    state:delete(peer.trial)
    peers.refresh()
end

function M.failed(peer)
    peer.failing = true
    local count = state:incr(peer.failures, 1, 0)
    -- A trial that fails opens the breaker again at once: the count stays above the limit until a success.
    if count and count >= settings.breaker.failures then
        open(peer)
    end
end

function M.succeeded(peer)
    if not peer.failing then
        return
    end
    peer.failing = false
    state:set(peer.failures, 0)
    if peer.half_open then
        state:delete(peer.open)
        state:delete(peer.trial)
        peers.returned(peer)
        peers.refresh()
    end
end

-- A client that left says nothing about the server: the next request tries.
function M.unknown(peer)
    if peer.half_open then
        state:delete(peer.trial)
    end
end

-- Whether this request is the one that tries; should it never end, another may try after a while.
function M.try(peer)
    return peer.half_open and not peer.silent
        and state:add(peer.trial, true, settings.breaker.pause_seconds + settings.read_timeout_seconds)
end

return M
