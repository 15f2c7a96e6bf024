-- What each worker does besides requests: it follows the files that change under it; worker 0 probes the peers.
local settings = require "settings"

-- How often the peers' state, files and counters are looked at, s.
local STATE_SECONDS, FILES_SECONDS = 0.1, 1

local M = {}

-- In the master, before workers are made. The memory outlives a reload, so a mark in it tells a start from one:
-- a mark of draining that a former container left behind is void.
function M.prepare()
    if ngx.shared.peers:add("master", true) then
        os.remove(settings.files.draining)
    end
end

local function files()
    require("peers").read()
    require("identity").refresh()
    require("ready").refresh()
end

local function state()
    local peers = require "peers"
    require("load").share(peers.list)
    peers.refresh()
end

-- `last`: whether the job runs once more when the worker begins to leave.
local function every(seconds, job, last)
    local busy = false
    assert(ngx.timer.every(seconds, function(premature)
        if busy or premature and not last then
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

-- What the shared cache needs is found before there are workers, which may not be allowed to read where it is.
function M.share()
    if settings.cache.shared then
        require "shared"
    end
end

function M.start()
    require("random").seed()
    -- The heap is a few MiB: let it grow to four times that before it is collected.
    collectgarbage("setpause", 400)
    local probe, metrics = require "probe", require "metrics"
    files()
    state()
    every(STATE_SECONDS, state, true)
    every(FILES_SECONDS, files)
    every(FILES_SECONDS, metrics.flush, true)
    if settings.cache.shared then
        local link = require "link"
        link.probe()
        every(FILES_SECONDS, link.probe)
        every(FILES_SECONDS, require("shared").renew)
    end
    if ngx.worker.id() == 0 then
        every(probe.SECONDS, probe.round)
    end
end

return M
