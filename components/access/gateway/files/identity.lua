-- Who asks: through our own entry (its secret), from which address, and for which tenant.
local digest = require "digest"
local settings = require "settings"

local sub, byte = string.sub, string.byte
local COLON = 58
local REMEMBERED = 10000
local tokens = {}
local tenants, remembered = {}, 0

local M = {}

-- Read again by a timer: a rotated secret needs no reload. One token a line, so that two are valid during rotation.
function M.refresh()
    local file = io.open(settings.files.token, "r")
    if not file then
        return
    end
    local found = {}
    for line in file:lines() do
        line = line:gsub("%s+$", "")
        if line ~= "" then
            found[#found + 1] = line
        end
    end
    file:close()
    if #found > 0 then
        tokens = found
    end
end

-- Without a token on disk nothing is trusted.
function M.trusted(given)
    if not given then
        return false
    end
    for i = 1, #tokens do
        if digest.equal(given, tokens[i]) then
            return true
        end
    end
    return false
end

-- CloudFront writes "address:port"; it is believed since the origin's secret came with it.
function M.client(viewer)
    for i = #viewer, 1, -1 do
        if byte(viewer, i) == COLON then
            return sub(viewer, 1, i - 1)
        end
    end
    return viewer
end

local function name(key)
    local found = digest.hex(key, 8)
    if remembered >= REMEMBERED then
        tenants, remembered = {}, 0
    end
    tenants[key] = found
    remembered = remembered + 1
    return found
end

-- The tenant of an API key: the start of the key's digest. Nil without one.
function M.tenant(key)
    if not key or key == "" then
        return nil
    end
    return tenants[key] or name(key)
end

function M.bearer(authorization)
    if sub(authorization, 1, 7) ~= "Bearer " then
        return nil
    end
    return M.tenant(sub(authorization, 8))
end

return M
