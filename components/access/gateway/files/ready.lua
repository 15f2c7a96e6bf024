-- Readiness: what the load balancer asks. A gateway that drains or can send requests nowhere says 503 and why.
local peers = require "peers"
local settings = require "settings"

local M = { draining = false }

function M.refresh()
    local mark = io.open(settings.files.draining, "r")
    M.draining = mark ~= nil
    if mark then
        mark:close()
    end
end

function M.answer()
    local reason
    if M.draining then
        reason = "draining"
    elseif not peers.usable() and settings.backup == "" then
        reason = "no model server is usable and there is no backup"
    end
    ngx.status = reason and 503 or 200
    ngx.print('{"status":"', reason or "ready", '"}\n')
end

return M
