-- Active probes of /health, by one worker: a server that hangs accepts connections and answers nothing, so only asking
-- it finds out before requests have waited for their whole time-out. Two misses take it out; one answer brings it back.
local peers = require "peers"

local state = ngx.shared.peers
local spawn, wait = ngx.thread.spawn, ngx.thread.wait
local SECONDS, MISSES = 1, 2
local REQUEST = "GET /health HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n"
local misses = {}

local M = {}

-- 429 says that it is busy, not that it is gone: Consul lowers its weight.
local function alive(peer)
    local socket = ngx.socket.tcp()
    socket:settimeout(SECONDS * 1000)
    if not socket:connect(peer.address, peer.port) then
        return false
    end
    local line = socket:send(REQUEST) and socket:receive("*l")
    socket:close()
    local status = line and tonumber(line:match("^HTTP/1%.%d (%d%d%d)"))
    return status ~= nil and (status < 300 or status == 429)
end

local function judge(peer)
    if alive(peer) then
        misses[peer.id] = 0
        if state:get(peer.out) then
            state:delete(peer.out)
            peers.returned(peer)
        end
        return
    end
    misses[peer.id] = (misses[peer.id] or 0) + 1
    if misses[peer.id] >= MISSES then
        state:set(peer.out, true)
    end
end

function M.round()
    local threads = {}
    for i, peer in ipairs(peers.list) do
        threads[i] = spawn(judge, peer)
    end
    for _, thread in ipairs(threads) do
        wait(thread)
    end
    peers.refresh()
end

M.SECONDS = SECONDS

return M
