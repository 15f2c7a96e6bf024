-- What is known of a request, from its first phase to its log line.
-- ngx.ctx is emptied by every internal redirect (cache, failure, backup), so a table is kept by the request's own
-- address; tables are used again, so that a request allocates nothing here.
local base = require "resty.core.base"
local ffi = require "ffi"
local clear = require "table.clear"

local get_request, cast, tonumber = base.get_request, ffi.cast, tonumber
local address = ffi.typeof("uintptr_t")
local SPARE = 1024
local live, spare, count = {}, {}, 0

local M = {}

local function key()
    return tonumber(cast(address, get_request()))
end

function M.get()
    return live[key()]
end

function M.new()
    local found
    if count > 0 then
        found = spare[count]
        count = count - 1
    else
        found = {}
    end
    live[key()] = found
    return found
end

function M.free(context)
    live[key()] = nil
    if count < SPARE then
        clear(context)
        count = count + 1
        spare[count] = context
    end
end

return M
