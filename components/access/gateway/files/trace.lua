-- Request id and W3C trace context (https://www.w3.org/TR/trace-context/): a caller's trace goes on under a span of
-- the gateway; without one a trace begins here.
local random = require "random"

local find, match = string.find, string.match
local hex16, hex32 = random.hex16, random.hex32

local M = {}

-- A trace begins with the gateway's span; its id serves as request id too, so that one look-up finds both.
local function begin()
    local id = hex32()
    return id, "00-" .. id .. "-" .. hex16() .. "-01"
end

local function go_on(given)
    if #given ~= 55 then
        return nil
    end
    local trace, flags = match(given, "^00%-(%x+)%-%x+%-(%x%x)$")
    if trace and #trace == 32 and not find(trace, "^0+$") then
        return "00-" .. trace .. "-" .. hex16() .. "-" .. flags
    end
end

-- Returns the request's id and its trace parent. A caller's id is kept when it is short and plain: it goes into
-- headers and logs.
function M.begin(id, parent)
    local own, trace = begin()
    if id and #id <= 64 and find(id, "^[%w._-]+$") then
        own = id
    end
    return own, parent and go_on(parent) or trace
end

return M
