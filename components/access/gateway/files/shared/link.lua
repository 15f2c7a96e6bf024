-- The way to the Redis that all gateways share, over TLS, and its circuit breaker: one fault closes the way for this
-- worker, and only a timer opens it again, so that no request waits for a Redis that is gone.
local redis = require "resty.redis"
local settings = require "settings"

local shared = settings.cache.shared
local match, unpack = string.match, unpack
-- Idle connections of a worker, and how long they are kept, ms.
local CONNECTIONS, IDLE = 32, 60000
local PROBE = { { "set", "probe", "1", "px", 1000 } }

local M = { usable = true }
local address, host, port, name, credential
local pool, generation = "shared:0", 0

local function read(file)
    local found = io.open(shared.folder .. "/" .. file, "r")
    if not found then
        return nil
    end
    local text = found:read("*a")
    found:close()
    return match(text, "^%s*(.-)%s*$")
end

-- Connections of before are not used again: they may lead to a primary that is none any more.
local function renounce()
    generation = generation + 1
    pool = "shared:" .. generation
end

-- "host:port", and after a space the name in the certificate where that is another. Read again by a timer: a Redis that
-- moves or a new password needs no reload.
local function refresh()
    local told, word = read("address"), read("password")
    if told == address and word == credential then
        return
    end
    address, credential = told, word
    host, port, name = match(told or "", "^(%S+):(%d+)%s*(%S*)$")
    name = name ~= "" and name or host
    renounce()
end

local function greet(link)
    local done, problem = link._sock:sslhandshake(nil, name, true)
    if not done then
        return nil, problem
    end
    done, problem = link:auth(credential)
    return done, problem
end

local function open()
    if not host or not credential then
        return nil, "its address or password is not in " .. shared.folder
    end
    local link = redis:new()
    link:set_timeout(shared.timeout_milliseconds)
    local done, problem = link:connect(host, port, { pool = pool })
    if done and link:get_reused_times() == 0 then
        done, problem = greet(link)
    end
    if not done then
        link:close()
        return nil, problem
    end
    return link
end

local function refusal(replies)
    for _, reply in ipairs(replies) do
        if type(reply) == "table" and reply[1] == false then
            return reply[2]
        end
    end
end

local function exchange(link, commands)
    link:init_pipeline(#commands)
    for _, command in ipairs(commands) do
        link[command[1]](link, unpack(command, 2))
    end
    local replies, problem = link:commit_pipeline()
    problem = replies and refusal(replies) or problem
    if problem then
        link:close()
        return nil, problem
    end
    link:set_keepalive(IDLE, CONNECTIONS)
    return replies
end

local function try(commands)
    local link, problem = open()
    if link then
        return exchange(link, commands)
    end
    return nil, problem
end

-- Sends commands at once. Returns their replies, or nil where Redis is to be done without.
function M.ask(commands)
    if not M.usable then
        return nil
    end
    local replies, problem = try(commands)
    if not replies and M.usable then
        M.usable = false
        renounce()
        ngx.log(ngx.WARN, "the shared cache is left alone: ", problem)
    end
    return replies
end

-- A write, as a Redis that only reads is of no use.
function M.probe()
    refresh()
    if not M.usable and try(PROBE) then
        M.usable = true
        ngx.log(ngx.WARN, "the shared cache is used again")
    end
end

return M
