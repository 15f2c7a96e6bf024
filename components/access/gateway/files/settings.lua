-- The numbers that the stack's settings decide, read once; modules keep a reference to this table.
local cjson = require "cjson.safe"

local M = {}

local function read(path)
    local file = assert(io.open(path, "r"))
    local text = file:read("*a")
    file:close()
    return text
end

-- `files`: where backup, peers, the drain mark and the origin's token are; they stand in nginx.conf with all other paths.
function M.load(path, files)
    local found, problem = cjson.decode(read(path))
    if not found then
        error("settings.json: " .. problem .. "; render the ConfigMap again")
    end
    for name, value in pairs(found) do
        M[name] = value
    end
    M.backup = read(files.backup):match("^%S*")
    M.files = files
end

return M
