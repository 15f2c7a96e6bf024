-- The second level of the cache, in the Redis of the region: an answer that one gateway has is there for all, and of all
-- gateways that miss it one asks a model server while the others wait.
-- A key is what the own cache's is, with the model's revision before it in place of the epoch after it, so a new
-- revision finds nothing old. Its value is the answer's type, a line end, and the answer; an empty one says that waiting
-- is of no use.
local answer = require "answer"
local balancer = require "balancer"
local breaker = require "breaker"
local context = require "context"
local digest = require "digest"
local finish = require "finish"
local link = require "link"
local metrics = require "metrics"
local prompts = require "prompts"
local random = require "random"
local route = require "route"
local settings = require "settings"
local shed = require "shed"

local ngx, now, sleep = ngx, ngx.now, ngx.sleep
local find, sub, floor, min = string.find, string.sub, math.floor, math.min
local max = math.max
local shared, FRESH = settings.cache.shared, settings.cache.fresh_seconds
local PREFIX = "answer|" .. shared.revision .. "|"
local LARGEST, KEPT = shared.largest_kib * 1024, shared.ttl_seconds * 1000
-- A lock outlives its holder by this, ms; the holder renews it each second.
local LOCKED = 5000
-- First and longest wait between two looks for another's answer, s.
local SHORT, LONG = 0.02, 0.2
-- How long nobody waits for a prompt whose answer may not be kept, or just failed, ms.
local UNFIT, FAILED = 10000, 1000
-- Answers that are on their way to Redis at most; more are let go of.
local WRITES = 128
-- Another may hold it by now: https://redis.io/docs/latest/commands/set/#patterns
local RELEASE = 'if redis.call("get", KEYS[1]) == ARGV[1] then return redis.call("del", KEYS[1]) end return 0'

local M = {}
local held, writing = {}, 0

local function lock_of(key)
    return "lock|" .. key
end

local function release(key, ticket)
    return { "eval", RELEASE, 1, lock_of(key), ticket }
end

-- The value found, when it stays for `least` more, ms, and for how long it does. One that says "do not wait" always counts.
local function fit(value, left, least)
    if value == "" or type(value) == "string" and left >= least then
        return value, left
    end
end

-- Looks again until the answer is there, nobody else is at it (returns a ticket), or it takes too long.
local function wait(key, least)
    local ticket, pause = random.hex16(), SHORT
    local last = now() + settings.read_timeout_seconds
    while now() < last do
        local replies = link.ask {
            { "set", lock_of(key), ticket, "nx", "px", LOCKED }, { "get", key }, { "pttl", key },
        }
        if not replies then
            return nil
        end
        local value, left = fit(replies[2], replies[3], least)
        local mine = replies[1] == "OK"
        if mine and not value then
            return nil, nil, ticket
        end
        if mine then
            link.ask { release(key, ticket) } -- the answer came just before
        end
        if value then
            return value, left
        end
        sleep(pause)
        pause = min(2 * pause, LONG)
    end
end

-- Returns the value, "" where a model server is to be asked, how long it stays, ms, the ticket of who asks for all, and how
-- that came.
local function look(key, least)
    local replies, ticket = link.ask { { "get", key }, { "pttl", key } }, nil
    if not replies then
        return "", 0, nil, "passed"
    end
    local value, left = fit(replies[1], replies[2], least)
    if value then
        return value, left, nil, "hit"
    end
    value, left, ticket = wait(key, least)
    return value or "", left, ticket, ticket and "asked" or "waited"
end

-- The own cache keeps it no longer than this one would.
local function serve(value, left)
    local line = find(value, "\n", 1, true)
    local header = ngx.header
    header["Content-Type"] = sub(value, 1, line - 1)
    header["Content-Length"] = #value - line
    header["X-Accel-Expires"] = max(1, min(floor(left / 1000), FRESH))
    header["x-shared-cache"] = "HIT"
    ngx.print(sub(value, line + 1))
    return ngx.exit(ngx.HTTP_OK)
end

local function ask(key, ticket, priority)
    local request = context.new()
    request.route, request.priority = "shared", priority
    if ticket then
        request.shared_key, request.ticket = key, ticket
        held[key] = true
    end
    return ngx.exec("@asked")
end

local function find_or_ask(var, path, least, priority)
    ngx.req.read_body()
    local hash = digest.hex(ngx.req.get_body_data() or "", 32)
    local key = PREFIX .. route.prompt(var.http_x_tenant, var.host, path, hash)
    local value, left, ticket, how = look(key, least)
    local found = value ~= ""
    metrics.shared((found or ticket) and how or "passed")
    if found then
        return serve(value, left)
    end
    return ask(key, ticket, priority)
end

function M.answer()
    local var = ngx.var
    return find_or_ask(var, var.uri, 1, shed.priority(var.http_x_priority))
end

-- A refresh is content with what another gateway fetched a while ago, as long as the own cache may keep it for its whole
-- time.
function M.fill()
    local var = ngx.var
    local path = sub(var.uri, #"/fill" + 1)
    ngx.req.set_uri(path)
    return find_or_ask(var, path, var.http_x_refresh and FRESH * 1000 or 1, shed.LOWEST)
end

-- Whether others may have the answer too: what its server marks as private or as one of several forms they may not.
local function may_share(var)
    return prompts.may_keep(var) and not (var.upstream_http_vary or var.upstream_http_content_encoding)
end

function M.headers()
    local request = context.get()
    if not request or not request.ticket then
        return
    end
    if ngx.status == 200 then
        local var = ngx.var
        request.unfit = not may_share(var)
        request.parts = not request.unfit and { var.upstream_http_content_type or "application/json", "\n" } or nil
        request.size = 0
    end
end

-- Collects the answer. Its end comes only when all of it is there: Nginx ends one that broke off without.
function M.body()
    local request, arg = context.get(), ngx.arg
    local parts = request and request.parts
    if not parts then
        return
    end
    request.size = request.size + #arg[1]
    if request.size > LARGEST then
        request.parts, request.unfit = nil, true
        return
    end
    parts[#parts + 1] = arg[1]
    request.whole = arg[2]
end

function M.failed()
    local request, status = context.get(), ngx.status
    balancer.settle(request, breaker.failed)
    if request.shed then
        ngx.header["x-shared-shed"] = 1
    end
    return answer.refuse(status)
end

-- What becomes of the key: the answer, or word that waiting is of no use. That of a failure replaces no answer.
local function outcome(request, key)
    if request.whole then
        return { "set", key, table.concat(request.parts), "px", KEPT }
    end
    if request.unfit then
        return { "set", key, "", "px", UNFIT }
    end
    return { "set", key, "", "nx", "px", FAILED }
end

local function write(_, command, key, ticket)
    link.ask { command, release(key, ticket) }
    held[key] = nil
    writing = writing - 1
end

local function keep(request)
    local key, ticket = request.shared_key, request.ticket
    if writing < WRITES and ngx.timer.at(0, write, outcome(request, key), key, ticket) then
        writing = writing + 1
    else
        held[key] = nil
    end
end

function M.finished()
    local request = context.get()
    if not request then
        return
    end
    finish.settle(request, ngx.status)
    if request.ticket then
        keep(request)
    end
    context.free(request)
end

-- Each second: locks of answers that are being made stay; those of a gateway that is gone do not.
function M.renew()
    local commands = {}
    for key in pairs(held) do
        commands[#commands + 1] = { "pexpire", lock_of(key), LOCKED }
    end
    if #commands > 0 then
        link.ask(commands)
    end
end

return M
