-- A gRPC stream whose model server died in the middle ends as UNAVAILABLE, which clients try again. Nginx itself would
-- reset it, and clients report a reset as INTERNAL.
-- Nginx flushes once more when the connection to a server is lost, with no bytes and no end. Only the first call of a
-- stream may look like that too (the flush of the headers).
local context = require "context"

local UNAVAILABLE = "14"

local M = {}

function M.mend()
    local arg = ngx.arg
    local request = context.get()
    if not request or arg[2] then
        return
    end
    if request.flushed and arg[1] == "" then
        ngx.var.gateway_broken = UNAVAILABLE
        request.broken = true
        arg[2] = true
    end
    request.flushed = true
end

return M
