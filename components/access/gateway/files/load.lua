-- Requests in flight, of the gateway and of each peer. A worker counts its own in plain numbers, exactly; what the
-- others have it learns several times a second from the shared dictionary. So a request costs no lock, and what a
-- crashed worker had is forgotten when its note expires. A worker that leaves after a reload has no timers any more:
-- it writes a note that lasts, and a new one after each request that it ends.
local settings = require "settings"

local state = ngx.shared.peers
-- A note outlives some missed rounds, s.
local NOTE_SECONDS = 5

local M = { own = 0, others = 0 }
local counts, elsewhere = {}, {}

function M.enter()
    M.own = M.own + 1
    return M.own + M.others
end

function M.leave()
    M.own = M.own - 1
end

function M.total()
    return M.own + M.others
end

function M.begin(peer)
    local id = peer.id
    counts[id] = (counts[id] or 0) + 1
end

function M.finish(peer)
    local id = peer.id
    counts[id] = counts[id] - 1
end

function M.of(peer)
    local id = peer.id
    return (counts[id] or 0) + (elsewhere[id] or 0)
end

local function note(key, count, seconds)
    if count > 0 then
        state:set(key, count, seconds)
    else
        state:delete(key)
    end
end

local function sum(key, pids, mine)
    local found = 0
    for _, pid in ipairs(pids) do
        if pid ~= mine then
            found = found + (state:get(key .. pid) or 0)
        end
    end
    return found
end

-- Workers at work, from their notes; the list is short.
local function workers(mine, seconds)
    local pids = {}
    local known = state:get("pids") or ""
    for pid in known:gmatch("%d+") do
        if state:get("alive:" .. pid) then
            pids[#pids + 1] = tonumber(pid)
        end
    end
    state:set("alive:" .. mine, true, seconds)
    local found = false
    for _, pid in ipairs(pids) do
        found = found or pid == mine
    end
    if not found then
        pids[#pids + 1] = mine
        state:set("pids", table.concat(pids, " "))
    end
    return pids
end

-- Tells the others what this worker has and learns what they have.
function M.share(list)
    local mine = ngx.worker.pid()
    local seconds = ngx.worker.exiting() and settings.longest_stream_seconds or NOTE_SECONDS
    local pids = workers(mine, seconds)
    note("load:" .. mine, M.own, seconds)
    M.others = sum("load:", pids, mine)
    for _, peer in ipairs(list) do
        note(peer.load .. mine, counts[peer.id] or 0, seconds)
        elsewhere[peer.id] = sum(peer.load, pids, mine)
    end
end

return M
