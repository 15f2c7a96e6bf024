-- Retry budget of a worker: second tries may be a percentage of the requests of the last ten seconds, or of those in
-- flight where answers take longer, so that they never become a storm. One a second is always allowed, or a quiet site
-- could not retry at all.
local load = require "load"
local settings = require "settings"

local now, floor = ngx.now, math.floor
local SECONDS = 10
local FLOOR = SECONDS
local requests, retries, stamps = {}, {}, {}
for slot = 0, SECONDS - 1 do
    requests[slot], retries[slot], stamps[slot] = 0, 0, 0
end

local M = {}

local function slot_of(second)
    local slot = second % SECONDS
    if stamps[slot] ~= second then
        stamps[slot], requests[slot], retries[slot] = second, 0, 0
    end
    return slot
end

function M.request()
    local slot = slot_of(floor(now()))
    requests[slot] = requests[slot] + 1
end

-- Whether one more try fits; it is counted if so.
function M.retry()
    local second = floor(now())
    local own = slot_of(second)
    local asked, tried = 0, 0
    for slot = 0, SECONDS - 1 do
        if stamps[slot] > second - SECONDS then
            asked, tried = asked + requests[slot], tried + retries[slot]
        end
    end
    if tried >= math.max(FLOOR, math.max(asked, load.own) * settings.retry.budget_percent / 100) then
        return false
    end
    retries[own] = retries[own] + 1
    return true
end

return M
