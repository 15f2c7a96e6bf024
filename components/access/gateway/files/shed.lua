-- Load shedding: beyond what the site's model servers can answer at the same time, a request is refused at once, low
-- priority first, so that those let in are answered in time. This gateway has its share of the site's capacity.
local load = require "load"
local peers = require "peers"

local KNOWN = { high = "high", normal = "normal", low = "low" }

local M = { LOWEST = "precompute" }

function M.priority(given)
    return KNOWN[given] or "normal"
end

-- Whether the request is let in; it is counted if so. Without any peer the backup decides.
function M.enter(context)
    if load.enter() > peers.limits[context.priority] and peers.total > 0 then
        load.leave()
        return false
    end
    context.entered = true
    return true
end

function M.leave(context)
    if context.entered then
        context.entered = nil
        load.leave()
    end
end

return M
