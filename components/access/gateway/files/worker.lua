-- What each worker does besides requests: it follows the files that change under it; worker 0 probes the peers.
local settings = require "settings"

-- How often the peers' state, files and counters are looked at, s.
local STATE_SECONDS, FILES_SECONDS = 0.25, 1

local M = {}

-- In the master, before workers are made. The memory outlives a reload, so a mark in it tells a start from one:
-- a mark of draining that a former container left behind is void.
function M.prepare()
    local state = ngx.shared.peers
    if state:add("master", true) then
        os.remove(settings.files.draining)
    end
    state:incr("generation", 1, 0)
end

local function files()
    require("peers").read()
    require("identity").refresh()
    require("ready").refresh()
end

-- A worker of this number and generation that ran before has crashed, and its counts with it.
local function recover()
    local state, peers = ngx.shared.peers, require "peers"
    local key = "worker:" .. ngx.worker.id()
    local generation = state:get("generation")
    if state:get(key) == generation then
        require("load").reset(peers.list)
    end
    state:set(key, generation)
end

local function every(seconds, job)
    local busy = false
    assert(ngx.timer.every(seconds, function(premature)
        if premature or busy then
            return
        end
        busy = true
        local done, problem = pcall(job)
        busy = false
        if not done then
            ngx.log(ngx.ERR, problem)
        end
    end))
end

function M.start()
    require("random").seed()
    local peers, probe, metrics = require "peers", require "probe", require "metrics"
    files()
    peers.refresh()
    recover()
    every(STATE_SECONDS, peers.refresh)
    every(FILES_SECONDS, files)
    every(FILES_SECONDS, metrics.flush)
    if ngx.worker.id() == 0 then
        every(probe.SECONDS, probe.round)
    end
end

return M
