-- Request id and W3C trace context (https://www.w3.org/TR/trace-context/): a caller's trace goes on under a span of
-- the gateway; without one a trace begins here.
local random = require "random"

local find, match = string.find, string.match
local hex16, hex32 = random.hex16, random.hex32

local M = {}

-- A caller's id is kept when it is short and plain: it goes into headers and logs.
function M.request_id(given)
    if given and #given <= 64 and find(given, "^[%w._-]+$") then
        return given
    end
    return hex32()
end

function M.parent(given)
    if given and #given == 55 then
        local trace, flags = match(given, "^00%-(%x+)%-%x+%-(%x%x)$")
        if trace and #trace == 32 and not find(trace, "^0+$") then
            return "00-" .. trace .. "-" .. hex16() .. "-" .. flags
        end
    end
    return "00-" .. hex32() .. "-" .. hex16() .. "-01"
end

return M
