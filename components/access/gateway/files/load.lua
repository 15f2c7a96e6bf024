-- Requests in flight, of the gateway and of each peer, over all its workers and over reloads.
local state = ngx.shared.peers
local TOTAL = "load"

local M = {}

function M.enter()
    return state:incr(TOTAL, 1, 0) or 0
end

-- A worker that died took its counts with it, and they were set to 0: never go below.
local function down(key)
    local count = state:incr(key, -1, 0)
    if count and count < 0 then
        state:set(key, 0)
    end
end

function M.leave()
    down(TOTAL)
end

function M.total()
    return state:get(TOTAL) or 0
end

function M.begin(peer)
    state:incr(peer.load, 1, 0)
end

function M.finish(peer)
    down(peer.load)
end

function M.of(peer)
    return state:get(peer.load) or 0
end

-- After a worker's crash nobody will count its requests down.
function M.reset(list)
    state:set(TOTAL, 0)
    for _, peer in ipairs(list) do
        state:set(peer.load, 0)
    end
end

return M
